// What kinds of figures made from tables share: the rows that are shown, and values, columns and units in words.

import { z } from "zod";
import type { Cell, Table } from "../core/table.ts";
import { displayName } from "../draw/palette.ts";
import { columnIndex, keyText, type Row } from "../math/tables/columns.ts";
import { conditions, rowTest } from "../math/tables/condition.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Options that every kind made from a table has. */
export const tableOptions = {
  where: conditions.default({}).describe("the rows that are shown"),
  labels: z.record(z.string(), z.string()).default({})
    .describe("text shown for a value or a column"),
  facet: z.string().optional().describe("column with one panel per value"),
  order: z.array(scalar).default([]).describe(
    "values of series, categories and facets in the order shown; those not listed follow, " +
      "numbers ascending, others as they come",
  ),
  columns: z.int().min(1).optional().describe("panels beside one another; default: up to three"),
};

/** Text shown for a value or a column, where it is not the house's. */
export type Labels = Readonly<Record<string, string>>;

/** A value that is there. */
export type Value = Exclude<Cell, null>;

/**
 * The rows that are shown: those that meet the conditions and lack none of the columns that place them.
 *
 * @throws {TypeError} if there are none, or a column is absent.
 *
 * @example
 * ```ts
 * import { shown } from "#lib/figures/_table.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ m: "dsa", x: 1 }, { m: null, x: 2 }, { m: "dsa", x: 3 }]);
 * assertEquals(shown(table, { x: { below: 3 } }, ["m", undefined]).rows, [["dsa", 1]]);
 * ```
 */
export function shown(
  table: Table,
  where: z.output<typeof conditions>,
  needed: readonly (string | undefined)[],
): Table {
  const test = rowTest(table, where, "where");
  const columns = needed.filter((name) => name !== undefined)
    .map((name) => columnIndex(table, name, "the figure"));
  const rows = table.rows.filter((row) => test(row) && columns.every((at) => row[at] !== null));
  if (rows.length === 0) throw new TypeError("the figure has nothing to show: no row remains");
  return { columns: table.columns, rows };
}

/**
 * A value or a column in words.
 *
 * @example
 * ```ts
 * import { words } from "#lib/figures/_table.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([words("linear_cka", {}), words("r5", { r5: "r = 5" })], ["CKA", "r = 5"]);
 * ```
 */
export function words(value: Cell, labels: Labels): string {
  const text = String(value);
  return Object.hasOwn(labels, text) ? labels[text] : displayName(text);
}

/**
 * Texts of distinct values.
 *
 * @throws {TypeError} if two values have one text, which would merge them on paper.
 *
 * @example
 * ```ts
 * import { distinctWords } from "#lib/figures/_table.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => distinctWords(["cka", "linear_cka"], {}), TypeError, "both shown as 'CKA'");
 * ```
 */
export function distinctWords(values: readonly Value[], labels: Labels): string[] {
  const texts = values.map((value) => words(value, labels));
  texts.forEach((text, at) => {
    const first = texts.indexOf(text);
    if (first !== at) {
      throw new TypeError(
        `${values[first]} and ${values[at]} are both shown as '${text}'; give them labels`,
      );
    }
  });
  return texts;
}

/**
 * A column's name with its unit, as axes show it; said once where the name ends in it (`time_ms`). A unit per row (`<column>_unit`) counts where all rows agree.
 *
 * @throws {TypeError} if the column is absent.
 *
 * @example
 * ```ts
 * import { axisTitle } from "#lib/figures/_table.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ value: 1 }], { value: { unit: "rad" } });
 * assertEquals(axisTitle(table, "value", { value: "dissimilarity" }), "dissimilarity (rad)");
 * ```
 */
export function axisTitle(table: Table, column: string, labels: Labels): string {
  const unit = unitOf(table, column, table.rows);
  const ending = unit === "%" ? "_percent" : `_${unit}`;
  const bare = !Object.hasOwn(labels, column) && column.endsWith(ending)
    ? column.slice(0, -ending.length)
    : column;
  return withUnit(words(bare, labels), unit);
}

/**
 * A text with a unit behind it, if there is one worth showing that the text does not say itself.
 *
 * @example
 * ```ts
 * import { withUnit } from "#lib/figures/_table.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([withUnit("σ", "1"), withUnit("time", "ms")], ["σ", "time (ms)"]);
 * ```
 */
export function withUnit(text: string, unit: string | null): string {
  const said = `(${unit})`;
  return unit === null || unit === "1" || unit === "" || text.endsWith(said)
    ? text
    : `${text} ${said}`;
}

/**
 * The unit of a column in some rows, or null where it has none or several: the column's own, or that of each row in
 * `<column>_unit`; of `value` and its mean and median also the column `unit`, as comparisons write it.
 *
 * @throws {TypeError} if the column is absent.
 *
 * @example
 * ```ts
 * import { unitOf } from "#lib/figures/_table.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ value: 1, value_unit: "rad" }, { value: 2, value_unit: "1" }]);
 * assertEquals(unitOf(table, "value", table.rows), null);
 * assertEquals(unitOf(table, "value", table.rows.slice(0, 1)), "rad");
 * ```
 */
export function unitOf(table: Table, column: string, rows: readonly Row[]): string | null {
  const own = table.columns[columnIndex(table, column, "the figure")].unit;
  if (own !== undefined) return own;
  const names = [`${column}_unit`, ...(ofValue.includes(column) ? ["unit"] : [])];
  const perRow = table.columns.findIndex(({ name }) => names.includes(name));
  if (perRow < 0) return null;
  const units = new Set(rows.map((row) => row[perRow]).filter((unit) => unit !== null));
  return units.size === 1 ? String([...units][0]) : null;
}

/** Columns that hold what a comparison gave, in the unit that it tells. */
const ofValue = ["value", "mean", "median"];

/**
 * Distinct values of a column: those in `order` first, the others as numbers ascending or by first appearance.
 *
 * @throws {TypeError} if the column is absent.
 *
 * @example
 * ```ts
 * import { levels } from "#lib/figures/_table.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ r: 5 }, { r: 0.5 }, { r: 5 }]);
 * assertEquals([levels(table, "r"), levels(table, "r", [5, 7])], [[0.5, 5], [5, 0.5]]);
 * ```
 */
export function levels(table: Table, column: string, order: readonly Value[] = []): Value[] {
  const index = columnIndex(table, column, "the figure");
  const found = new Map<string, Value>();
  for (const row of table.rows) {
    const cell = row[index];
    if (cell !== null) found.set(keyText([cell]), cell);
  }
  const first = order.filter((value) => found.has(keyText([value])));
  for (const value of first) found.delete(keyText([value]));
  const rest = [...found.values()];
  if (rest.every((value) => typeof value === "number")) {
    rest.sort((a, b) => (a as number) - (b as number));
  }
  return [...first, ...rest];
}

/**
 * Entries of a row in the named columns, by field; numbers that are not finite become null, which is not drawn.
 *
 * @throws {TypeError} if a column is absent.
 *
 * @example
 * ```ts
 * import { pick } from "#lib/figures/_table.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const table = tableOf([{ sigma: 1, mean: NaN }]);
 * assertEquals(pick(table, { x: "sigma", y: "mean", n: undefined }, table.rows[0]), { x: 1, y: null });
 * ```
 */
export function pick(
  table: Table,
  fields: Readonly<Record<string, string | undefined>>,
  row: Row,
): Record<string, Cell> {
  const picked: Record<string, Cell> = {};
  for (const [field, column] of Object.entries(fields)) {
    if (column === undefined) continue;
    const cell = row[columnIndex(table, column, "the figure")];
    picked[field] = typeof cell === "number" && !Number.isFinite(cell) ? null : cell;
  }
  return picked;
}

/**
 * "n = 42", or "n = 18 to 54".
 *
 * @example
 * ```ts
 * import { sampleText } from "#lib/figures/_table.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([sampleText([42, 42]), sampleText([54, 18])], ["n = 42", "n = 18 to 54"]);
 * ```
 */
export function sampleText(counts: readonly number[]): string {
  const low = Math.min(...counts);
  const high = Math.max(...counts);
  return low === high ? `n = ${low}` : `n = ${low} to ${high}`;
}
