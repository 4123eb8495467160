// The scores of dsa through the task that workflows run: spectra, groups, sizes, units and bounds, and what is refused.

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import { recordsOf, type Table } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import { leastCostTransport } from "#lib/math/dsa/transport.ts";
import dsa from "#lib/metrics/dsa.ts";
import task from "#tasks/compare.ts";
import stored from "#tests/reference/dsa_pairs/dsa_pairs.json" with { type: "json" };
import { wasmEngine } from "#tests/support/engines.ts";
import { boundItems, runTask } from "#tests/support/run_task.ts";
import { type Draws, fresh } from "../math/linalg/fresh.ts";
import { conjugate, orthogonal, oscillators } from "../math/dsa/operators.ts";

/** As `import` makes it: the matrix alone. */
const imported = (m: Float64Array, n = Math.sqrt(m.length)): Operator => ({
  matrix: tensor(["target", "source"], [n, n], m),
  about: { rank: n, method: "imported", warnings: [] },
});

async function table(options: Record<string, unknown>, inputs: Record<string, unknown>) {
  const made = await runTask(task, { metric: "dsa", options }, inputs, { metric: dsa as never });
  return made.scores as Table;
}

async function rowOf(options: Record<string, unknown>, a: Float64Array, b: Float64Array) {
  return recordsOf(await table(options, { a: imported(a), b: imported(b) }))[0];
}

function drawn<T>(make: (draws: Draws) => T): T {
  let made: T | undefined;
  fresh((draws) => void (made = make(draws)));
  return made!;
}

const matrix = (rows: unknown) => Float64Array.from((rows as number[][]).flat());

Deno.test("dsa gives every stored number of imported operators", async () => {
  for (const stage of stored.cases) {
    const { id, n, best_known_angle, best_known_euclidean, reference_runs } = stage;
    const [a, b] = [matrix(stage.A), matrix(stage.B)];
    const angular = await rowOf({}, a, b), euclidean = await rowOf({ score: "euclidean" }, a, b);
    assertLessOrEqual(angular.value as number, best_known_angle + 1e-5, `pair ${id}`);
    assertLessOrEqual(euclidean.value as number, best_known_euclidean + 1e-5, `pair ${id}`);
    for (const run of reference_runs.angular) {
      assertLessOrEqual(angular.value as number, run + 1e-4, `pair ${id}`);
    }
    const bound = stage.angle_lower_bound;
    assertLessOrEqual(bound - 1e-7, angular.lower_bound as number, `pair ${id}`);
    for (
      const [spectrum, value] of [
        ["eigenvalues", stage.wasserstein_eig],
        ["singular_values", stage.wasserstein_sv],
      ] as const
    ) {
      const squared = await rowOf({ score: "wasserstein", spectrum }, a, b);
      assertAlmostEquals(squared.value as number, value, 1e-9, `pair ${id}, ${spectrum}`);
      const rooted = await rowOf({ score: "wasserstein", spectrum, rooted: true }, a, b);
      assertAlmostEquals((rooted.value as number) ** 2, value, 1e-9, `pair ${id}, rooted`);
    }
    assertEquals(angular.rank, n);
    assertEquals(angular.singular_ratio, null);
  }
});

Deno.test("dsa gives each score its unit, its name and a bound that is not above it", async () => {
  const [a, b] = drawn((draws) => [oscillators(draws, 4), draws.normal(4, 4)]);
  const units: Record<string, string> = {};
  for (const score of ["angular", "euclidean", "wasserstein"]) {
    for (const group of ["orthogonal", "special_orthogonal", "general_linear"]) {
      for (const compat of ["corrected", "v1"]) {
        const row = await rowOf({ score, group, compat }, a, b);
        const [value, bound, gap] = [row.value, row.lower_bound, row.gap] as number[];
        assertLessOrEqual(bound, value, `${score}, ${group}`);
        assertEquals(gap, value - bound);
        assertEquals([row.score_kind, row.sense], [score, "distance"]);
        assertEquals("condition" in row, group === "general_linear");
        units[score] = row.unit as string;
      }
    }
  }
  assertEquals(units, { angular: "rad", euclidean: "1", wasserstein: "λ²" });
  const others = { score: "wasserstein", spectrum: "singular_values", rooted: true };
  assertEquals((await rowOf(others, a, b)).unit, "σ");
  assertEquals((await rowOf({ scale: "half_pi" }, a, b)).unit, "π/2 rad");
});

Deno.test("dsa certifies fresh pairs of every kind over every group", async () => {
  for (const group of ["orthogonal", "special_orthogonal", "general_linear"]) {
    for (let repeat = 0; repeat < 4; repeat++) {
      const pairs = drawn((draws) =>
        [2, 3, 5].map((
          n,
        ) => [oscillators(draws, n), repeat % 2 ? draws.normal(n, n) : orthogonal(draws, n)])
      );
      for (const [a, b] of pairs) {
        const row = await rowOf({ group }, a, b);
        assertLessOrEqual(row.lower_bound as number, row.value as number, group);
        if (group !== "orthogonal") continue;
        // No rotation goes below the bound, however it was found.
        const thorough = await rowOf({ group, effort: "thorough", seed: 7 }, a, b);
        assertLessOrEqual(row.lower_bound as number, thorough.value as number);
        assertLessOrEqual(row.value as number, (thorough.value as number) + 1e-5);
      }
    }
  }
});

Deno.test("dsa goes from orthogonal to invertible changes of coordinates, never up", async () => {
  const [a, b] = drawn((draws) => [oscillators(draws, 5), oscillators(draws, 5)]);
  const value = async (group: string) => (await rowOf({ group }, a, b)).value as number;
  const [proper, all, general] = [
    await value("special_orthogonal"),
    await value("orthogonal"),
    await value("general_linear"),
  ];
  assertLessOrEqual(all, proper + 1e-9);
  assertLessOrEqual(general, all + 1e-9);
});

Deno.test("dsa of normalised spectra does not depend on factors, of plain ones does", async () => {
  const [a, b] = drawn((draws) => [draws.normal(3, 3), draws.normal(3, 3)]);
  const larger = b.map((x) => 3 * x);
  for (const normalise of [true, false]) {
    const options = { score: "wasserstein", normalise };
    const [one, other] = [await rowOf(options, a, b), await rowOf(options, a, larger)];
    const difference = Math.abs((one.value as number) - (other.value as number));
    assertEquals(difference < 1e-12, normalise);
  }
});

Deno.test("dsa takes operators of unequal size as its policy says, and every row says what it is", async () => {
  const [a, b, c] = drawn((draws) => [draws.normal(3, 3), draws.normal(5, 5), draws.normal(3, 3)]);
  const operators = boundItems([a, b, c].map((m) => imported(m)));
  const rows = async (on_size_mismatch: string, more = {}) =>
    recordsOf(await table({ on_size_mismatch, ...more }, { operators }))
      .filter(({ half }) => half === "upper");
  const padded = await rows("zero_pad");
  assertEquals(padded.map(({ score_kind, unit, rank }) => [score_kind, unit, rank]), [
    ["angular", "rad", 5],
    ["angular", "rad", 3],
    ["angular", "rad", 5],
  ]);
  const mixed = await rows("wasserstein");
  assertEquals(mixed.map(({ score_kind, unit, gap }) => [score_kind, unit, gap === 0]), [
    ["wasserstein", "λ²", true],
    ["angular", "rad", false],
    ["wasserstein", "λ²", true],
  ]);
  assertEquals(mixed[1].value, padded[1].value);
  const whole = await table({ on_size_mismatch: "wasserstein" }, { operators });
  assertEquals(whole.columns.find(({ name }) => name === "value")?.unit, undefined, "no one unit");
  const error = await assertRejects(() => rows("error"), RangeError);
  for (
    const words of ["'0' against '1'", "target 3 × source 3", "target 5 × source 5", "zero_pad"]
  ) {
    assertStringIncludes(error.message, words);
  }
});

Deno.test("dsa splits the points of unequal spectra as version 2 did, where asked", async () => {
  const [small, large] = [Float64Array.of(2), Float64Array.of(1, 0, 0, 5)];
  const options = { score: "wasserstein", on_size_mismatch: "zero_pad" };
  // With a zero added: 2 with 1 and 0 with 5, or 2 with 5 and 0 with 1. Split: half of 2 to each.
  assertAlmostEquals((await rowOf(options, small, large)).value as number, (9 + 1) / 2, 1e-12);
  const v2 = { ...options, compat: "v2" };
  assertAlmostEquals((await rowOf(v2, small, large)).value as number, (1 + 9) / 2, 1e-12);
  const [a, b] = [Float64Array.of(3, 0, 0, -1), new Float64Array(9).fill(0)];
  [1, 2, 4].forEach((value, i) => b[4 * i] = value);
  const cost = Float64Array.from([3, -1].flatMap((p) => [1, 2, 4].map((q) => (p - q) ** 2)));
  assertAlmostEquals(
    (await rowOf(v2, a, b)).value as number,
    leastCostTransport(cost, 2, 3),
    1e-12,
  );
  assertEquals((await rowOf(v2, a, b)).value, (await rowOf(v2, b, a)).value);
});

Deno.test("dsa of spectra takes zero and defective operators; of one number is a sign", async () => {
  const jordan = Float64Array.of(0.5, 1, 0, 0, 0.5, 1, 0, 0, 0.5);
  const turned = drawn((draws) => conjugate(jordan, orthogonal(draws, 3), 3));
  // A triple eigenvalue is known to the third root of rounding only.
  assertLess((await rowOf({ score: "wasserstein" }, jordan, turned)).value as number, 1e-8);
  assertLess((await rowOf({}, jordan, turned)).value as number, 1e-9);
  const zero = new Float64Array(9);
  assertAlmostEquals(
    (await rowOf({ score: "wasserstein" }, jordan, zero)).value as number,
    0.25,
    1e-4,
  );
  const one = (x: number) => Float64Array.of(x);
  assertEquals((await rowOf({}, one(2), one(0.1))).value, 0);
  assertAlmostEquals((await rowOf({}, one(2), one(-0.1))).value as number, Math.PI, 1e-15);
  for (const group of ["special_orthogonal", "general_linear"]) {
    assertAlmostEquals((await rowOf({ group }, one(2), one(-1))).value as number, Math.PI, 1e-12);
  }
});

Deno.test("dsa refuses operators without a direction, and says which and what to do", async () => {
  const usual = Float64Array.of(1, 2, 3, 4);
  const refuses = async (options: Record<string, unknown>, bad: Operator, ...words: string[]) => {
    const operators = boundItems([imported(usual), bad]);
    const error = await assertRejects(() => table(options, { operators }), RangeError);
    for (const one of ["system '", "target 2 × source", ...words]) {
      assertStringIncludes(error.message, one);
    }
  };
  await refuses({}, imported(new Float64Array(4)), "system '1'", "zero", "wasserstein");
  await refuses({ score: "wasserstein", normalise: true }, imported(new Float64Array(4)), "zero");
  await refuses({}, imported(Float64Array.of(1, NaN, 0, 1)), "entry 0, 1 is NaN", "check the fit");
  await refuses({ score: "wasserstein" }, imported(Float64Array.of(1e200, 0, 0, 1)), "overflow");
  const wide: Operator = {
    matrix: tensor(["target", "source"], [2, 3], new Float64Array(6).fill(1)),
    about: {},
  };
  await refuses({}, wide, "not square");
  await refuses({ rank: 1 }, imported(usual), "without moments", "leave out rank");
});

Deno.test("dsa with starts of the set gives no larger angles than pair by pair, engine or not", async () => {
  await using engine = wasmEngine(1);
  const operators = drawn((draws) => {
    const base = draws.normal(9, 9);
    return boundItems(
      [0, 1, 2, 3].map(() => imported(base.map((x) => x + 0.5 * draws.normal(1, 1)[0]))),
    );
  });
  const values = async (options: Record<string, unknown>) => {
    const params = { metric: "dsa", options: { effort: "pruned", ...options } };
    const made = await runTask(task, params, { operators }, { metric: dsa as never }, engine);
    return recordsOf(made.scores as Table).map(({ value }) => value as number);
  };
  const alone = await values({});
  const together = await values({ starts: "set" });
  together.forEach((value, i) => assertLessOrEqual(value, alone[i]));
  assertEquals(await values({ starts: "set", search: "engine" }), together);
  assertEquals(engine.counts.dispatches, 0);
  assert(together.some((value) => value > 0));
});
