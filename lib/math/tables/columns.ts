// Columns and groups of a table: finding a column by name with a helpful refusal, and rows that agree on columns.

import type { Cell, Column, Table } from "../../core/table.ts";

/** One row of a table; entries follow the order of the columns. */
export type Row = readonly Cell[];

/**
 * Position of a column.
 *
 * @param what who asks, for the message
 * @throws {TypeError} naming the columns that exist.
 *
 * @example
 * ```ts
 * import { columnIndex } from "#lib/math/tables/columns.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const table = tableOf([{ metric: "dsa", value: 0.3 }]);
 * assertEquals(columnIndex(table, "value", "filter"), 1);
 * assertThrows(() => columnIndex(table, "valu", "filter"), TypeError, "metric, value");
 * ```
 */
export function columnIndex(table: Table, name: string, what: string): number {
  const index = table.columns.findIndex((column) => column.name === name);
  if (index < 0) {
    const known = table.columns.map((column) => column.name).join(", ");
    throw new TypeError(`${what} names the column '${name}'; the table has ${known || "none"}`);
  }
  return index;
}

/**
 * Position of a column of numbers.
 *
 * @throws {TypeError} if the column is absent or holds something else.
 *
 * @example
 * ```ts
 * import { numberIndex } from "#lib/math/tables/columns.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertThrows } from "@std/assert";
 * const table = tableOf([{ metric: "dsa" }]);
 * assertThrows(() => numberIndex(table, "metric", "fit"), TypeError, "holds strings");
 * ```
 */
export function numberIndex(table: Table, name: string, what: string): number {
  const index = columnIndex(table, name, what);
  const { type } = table.columns[index];
  if (type !== "number" && table.rows.some((row) => row[index] !== null)) {
    throw new TypeError(`${what} needs numbers, but the column '${name}' holds ${type}s`);
  }
  return index;
}

/** Rows that agree on the grouping columns. */
export interface Group {
  /** Entries of the grouping columns, in their order. */
  readonly key: Row;
  readonly rows: readonly Row[];
}

/**
 * Rows grouped by columns, groups in order of first appearance. Without columns, one group of all rows.
 *
 * @throws {TypeError} if a column is absent.
 *
 * @example
 * ```ts
 * import { groupRows } from "#lib/math/tables/columns.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ a: "y", v: 1 }, { a: "x", v: 2 }, { a: "y", v: 3 }]);
 * assertEquals(groupRows(table, ["a"], "example").map(({ key }) => key), [["y"], ["x"]]);
 * ```
 */
export function groupRows(table: Table, by: readonly string[], what: string): Group[] {
  const indices = by.map((name) => columnIndex(table, name, what));
  if (indices.length === 0) return [{ key: [], rows: table.rows }];
  const groups = new Map<string, { key: Row; rows: Row[] }>();
  for (const row of table.rows) {
    const key = indices.map((index) => row[index]);
    const id = keyText(key);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { key, rows: [row] });
    else group.rows.push(row);
  }
  return [...groups.values()];
}

/**
 * Text that differs where entries differ, for use as a map key.
 *
 * @example
 * ```ts
 * import { keyText } from "#lib/math/tables/columns.ts";
 * import { assertNotEquals } from "@std/assert";
 * assertNotEquals(keyText(["1"]), keyText([1]));
 * ```
 */
export function keyText(cells: Row): string {
  return cells.map((cell) => typeof cell === "string" ? JSON.stringify(cell) : String(cell)).join(
    "\u0000",
  );
}

/**
 * The numbers of a column in some rows; missing entries are left out, NaN stays.
 *
 * @example
 * ```ts
 * import { numbersAt } from "#lib/math/tables/columns.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(numbersAt([[1], [null], [3]], 0), [1, 3]);
 * ```
 */
export function numbersAt(rows: readonly Row[], index: number): number[] {
  const values: number[] = [];
  for (const row of rows) {
    const cell = row[index];
    if (cell !== null) values.push(cell as number);
  }
  return values;
}

/**
 * A table with columns added or replaced (in place, if the name exists).
 *
 * @param cellsOf entries of one row, given the row and its position, in the order of `columns`
 *
 * @example
 * ```ts
 * import { withColumns } from "#lib/math/tables/columns.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ a: 1 }]);
 * const more = withColumns(table, [{ name: "b", type: "number" }], (row) => [row[0] as number + 1]);
 * assertEquals(recordsOf(more), [{ a: 1, b: 2 }]);
 * ```
 */
export function withColumns(
  table: Table,
  columns: readonly Column[],
  cellsOf: (row: Row, at: number) => Row,
): Table {
  const names = new Map(table.columns.map((column, index) => [column.name, index]));
  const all = [...table.columns];
  const places = columns.map((column) => {
    const place = names.get(column.name) ?? all.length;
    all[place] = column;
    return place;
  });
  const rows = table.rows.map((row, at) => {
    const cells = cellsOf(row, at);
    const out = [...row];
    places.forEach((place, i) => out[place] = cells[i]);
    return out;
  });
  return { columns: all, rows };
}
