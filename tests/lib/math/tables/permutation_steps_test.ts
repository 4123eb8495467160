// The verbs `surrogate_test` and `pair_test`, and the further methods of `test`.

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { recordsOf, type Table, tableOf } from "#lib/core/table.ts";
import { labelPermutationTest } from "#lib/math/statistics/label_permutation.ts";
import { applySteps, step } from "#lib/math/tables/steps.ts";
import { fresh } from "../linalg/fresh.ts";

const applied = (table: Table, ...raw: unknown[]) =>
  recordsOf(applySteps(table, raw.map((one) => step.parse(one))));

const scores = tableOf([
  ...[0.1, 0.5, 0.6, 0.7, 0.4].map((value, i) => ({
    metric: "dsa",
    sense: "distance",
    value,
    surrogate: i,
  })),
  ...[0.9, 0.95, 0.2, 0.3, 0.1].map((value, i) => ({
    metric: "cka",
    sense: "similarity",
    value,
    surrogate: i,
  })),
], { value: { unit: "rad" } });

Deno.test("surrogate_test asks whether the observed systems are closer than the surrogates, by sense", () => {
  const params = { by: ["metric"], observed: { surrogate: 0 } };
  const [dsa, cka] = applied(scores, { surrogate_test: params });
  assertEquals([dsa.metric, dsa.observed, dsa.n, dsa.p], ["dsa", 0.1, 4, 1 / 5]);
  assertEquals([cka.metric, cka.observed, cka.n, cka.p], ["cka", 0.9, 4, 2 / 5]);
  assertEquals([dsa.p_adjusted, cka.p_adjusted], [2 / 5, 2 / 5]);
  assertAlmostEquals(dsa.mean_surrogate as number, 0.55, 1e-15);
  assertAlmostEquals(dsa.z as number, (0.1 - 0.55) / Math.sqrt(0.05 / 3), 1e-12);
  const far = applied(scores, {
    surrogate_test: { ...params, alternative: "farther", adjust: "none" },
  });
  assertEquals(far.map(({ p, p_adjusted }) => [p, p_adjusted]), [[1, 1], [4 / 5, 4 / 5]]);
  const out = applySteps(scores, [step.parse({ surrogate_test: params })]);
  assertEquals(out.columns.find(({ name }) => name === "observed")?.unit, "rad");
});

Deno.test("surrogate_test needs one observed row, and a sense for closer", () => {
  const refuse = (table: Table, params: unknown, message: string) =>
    assertThrows(() => applied(table, { surrogate_test: params }), TypeError, message);
  refuse(scores, { observed: { surrogate: 0 } }, "2 observed scores for all rows");
  refuse(
    scores,
    { by: ["metric"], observed: { surrogate: 9 } },
    "0 observed scores for metric = dsa",
  );
  const plain = tableOf([{ value: 1, kind: "own" }, { value: 2, kind: "other" }]);
  refuse(plain, { observed: { kind: "own" } }, "needs a column 'sense'");
  const alone = tableOf([{ value: 1, kind: "own" }]);
  const [row] = applied(alone, {
    surrogate_test: { observed: { kind: "own" }, alternative: "less" },
  });
  assertEquals([row.n, row.p, row.p_adjusted], [0, null, null]);
});

Deno.test("pair_test compares across with within by systems, and refuses self comparisons and strays", () =>
  fresh(({ normal, seed }) => {
    const places = normal(1, 10).map((x, i) => 0.3 * x + (i < 5 ? 0 : 3));
    const rows = [...places.keys()].flatMap((i) =>
      [...Array(i).keys()].map((j) => ({
        a: `s${i}`,
        b: `s${j}`,
        a_regime: i < 5 ? "fixed" : "chaos",
        b_regime: j < 5 ? "fixed" : "chaos",
        value: Math.abs(places[i] - places[j]),
      }))
    );
    const params = {
      units: ["a", "b"],
      groups: ["a_regime", "b_regime"],
      num_permutations: 999,
      seed,
    };
    const [found] = applied(tableOf(rows), { pair_test: params });
    assertEquals(found.num_units, 10);
    const meanOf = (wanted: boolean) => {
      const some = rows.filter((row) => (row.a_regime === row.b_regime) === wanted);
      return some.reduce((sum, { value }) => sum + value, 0) / some.length;
    };
    assertAlmostEquals(found.difference as number, meanOf(false) - meanOf(true), 1e-12);
    // 126 ways to part ten systems in halves: the smallest p is near 1/126.
    assert((found.p as number) < 0.05);
    const self = [...rows, { ...rows[0], b: rows[0].a, b_regime: rows[0].a_regime }];
    assertThrows(() => applied(tableOf(self), { pair_test: params }), TypeError, "against itself");
    const stray = rows.map((row, i) => i === 0 ? { ...row, a_regime: "other" } : row);
    assertThrows(
      () => applied(tableOf(stray), { pair_test: params }),
      TypeError,
      "lies in two groups",
    );
  }));

Deno.test("test knows further methods, of samples and of pairs by seed", () =>
  fresh(({ normal }) => {
    const noise = normal(1, 16);
    const table = tableOf(
      ["a", "b"].flatMap((group, g) =>
        [...Array(8).keys()].map((seed) => ({
          group,
          seed,
          value: noise[8 * g + seed] + 5 * g + seed,
        }))
      ),
    );
    const p = (method: string, more = {}) =>
      applied(table, { test: { group: "group", method, ...more } })[0].p as number;
    const paired = { pair_by: ["seed"] };
    assertAlmostEquals(p("wilcoxon", paired), 2 / 2 ** 8, 1e-12);
    assertAlmostEquals(p("paired_permutation", paired), 2 / 2 ** 8, 1e-12);
    assert(p("paired_t", paired) < 1e-3);
    const values = recordsOf(table).map(({ value }) => value as number);
    const expected = labelPermutationTest(values.slice(0, 8), values.slice(8)).pTwoSided;
    assertAlmostEquals(p("permutation"), expected, 1e-15);
    for (const method of ["paired_t", "wilcoxon"]) {
      assert(
        !step.safeParse({ test: { group: "group", method } }).success,
        `${method} needs pair_by`,
      );
    }
  }));

Deno.test("intervals by bca need nothing else than those by bootstrap", () => {
  const table = tableOf([..."abcdefgh"].map((unit, i) => ({ unit, value: 2 ** i })));
  const summary = (method: string) =>
    applied(table, {
      summarise: {
        statistics: ["mean"],
        interval: { method, units: ["unit"], num_resamples: 500 },
      },
    })[0] as Record<string, number>;
  const [plain, accelerated] = ["bootstrap", "bca"].map(summary);
  assertEquals(accelerated.mean, plain.mean);
  assert(
    accelerated.low > plain.low && accelerated.high > plain.high,
    "moved along with the skewness",
  );
});
