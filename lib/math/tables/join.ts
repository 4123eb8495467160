// Columns of one table beside the matching rows of another: the self floor beside every number.

import { z } from "zod";
import type { Column, Table } from "../../core/table.ts";
import { columnIndex, groupRows, keyText, type Row, withColumns } from "./columns.ts";

/**
 * Params of {@link join}.
 *
 * @example
 * ```ts
 * import { joinParams } from "#lib/math/tables/join.ts";
 * import { assert } from "@std/assert";
 * assert(joinParams.safeParse({ by: ["metric"], take: { floor: "mean" } }).success);
 * ```
 */
export const joinParams = z.strictObject({
  by: z.array(z.string()).default([]).describe("columns on which the rows must agree"),
  take: z.record(z.string(), z.string()).describe("new column: column of the table beside"),
});

/**
 * Columns of another table beside the rows that agree with it; missing where none does.
 *
 * @throws {TypeError} if two rows of the other table agree with one row, or a column is absent.
 *
 * @example
 * ```ts
 * import { join } from "#lib/math/tables/join.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ metric: "dsa", mean: 0.4 }]);
 * const floors = tableOf([{ metric: "dsa", mean: 0.1 }]);
 * assertEquals(
 *   recordsOf(join(table, floors, { by: ["metric"], take: { floor: "mean" } })),
 *   [{ metric: "dsa", mean: 0.4, floor: 0.1 }],
 * );
 * ```
 */
export function join(
  table: Table,
  beside: Table,
  { by, take }: z.output<typeof joinParams>,
): Table {
  const own = by.map((name) => columnIndex(table, name, "join"));
  const names = Object.keys(take).sort();
  const taken = names.map((name) => columnIndex(beside, take[name], "join (beside)"));
  const found = new Map<string, Row>();
  for (const { key, rows } of groupRows(beside, by, "join (beside)")) {
    if (rows.length > 1) {
      throw new TypeError(
        `join finds ${rows.length} rows beside ${by.map((one, i) => `${one} = ${key[i]}`)}` +
          "; summarise the table beside first",
      );
    }
    if (rows.length === 1) found.set(keyText(key), rows[0]);
  }
  const columns = names.map((name, i): Column => ({
    ...beside.columns[taken[i]],
    name,
  }));
  return withColumns(table, columns, (row) => {
    const other = found.get(keyText(own.map((index) => row[index])));
    return taken.map((index) => other === undefined ? null : other[index]);
  });
}
