// The verb `test`: reference numbers of five groups, pairing, adjustment, and what is missing.

import { assertEquals, assertThrows } from "@std/assert";
import { recordsOf, type Table, tableOf } from "#lib/core/table.ts";
import { applySteps, step } from "#lib/math/tables/steps.ts";
import reference from "#tests/reference/statistics/statistics.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";

const tested = (table: Table, test: unknown) =>
  recordsOf(applySteps(table, [step.parse({ test })]));

const { samples, unordered_pairs, ordered_pairs } = reference.benjamini_hochberg.five_groups;
const groups = tableOf(
  Object.entries(samples).flatMap(([group, values]) =>
    values.map((value, seed) => ({ group, seed, value }))
  ),
  { value: { unit: "rad" } },
);

Deno.test("test compares five groups as the reference does, each pair once", () => {
  const rows = tested(groups, { group: "group" });
  assertEquals(rows.length, 10);
  const same = (a: string, b: string) => (row: Record<string, unknown>) =>
    row.first === a && row.second === b || row.first === b && row.second === a;
  for (const { first, second, adjusted_over_10 } of unordered_pairs) {
    const row = rows.find(same(first, second))!;
    assertAllClose([row.p_adjusted as number], [adjusted_over_10], { rtol: 1e-9 });
    const { p } = ordered_pairs.find((pair) => pair.first === first && pair.second === second)!;
    assertAllClose([row.p as number], [p], { rtol: 1e-9 });
  }
  const [untrained] = rows;
  assertEquals([untrained.n_first, untrained.n_second], [7, 8]);
  const out = applySteps(groups, [step.parse({ test: { group: "group" } })]);
  assertEquals(out.columns.find(({ name }) => name === "mean_first")?.unit, "rad");
});

Deno.test("test pairs rows by seed, leaving out seeds that one group lacks", () => {
  const paired = { group: "group", method: "paired_permutation", pair_by: ["seed"] };
  const rows = tested(groups, { ...paired, adjust: "none" });
  assertEquals([rows[0].n_first, rows[0].n_second], [7, 7]);
  assertEquals(rows.map(({ p }) => p), rows.map(({ p_adjusted }) => p_adjusted));
  const [one] = reference.paired_permutation_exact.cases;
  const table = tableOf(
    one.a.flatMap((value, seed) => [
      { group: "a", seed, value },
      // Another order of seeds must not matter.
      { group: "b", seed: one.a.length - 1 - seed, value: one.b[one.a.length - 1 - seed] },
    ]),
  );
  assertEquals(tested(table, paired)[0].p, one.p_two_sided);
});

Deno.test("test says nothing where there is too little, and refuses pairs that are not", () => {
  const few = tableOf([{ g: "a", seed: 1, value: 1 }, { g: "b", seed: 1, value: 2 }, {
    g: "c",
    seed: 1,
    value: null,
  }]);
  const rows = tested(few, { group: "g" });
  assertEquals(rows.map(({ p, p_adjusted }) => [p, p_adjusted]), new Array(3).fill([null, null]));
  const twice = tableOf([{ g: "a", seed: 1, value: 1 }, { g: "a", seed: 1, value: 2 }, {
    g: "b",
    seed: 1,
    value: 2,
  }]);
  const paired = { group: "g", method: "paired_permutation", pair_by: ["seed"] };
  assertThrows(() => tested(twice, paired), TypeError, "two rows of one group");
  assertEquals(step.safeParse({ test: { ...paired, pair_by: [] } }).success, false);
});
