// Conditions on the rows of a table, as data: `{ metric: dsa, epoch: [1, 2], a_regime: { column: b_regime } }`.
// Leaves out: conditions joined by "or" across columns; two steps or a derived column say that more clearly.

import { z } from "zod";
import type { Cell, Table } from "../../core/table.ts";
import { columnIndex, type Row } from "./columns.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const alternatives = z.union([scalar, z.array(scalar)]);

/** What one column must satisfy. */
const condition = z.union([
  scalar,
  z.array(scalar),
  z.strictObject({
    not: alternatives.optional().describe("none of these values"),
    above: z.number().optional(),
    at_least: z.number().optional(),
    below: z.number().optional(),
    at_most: z.number().optional(),
    column: z.string().optional().describe("equal to this column in the same row"),
    not_column: z.string().optional().describe("different from this column in the same row"),
    missing: z.boolean().optional().describe("whether the entry is missing"),
  }),
]);

/**
 * Conditions by column; a row passes when every one holds. A scalar means equal, a list means one of them.
 * A missing entry satisfies nothing but `missing: true`.
 *
 * @example
 * ```ts
 * import { conditions } from "#lib/math/tables/condition.ts";
 * import { assert } from "@std/assert";
 * assert(conditions.safeParse({ a_regime: { column: "b_regime" }, value: { above: 0 } }).success);
 * ```
 */
export const conditions = z.record(z.string(), condition);

/** Conditions by column. */
export type Conditions = z.output<typeof conditions>;

/**
 * The test that rows of a table must pass.
 *
 * @throws {TypeError} if a column is absent, or compared with a value of another type.
 *
 * @example
 * ```ts
 * import { rowTest } from "#lib/math/tables/condition.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ a: "x", b: "x" }, { a: "x", b: "y" }]);
 * assertEquals(table.rows.filter(rowTest(table, { a: { column: "b" } }, "filter")), [["x", "x"]]);
 * ```
 */
export function rowTest(
  table: Table,
  wanted: Conditions,
  what: string,
): (row: Row) => boolean {
  const tests = Object.entries(wanted).flatMap(([name, one]) =>
    columnTests(table, name, one, what)
  );
  return (row) => tests.every((test) => test(row));
}

function columnTests(
  table: Table,
  name: string,
  one: Conditions[string],
  what: string,
): ((row: Row) => boolean)[] {
  const index = columnIndex(table, name, what);
  if (typeof one !== "object" || Array.isArray(one)) {
    const values = comparable(table, index, one, what);
    return [(row) => values.includes(row[index])];
  }
  const tests: ((row: Row) => boolean)[] = [];
  const number = (test: (cell: number) => boolean) =>
    tests.push((row) => typeof row[index] === "number" && test(row[index]));
  const { not, above, at_least, below, at_most, column, not_column, missing } = one;
  if (not !== undefined) {
    const values = comparable(table, index, not, what);
    tests.push((row) => row[index] !== null && !values.includes(row[index]));
  }
  if (above !== undefined) number((cell) => cell > above);
  if (at_least !== undefined) number((cell) => cell >= at_least);
  if (below !== undefined) number((cell) => cell < below);
  if (at_most !== undefined) number((cell) => cell <= at_most);
  if (column !== undefined) {
    const other = columnIndex(table, column, what);
    tests.push((row) => row[index] !== null && row[index] === row[other]);
  }
  if (not_column !== undefined) {
    const other = columnIndex(table, not_column, what);
    tests.push((row) => row[index] !== null && row[other] !== null && row[index] !== row[other]);
  }
  if (missing !== undefined) tests.push((row) => (row[index] === null) === missing);
  return tests;
}

/** The values as a list, refused where their type is not the column's: `"1"` never equals `1`. */
function comparable(
  table: Table,
  index: number,
  values: z.output<typeof alternatives>,
  what: string,
): readonly Cell[] {
  const { name, type } = table.columns[index];
  const list = Array.isArray(values) ? values : [values];
  const wrong = list.find((value) => kindOf(value) !== type);
  if (wrong !== undefined && table.rows.some((row) => row[index] !== null)) {
    throw new TypeError(
      `${what} compares the column '${name}', which holds ${type}s, with the ${typeof wrong} ${wrong}`,
    );
  }
  return list;
}

function kindOf(value: Cell): string {
  return typeof value;
}
