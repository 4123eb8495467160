import { nonNormality, spectralRadius, transientGrowth } from "#lib/math/dmd/operator_facts.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import reference from "#tests/reference/dsa/stats.json" with { type: "json" };
import { assertAlmostEquals, assertLess } from "@std/assert";
import { fresh, plainProduct } from "../linalg/fresh.ts";

Deno.test("nonNormality() and transientGrowth() give the stored numbers of v2", () => {
  const { matrix, nonnormality, transient_growth } = reference.nonnormality;
  const a = Float64Array.from(matrix.flat());
  assertAlmostEquals(nonNormality(a, matrix.length), nonnormality, 1e-9);
  assertAlmostEquals(transientGrowth(a, matrix.length), transient_growth, 1e-9);
});

Deno.test("nonNormality() is zero for rotations and symmetric matrices, not for a shear", () => {
  fresh((draws) => {
    const angle = draws.normal(1, 1)[0];
    const rotation = Float64Array.of(
      Math.cos(angle),
      -Math.sin(angle),
      Math.sin(angle),
      Math.cos(angle),
    );
    assertLess(nonNormality(rotation, 2), 1e-15);
    const b = draws.normal(5, 5);
    const symmetric = b.map((x, p) => x + b[(p % 5) * 5 + Math.floor(p / 5)]);
    assertLess(nonNormality(symmetric, 5), 1e-12);
    assertAlmostEquals(nonNormality(Float64Array.of(1, 2, 0, 1), 2), Math.sqrt(32), 1e-12);
  });
});

Deno.test("transientGrowth() bounds spectralRadius(), which is that of any similar matrix", () => {
  fresh((draws) => {
    const n = 6;
    const a = draws.normal(n, n);
    const radius = spectralRadius(a, n);
    assertLess(radius, transientGrowth(a, n) + 1e-12);
    // A similar matrix: S A S⁻¹ with S = I + N, N nilpotent (one entry), S⁻¹ = I − N.
    const s = Float64Array.from({ length: n * n }, (_, p) => p % (n + 1) === 0 ? 1 : 0);
    const inverse = s.slice();
    s[1] = 0.7;
    inverse[1] = -0.7;
    const similar = plainProduct(plainProduct(s, a, n, n, n), inverse, n, n, n);
    assertAlmostEquals(spectralRadius(similar, n), radius, 1e-10);
    const { re, im } = eigenvalues(a, n);
    const largest = Math.max(...re.map((x, i) => Math.hypot(x, im[i])));
    assertAlmostEquals(radius, largest, 1e-15);
  });
});
