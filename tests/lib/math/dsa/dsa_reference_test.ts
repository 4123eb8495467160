// Agreement with the stored pairs, read as tests/reference/dsa_pairs/README.md says.

import { dsa } from "#lib/math/dsa/dsa.ts";
import { eigenvalueWasserstein, singularValueWasserstein } from "#lib/math/dsa/wasserstein.ts";
import stored from "#tests/reference/dsa_pairs/dsa_pairs.json" with { type: "json" };
import { assert, assertAlmostEquals, assertLessOrEqual } from "@std/assert";

interface Pair {
  readonly id: number;
  readonly kind: string;
  readonly n: number;
  readonly A: number[][];
  readonly B: number[][];
  readonly angle_lower_bound: number;
  readonly exact_angle?: number;
  readonly best_known_angle: number;
  readonly reference_runs: { readonly angular: number[]; readonly euclidean: number[] };
  readonly wasserstein_eig: number;
  readonly wasserstein_sv: number;
}

const pairs = (stored.cases as unknown as Pair[]).map((pair) => ({
  ...pair,
  a: Float64Array.from(pair.A.flat()),
  b: Float64Array.from(pair.B.flat()),
}));

Deno.test("dsa() reaches the best known angle of every stored pair and never passes its bound", () => {
  assert(pairs.length === 28);
  for (const { id, kind, n, a, b, ...known } of pairs) {
    const label = `pair ${id} (${kind}, n = ${n})`;
    const found = dsa(a, b, n);
    assertLessOrEqual(found.angle, known.best_known_angle + 1e-5, label);
    assertLessOrEqual(found.lowerBound, found.angle, label);
    assertLessOrEqual(known.angle_lower_bound - 1e-7, found.lowerBound, label);
    assertLessOrEqual(found.gradientNorm, 1e-8, label);
    assertAlmostEquals(found.gap, found.angle - found.lowerBound, 1e-15, label);
    assertAlmostEquals(found.euclidean, 2 * Math.sin(found.angle / 2), 1e-15, label);
    for (const run of known.reference_runs.angular) {
      assertLessOrEqual(found.angle, run + 1e-4, label);
    }
    for (const run of known.reference_runs.euclidean) {
      assertLessOrEqual(found.euclidean, run + 1e-4, label);
    }
    if (known.exact_angle !== undefined) {
      assertAlmostEquals(found.angle, known.exact_angle, 1e-7, label);
      assertLessOrEqual(found.gap, 1e-7, `${label}: the bound proves a closed form`);
    }
  }
});

Deno.test("dsa() with pruned effort solves the stored pairs that have a closed form", () => {
  for (const { id, n, a, b, exact_angle } of pairs) {
    if (exact_angle === undefined) continue;
    assertAlmostEquals(dsa(a, b, n, { effort: "pruned" }).angle, exact_angle, 1e-7, `pair ${id}`);
  }
});

Deno.test("dsa() with the published optimiser ends within the spread of its published runs", () => {
  // Of 2 dimensions it has one minimum to find; otherwise it may end in any of several.
  for (const { id, n, a, b, best_known_angle, reference_runs } of pairs) {
    if (n > 5) continue;
    const { angle } = dsa(a, b, n, { optimiser: "reference" });
    assertLessOrEqual(best_known_angle - 1e-9, angle, `pair ${id}`);
    if (n === 2) assertAlmostEquals(angle, reference_runs.angular[0], 5e-4, `pair ${id}`);
  }
});

Deno.test("eigenvalueWasserstein() and singularValueWasserstein() agree with the stored pairs", () => {
  for (const { id, n, a, b, wasserstein_eig, wasserstein_sv } of pairs) {
    assertAlmostEquals(eigenvalueWasserstein(a, n, b, n), wasserstein_eig, 1e-9, `pair ${id}`);
    assertAlmostEquals(singularValueWasserstein(a, n, b, n), wasserstein_sv, 1e-9, `pair ${id}`);
  }
});
