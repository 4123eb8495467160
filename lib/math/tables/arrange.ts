// Verbs that change the order, the names and the labels of columns and rows, and no entry.

import { z } from "zod";
import type { Cell, Table } from "../../core/table.ts";
import { columnIndex } from "./columns.ts";

/**
 * The named columns, in the order given.
 *
 * @throws {TypeError} if a column is absent.
 *
 * @example
 * ```ts
 * import { select } from "#lib/math/tables/arrange.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(select(tableOf([{ a: 1, b: 2 }]), ["b"]).rows, [[2]]);
 * ```
 */
export function select(table: Table, names: readonly string[]): Table {
  const indices = names.map((name) => columnIndex(table, name, "select"));
  return {
    columns: indices.map((index) => table.columns[index]),
    rows: table.rows.map((row) => indices.map((index) => row[index])),
  };
}

/**
 * Columns under new names, `{ old: new }`.
 *
 * @throws {TypeError} if a column is absent or a new name is taken.
 *
 * @example
 * ```ts
 * import { rename } from "#lib/math/tables/arrange.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(rename(tableOf([{ a: 1 }]), { a: "x" }).columns[0].name, "x");
 * ```
 */
export function rename(table: Table, names: Readonly<Record<string, string>>): Table {
  for (const old of Object.keys(names)) columnIndex(table, old, "rename");
  const columns = table.columns.map((column) => ({
    ...column,
    name: Object.hasOwn(names, column.name) ? names[column.name] : column.name,
  }));
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) throw new TypeError(`rename gives two columns the name '${name}'`);
    seen.add(name);
  }
  return { columns, rows: table.rows };
}

/**
 * Params of {@link sort}.
 *
 * @example
 * ```ts
 * import { sortParams } from "#lib/math/tables/arrange.ts";
 * import { assert } from "@std/assert";
 * assert(sortParams.safeParse({ by: ["epoch"] }).success);
 * ```
 */
export const sortParams = z.strictObject({
  by: z.array(z.string()).min(1),
  descending: z.boolean().default(false),
});

/**
 * Rows in order of columns, equal rows in their old order, missing entries last.
 *
 * @throws {TypeError} if a column is absent.
 *
 * @example
 * ```ts
 * import { sort } from "#lib/math/tables/arrange.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ a: 10 }, { a: null }, { a: 9 }]);
 * assertEquals(sort(table, { by: ["a"], descending: false }).rows, [[9], [10], [null]]);
 * ```
 */
export function sort(table: Table, { by, descending }: z.output<typeof sortParams>): Table {
  const indices = by.map((name) => columnIndex(table, name, "sort"));
  const rows = table.rows.slice().sort((a, b) => {
    for (const index of indices) {
      const order = compareCells(a[index], b[index], descending);
      if (order !== 0) return order;
    }
    return 0;
  });
  return { columns: table.columns, rows };
}

function compareCells(a: Cell, b: Cell, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = a < b ? -1 : a > b ? 1 : 0;
  return descending ? -order : order;
}

/**
 * Params of {@link describe}.
 *
 * @example
 * ```ts
 * import { describeParams } from "#lib/math/tables/arrange.ts";
 * import { assert } from "@std/assert";
 * assert(describeParams.safeParse({ mean: { unit: "rad" } }).success);
 * ```
 */
export const describeParams = z.record(
  z.string(),
  z.strictObject({ unit: z.string().optional(), description: z.string().optional() }),
);

/**
 * Sets units and meanings of columns.
 *
 * @throws {TypeError} if a column is absent.
 *
 * @example
 * ```ts
 * import { describe } from "#lib/math/tables/arrange.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(describe(tableOf([{ a: 1 }]), { a: { unit: "ms" } }).columns[0].unit, "ms");
 * ```
 */
export function describe(table: Table, about: z.output<typeof describeParams>): Table {
  for (const name of Object.keys(about)) columnIndex(table, name, "describe");
  const columns = table.columns.map((column) => {
    const { unit = column.unit, description = column.description } = about[column.name] ?? {};
    return {
      ...column,
      ...(unit === undefined ? {} : { unit }),
      ...(description === undefined ? {} : { description }),
    };
  });
  return { columns, rows: table.rows };
}
