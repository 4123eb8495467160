// Tests of differences between groups of rows, of two samples or of pairs (the same seed in both groups); p values adjusted
// for their number. Every pair of groups is tested once: counting (a, b) and (b, a) would halve the corrected p values.

import { z } from "zod";
import type { Cell, Column, Table } from "../../core/table.ts";
import { benjaminiHochberg } from "../statistics/benjamini_hochberg.ts";
import { labelPermutationTest } from "../statistics/label_permutation.ts";
import { mean } from "../statistics/moments.ts";
import { pairedPermutationTest } from "../statistics/permutation_test.ts";
import { pairedT, twoSampleT } from "../statistics/t_test.ts";
import { signedRankTest } from "../statistics/wilcoxon.ts";
import { columnIndex, groupRows, keyText, numberIndex, numbersAt, type Row } from "./columns.ts";

/**
 * Params of the verb `test`.
 *
 * @example
 * ```ts
 * import { testParams } from "#lib/math/tables/test_groups.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(testParams.parse({ group: "curriculum" }).method, "t");
 * ```
 */
export const testParams = z.strictObject({
  by: z.array(z.string()).default([]).describe("grouping columns: tests within each group of rows"),
  of: z.string().default("value").describe("the column that is compared"),
  group: z.string().describe("column whose values are compared two by two"),
  method: z.enum(["t", "permutation", "paired_t", "paired_permutation", "wilcoxon"]).default("t")
    .describe(
      "two samples: t (pooled variance), permutation (labels; all divisions up to 200 000); rows paired by `pair_by`: paired_t, " +
        "paired_permutation (signs; all up to 20 pairs), wilcoxon (signed ranks, exact up to 200 pairs). All take rows as " +
        "independent, which scores of pairs of systems are not: for those take the step pair_test",
    ),
  pair_by: z.array(z.string()).default([]).describe("columns that pair rows of two groups: [seed]"),
  adjust: z.enum(["benjamini_hochberg", "none"]).default("benjamini_hochberg")
    .describe("over all tests of the step"),
  seed: z.int().default(0).describe("of permutations, where these are too many for all of them"),
}).refine(
  ({ method, pair_by }) => !isPaired(method) || pair_by.length > 0,
  "a test of pairs needs `pair_by`, e.g. [seed]",
);

/**
 * Tests every unordered pair of groups. Columns: `by`, `first`, `second`, `mean_first`, `mean_second`, `n_first`,
 * `n_second`, `p` and `p_adjusted`, two-sided. Pairs with too few values have a missing p.
 *
 * @throws {TypeError} if a column is absent, or two rows of one group share a pair.
 *
 * @example
 * ```ts
 * import { testGroups, testParams } from "#lib/math/tables/test_groups.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([1, 2, 3].flatMap((seed) => [
 *   { seed, group: "a", value: seed + 1 },
 *   { seed, group: "b", value: seed },
 * ]));
 * const params = { group: "group", method: "paired_permutation", pair_by: ["seed"] };
 * const [found] = recordsOf(testGroups(table, testParams.parse(params)));
 * assertEquals([found.first, found.second, found.p], ["a", "b", 0.25]);
 * ```
 */
export function testGroups(table: Table, params: z.output<typeof testParams>): Table {
  const value = numberIndex(table, params.of, "test");
  const group = columnIndex(table, params.group, "test");
  const pairs = params.pair_by.map((name) => columnIndex(table, name, "test"));
  const rows: Cell[][] = [];
  const pValues: number[] = [];
  for (const { key, rows: some } of groupRows(table, params.by, "test")) {
    const groups = groupRows({ columns: table.columns, rows: some }, [params.group], "test")
      .filter((one) => one.key[0] !== null);
    for (let i = 0; i < groups.length; i++) {
      for (let j = i + 1; j < groups.length; j++) {
        const [a, b] = isPaired(params.method)
          ? paired(groups[i].rows, groups[j].rows, value, pairs)
          : [numbersAt(groups[i].rows, value), numbersAt(groups[j].rows, value)];
        const p = pOf(a, b, params);
        pValues.push(p);
        const filled = (numbers: readonly number[]) => numbers.length > 0 ? mean(numbers) : null;
        const names = [groups[i].key[0], groups[j].key[0]];
        rows.push([...key, ...names, filled(a), filled(b), a.length, b.length]);
      }
    }
  }
  const known = pValues.filter((p) => !Number.isNaN(p));
  const adjusted = params.adjust === "none" ? known : benjaminiHochberg(known);
  let next = 0;
  pValues.forEach((p, at) =>
    rows[at].push(...(Number.isNaN(p) ? [null, null] : [p, adjusted[next++]]))
  );
  return {
    columns: [...columnsOf(table, params, table.columns[group], table.columns[value])],
    rows,
  };
}

function isPaired(method: string): boolean {
  return method === "paired_t" || method === "paired_permutation" || method === "wilcoxon";
}

/** NaN with too few values. */
function pOf(
  a: readonly number[],
  b: readonly number[],
  { method, seed }: z.output<typeof testParams>,
): number {
  if (a.length === 0 || b.length === 0) return NaN;
  switch (method) {
    case "permutation":
      return labelPermutationTest(a, b, { seed }).pTwoSided;
    case "paired_t":
      return a.length > 1 ? pairedT(a, b).pTwoSided : NaN;
    case "paired_permutation":
      return pairedPermutationTest(a, b, { seed }).pTwoSided;
    case "wilcoxon":
      return signedRankTest(a, b).pTwoSided;
    default:
      return a.length + b.length > 2 ? twoSampleT(a, b).pTwoSided : NaN;
  }
}

/** Values of two groups, in the order of the pairs that both have. */
function paired(
  first: readonly Row[],
  second: readonly Row[],
  value: number,
  pairs: readonly number[],
): [number[], number[]] {
  const byPair = (rows: readonly Row[]) => {
    const found = new Map<string, number>();
    for (const row of rows) {
      if (row[value] === null) continue;
      const key = keyText(pairs.map((index) => row[index]));
      if (found.has(key)) {
        throw new TypeError(
          `test finds two rows of one group for the pair ${pairs.map((index) => row[index])}`,
        );
      }
      found.set(key, row[value] as number);
    }
    return found;
  };
  const [a, b] = [byPair(first), byPair(second)];
  const both = [...a.keys()].filter((key) => b.has(key));
  return [both.map((key) => a.get(key)!), both.map((key) => b.get(key)!)];
}

function columnsOf(
  table: Table,
  params: z.output<typeof testParams>,
  group: Column,
  value: Column,
): Column[] {
  const number = (name: string): Column => ({ name, type: "number" });
  const measured = (name: string): Column =>
    value.unit === undefined ? number(name) : { ...number(name), unit: value.unit };
  return [
    ...params.by.map((name) => table.columns[columnIndex(table, name, "test")]),
    { ...group, name: "first" },
    { ...group, name: "second" },
    measured("mean_first"),
    measured("mean_second"),
    number("n_first"),
    number("n_second"),
    { ...number("p"), description: "two-sided" },
    { ...number("p_adjusted"), description: "for the number of tests" },
  ];
}
