// Do dissimilarities across groups of systems differ from those within? A permutation test whose units are the systems.

import { z } from "zod";
import type { Cell, Column, Table } from "../../core/table.ts";
import { benjaminiHochberg } from "../statistics/benjamini_hochberg.ts";
import { pairPermutationTest } from "../statistics/pair_permutation.ts";
import { columnIndex, groupRows, keyText, numberIndex, type Row } from "./columns.ts";

const side = z.tuple([z.string(), z.string()]);

/**
 * Params of the verb `pair_test`.
 *
 * @example
 * ```ts
 * import { pairTestParams } from "#lib/math/tables/pair_test.ts";
 * import { assert } from "@std/assert";
 * assert(pairTestParams.safeParse({ units: ["a", "b"], groups: ["a_regime", "b_regime"] }).success);
 * ```
 */
export const pairTestParams = z.strictObject({
  by: z.array(z.string()).default([]).describe("columns of which every combination is a test"),
  of: z.string().default("value").describe("the column of dissimilarities"),
  units: side.describe("columns of the two systems of a row"),
  groups: side.describe("columns of the groups of these"),
  num_permutations: z.int().min(19).default(9999),
  seed: z.int().default(0).describe("of the permutations"),
  adjust: z.enum(["benjamini_hochberg", "none"]).default("benjamini_hochberg")
    .describe("over all tests of the step"),
});

/**
 * Permutes the groups between the systems. One row per combination of `by`: `mean_across`, `mean_within`, their
 * `difference`, `num_units`, `p` (across larger than within, one-sided) and `p_adjusted`. Each pair counts as often as it
 * is there: filter one half of a matrix first. Rows of a system against itself are refused.
 *
 * @throws {TypeError} if a column is absent, a system lies in two groups, or a row compares a system with itself.
 *
 * @example
 * ```ts
 * import { pairTest, pairTestParams } from "#lib/math/tables/pair_test.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = [["x", "y", "f", "f", 1], ["x", "z", "f", "g", 5], ["y", "z", "f", "g", 6]];
 * const table = tableOf(rows.map(([a, b, p, q, value]) => ({ a, b, p, q, value })));
 * const params = { units: ["a", "b"], groups: ["p", "q"] };
 * assertEquals(recordsOf(pairTest(table, pairTestParams.parse(params)))[0].difference, 4.5);
 * ```
 */
export function pairTest(table: Table, params: z.output<typeof pairTestParams>): Table {
  const value = numberIndex(table, params.of, "pair_test");
  const units = params.units.map((name) => columnIndex(table, name, "pair_test"));
  const groups = params.groups.map((name) => columnIndex(table, name, "pair_test"));
  const rows: Cell[][] = [];
  const pValues: number[] = [];
  for (const { key, rows: some } of groupRows(table, params.by, "pair_test")) {
    const pairs = labelled(some.filter((row) => row[value] !== null), value, units, groups);
    const { meanAcross, meanWithin, pGreater } = pairPermutationTest(pairs, {
      numPermutations: params.num_permutations + 1,
      seed: params.seed,
    });
    const filled = (x: number) => Number.isNaN(x) ? null : x;
    rows.push([
      ...key,
      filled(meanAcross),
      filled(meanWithin),
      filled(meanAcross - meanWithin),
      pairs.groups.length,
    ]);
    pValues.push(pGreater);
  }
  const known = pValues.filter((p) => !Number.isNaN(p));
  const adjusted = params.adjust === "none" ? known : benjaminiHochberg(known);
  let next = 0;
  pValues.forEach((p, i) =>
    rows[i].push(...(Number.isNaN(p) ? [null, null] : [p, adjusted[next++]]))
  );
  const { unit } = table.columns[value];
  const number = (name: string): Column => ({ name, type: "number" });
  const measured = (name: string) => unit === undefined ? number(name) : { ...number(name), unit };
  return {
    columns: [
      ...params.by.map((name) => table.columns[columnIndex(table, name, "pair_test")]),
      measured("mean_across"),
      measured("mean_within"),
      measured("difference"),
      number("num_units"),
      { ...number("p"), description: "across larger than within, by permutation of systems" },
      { ...number("p_adjusted"), description: "for the number of tests" },
    ],
    rows,
  };
}

function labelled(
  rows: readonly Row[],
  value: number,
  units: readonly number[],
  groups: readonly number[],
) {
  const unitOf = new Map<string, number>();
  const groupOf = new Map<string, number>();
  const groupOfUnit: number[] = [];
  const numbered = (of: Map<string, number>, cell: Cell) => {
    const text = keyText([cell]);
    if (!of.has(text)) of.set(text, of.size);
    return of.get(text)!;
  };
  const places = rows.map((row) =>
    units.map((column, which) => {
      const unit = numbered(unitOf, row[column]);
      const group = numbered(groupOf, row[groups[which]]);
      if ((groupOfUnit[unit] ??= group) !== group) {
        throw new TypeError(`pair_test: the system ${row[column]} lies in two groups`);
      }
      return unit;
    })
  );
  const self = places.findIndex(([a, b]) => a === b);
  if (self >= 0) {
    throw new TypeError(
      `pair_test finds the system ${rows[self][units[0]]} against itself; filter such rows out`,
    );
  }
  return {
    values: Float64Array.from(rows, (row) => row[value] as number),
    first: Int32Array.from(places, ([a]) => a),
    second: Int32Array.from(places, ([, b]) => b),
    groups: Int32Array.from(groupOfUnit),
  };
}
