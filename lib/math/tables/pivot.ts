// From long to wide: the values of one column become columns.

import { z } from "zod";
import type { Cell, Column, Table } from "../../core/table.ts";
import { columnIndex, groupRows } from "./columns.ts";

/**
 * Params of {@link pivot}.
 *
 * @example
 * ```ts
 * import { pivotParams } from "#lib/math/tables/pivot.ts";
 * import { assert } from "@std/assert";
 * assert(pivotParams.safeParse({ by: ["metric"], names: "pair" }).success);
 * ```
 */
export const pivotParams = z.strictObject({
  by: z.array(z.string()).default([]).describe("columns kept; one row per combination"),
  names: z.string().describe("the column whose values become column names"),
  values: z.string().default("mean").describe("the column whose values fill them"),
});

/**
 * From long to wide: one column per value of `names`.
 *
 * @throws {TypeError} if two rows fall on one cell, a new column would hide a kept one, or a column is absent.
 *
 * @example
 * ```ts
 * import { pivot } from "#lib/math/tables/pivot.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ m: "dsa", pair: "within", mean: 1 }, { m: "dsa", pair: "across", mean: 2 }]);
 * assertEquals(
 *   recordsOf(pivot(table, { by: ["m"], names: "pair", values: "mean" })),
 *   [{ m: "dsa", within: 1, across: 2 }],
 * );
 * ```
 */
export function pivot(table: Table, { by, names, values }: z.output<typeof pivotParams>): Table {
  const name = columnIndex(table, names, "pivot");
  const value = columnIndex(table, values, "pivot");
  const wide = [...new Set(table.rows.map((row) => row[name]).filter((cell) => cell !== null))]
    .map(String);
  const hidden = wide.find((one) => by.includes(one));
  if (hidden !== undefined) {
    throw new TypeError(`pivot makes a column '${hidden}', which is also kept; rename one`);
  }
  const rows = groupRows(table, by, "pivot").map(({ key, rows }) => {
    const cells = new Map<string, Cell>();
    for (const row of rows) {
      if (row[name] === null) continue;
      const column = String(row[name]);
      if (cells.has(column)) {
        throw new TypeError(
          `pivot finds two rows for ${names} = ${column} at ${
            by.map((one, i) => `${one} = ${key[i]}`)
          }` +
            "; summarise first or keep more columns",
        );
      }
      cells.set(column, row[value]);
    }
    return [...key, ...wide.map((column) => cells.get(column) ?? null)];
  });
  const { name: _name, ...about } = table.columns[value];
  return {
    columns: [
      ...by.map((one) => table.columns[columnIndex(table, one, "pivot")]),
      ...wide.map((one): Column => ({ ...about, name: one })),
    ],
    rows,
  };
}
