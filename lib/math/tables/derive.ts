// New columns from old ones, row by row: lookups, labels by condition, and arithmetic on two or more columns.

import { z } from "zod";
import type { Cell, Column, Table } from "../../core/table.ts";
import { columnIndex, numberIndex, type Row, withColumns } from "./columns.ts";
import { conditions, rowTest } from "./condition.ts";
import { exactlyOne } from "./exactly_one.ts";
import { partsParams, sharedColumn } from "./parts.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const operand = z.union([z.string(), z.number()]).describe("a column, or a number");

/**
 * How one new column is made; exactly one of the keys.
 *
 * @example
 * ```ts
 * import { derivation } from "#lib/math/tables/derive.ts";
 * import { assert } from "@std/assert";
 * assert(derivation.safeParse({ ratio: ["across", "within"] }).success);
 * assert(!derivation.safeParse({ ratio: ["a", "b"], copy: "a" }).success);
 * ```
 */
export const derivation = exactlyOne({
  copy: z.string().describe("a column"),
  constant: scalar,
  lookup: z.strictObject({
    column: z.string(),
    values: z.record(z.string(), scalar).describe("new value by old value"),
    otherwise: scalar.optional().describe("for values that are not listed; else missing"),
  }).describe("translates the values of a column"),
  label: z.strictObject({
    cases: z.array(z.strictObject({ when: conditions, is: scalar })).min(1),
    otherwise: scalar.optional(),
  }).describe("the first case whose conditions hold"),
  sum: z.array(operand).min(1),
  difference: z.tuple([operand, operand]),
  product: z.array(operand).min(1),
  ratio: z.tuple([operand, operand]),
  absolute: operand,
  log: operand.describe("natural logarithm"),
  shared_parts: partsParams.describe("how many parts two ids have in common, wherever they stand"),
  matching_parts: partsParams.describe("at how many positions two ids have the same part"),
});

/** How one new column is made. */
export type Derivation = z.output<typeof derivation>;

/**
 * A table with columns added, or replaced where the name exists. Every new column is made from the table as it was,
 * so the order in which they are listed means nothing; they are added in alphabetical order. Arithmetic on a missing
 * entry is missing; the unit is kept where it cannot change (`copy`, `sum`, `difference`, `absolute` of columns of
 * one unit).
 *
 * @throws {TypeError} if a column is absent or of the wrong type.
 *
 * @example
 * ```ts
 * import { derive } from "#lib/math/tables/derive.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ within: 0.2, across: 0.5 }]);
 * const more = derive(table, { contrast: { ratio: ["across", "within"] } });
 * assertEquals(recordsOf(more)[0].contrast, 2.5);
 * ```
 */
export function derive(table: Table, columns: Readonly<Record<string, Derivation>>): Table {
  const made = Object.keys(columns).sort().map((name) => deriveOne(table, name, columns[name]));
  return withColumns(
    table,
    made.map(({ column }) => column),
    (_row, at) => made.map(({ cells }) => cells[at]),
  );
}

function deriveOne(table: Table, name: string, how: Derivation): { column: Column; cells: Cell[] } {
  const { cell, about } = maker(table, how, `derive ${name}`);
  const cells = table.rows.map(cell);
  const types = new Set(cells.filter((one) => one !== null).map((one) => typeof one));
  if (types.size > 1) {
    throw new TypeError(`derive ${name} gives ${[...types].join(" and ")}; use one type`);
  }
  const type = (types.values().next().value ?? about.type ?? "string") as Column["type"];
  return { column: { ...about, name, type }, cells };
}

interface Maker {
  readonly cell: (row: Row) => Cell;
  readonly about: Partial<Column>;
}

function maker(table: Table, how: Derivation, what: string): Maker {
  if (how.copy !== undefined) {
    const index = columnIndex(table, how.copy, what);
    return { cell: (row) => row[index], about: table.columns[index] };
  }
  if (how.constant !== undefined) return { cell: () => how.constant!, about: {} };
  if (how.lookup !== undefined) return lookup(table, how.lookup, what);
  if (how.label !== undefined) return label(table, how.label, what);
  if (how.shared_parts !== undefined) {
    return sharedColumn(table, how.shared_parts, "anywhere", what);
  }
  if (how.matching_parts !== undefined) {
    return sharedColumn(table, how.matching_parts, "in_place", what);
  }
  if (how.sum !== undefined) {
    return arithmetic(table, how.sum, what, (values) => values.reduce((a, b) => a + b), true);
  }
  if (how.difference !== undefined) {
    return arithmetic(table, how.difference, what, ([a, b]) => a - b, true);
  }
  if (how.product !== undefined) {
    return arithmetic(table, how.product, what, (values) => values.reduce((a, b) => a * b), false);
  }
  if (how.ratio !== undefined) {
    return arithmetic(table, how.ratio, what, ([a, b]) => a / b, false);
  }
  if (how.absolute !== undefined) {
    return arithmetic(table, [how.absolute], what, ([a]) => Math.abs(a), true);
  }
  return arithmetic(table, [how.log!], what, ([a]) => Math.log(a), false);
}

function lookup(table: Table, how: NonNullable<Derivation["lookup"]>, what: string): Maker {
  const index = columnIndex(table, how.column, what);
  const values = new Map(Object.entries(how.values));
  return {
    cell: (row) =>
      row[index] === null ? null : values.get(String(row[index])) ?? how.otherwise ?? null,
    about: {},
  };
}

function label(table: Table, how: NonNullable<Derivation["label"]>, what: string): Maker {
  const cases = how.cases.map(({ when, is }) => ({ test: rowTest(table, when, what), is }));
  return {
    cell: (row) => cases.find(({ test }) => test(row))?.is ?? how.otherwise ?? null,
    about: {},
  };
}

function arithmetic(
  table: Table,
  operands: readonly (string | number)[],
  what: string,
  compute: (values: number[]) => number,
  keepsUnit: boolean,
): Maker {
  const indices = operands.map((one) =>
    typeof one === "number" ? -1 : numberIndex(table, one, what)
  );
  const units = new Set(indices.filter((i) => i >= 0).map((i) => table.columns[i].unit));
  const unit = keepsUnit && units.size === 1 ? [...units][0] : undefined;
  return {
    cell(row) {
      const values: number[] = [];
      for (let k = 0; k < operands.length; k++) {
        const value = indices[k] < 0 ? operands[k] : row[indices[k]];
        if (value === null) return null;
        values.push(value as number);
      }
      return compute(values);
    },
    about: { type: "number", ...(unit === undefined ? {} : { unit }) },
  };
}
