// Two tables cell by cell: rows are matched by what they are known by, columns by name.

import { type Cell, type Column, recordsOf, type Table } from "../core/table.ts";
import { cellText } from "./cell_text.ts";
import type { CellChange, TableChange } from "./comparison.ts";

/** Cells listed of one table. */
const maxCells = 100;

/**
 * What differs between two tables; `undefined` if nothing does.
 *
 * @example
 * ```ts
 * import { compareTables } from "#lib/report/compare_tables.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const before = tableOf([{ metric: "dsa", value: 0.5 }]);
 * const now = tableOf([{ metric: "dsa", value: 0.75 }]);
 * const change = compareTables("scores", before, now)!;
 * assertEquals(change.cells, [{ row: "dsa", column: "value", before: "0.5", now: "0.75", relative: 0.5 }]);
 * ```
 */
export function compareTables(stage: string, before: Table, now: Table): TableChange | undefined {
  const names = (table: Table) => table.columns.map(({ name }) => name);
  const columnsAdded = names(now).filter((name) => !names(before).includes(name));
  const columnsRemoved = names(before).filter((name) => !names(now).includes(name));
  const shared = now.columns.filter(({ name }) => names(before).includes(name));
  const keys = keysOf(before, now, shared);
  const rows = (table: Table) => {
    const records = recordsOf(table);
    return new Map(
      records.map((
        record,
        i,
      ) => [identity(record, keys, i), { record, name: nameOf(record, keys, i) }]),
    );
  };
  const others = rows(before);
  const cells: CellChange[] = [];
  let numShared = 0;
  let rowsAdded = 0;
  for (const [id, { record, name }] of rows(now)) {
    const other = others.get(id);
    if (other === undefined) {
      rowsAdded++;
      continue;
    }
    others.delete(id);
    for (const column of shared) {
      if (keys.includes(column.name)) continue;
      numShared++;
      const change = cellChange(name, column, other.record[column.name], record[column.name]);
      if (change !== undefined) cells.push(change);
    }
  }
  const rowsRemoved = others.size;
  const isSame = cells.length === 0 && rowsAdded === 0 && rowsRemoved === 0 &&
    columnsAdded.length === 0 && columnsRemoved.length === 0;
  if (isSame) return undefined;
  const size = ({ relative }: CellChange) => Math.abs(relative ?? Infinity);
  // Of equal ones the first stay first: sorting is stable.
  const listed = cells.toSorted((a, b) => size(a) === size(b) ? 0 : size(b) - size(a));
  return {
    stage,
    cells: listed.slice(0, maxCells),
    numDiffering: cells.length,
    numShared,
    rowsAdded,
    rowsRemoved,
    columnsAdded,
    columnsRemoved,
  };
}

/** How a cell changed; `undefined` if it did not. */
function cellChange(
  row: string,
  { name, unit }: Pick<Column, "name" | "unit">,
  before: Cell,
  now: Cell,
): CellChange | undefined {
  if (Object.is(before, now) || before === now) return undefined;
  const relative = relativeDifference(before, now);
  const [shownBefore, shownNow] = apart(before, now);
  return {
    row,
    column: name,
    ...(unit === undefined || unit === "1" ? {} : { unit }),
    before: shownBefore,
    now: shownNow,
    ...(relative === undefined ? {} : { relative }),
  };
}

/**
 * The difference of two numbers as a part of the first; `undefined` where that says nothing.
 *
 * @example
 * ```ts
 * import { relativeDifference } from "#lib/report/compare_tables.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([relativeDifference(-2, -1), relativeDifference(0, 1), relativeDifference("a", 1)], [0.5, undefined, undefined]);
 * ```
 */
export function relativeDifference(before: unknown, now: unknown): number | undefined {
  if (typeof before !== "number" || typeof now !== "number") return undefined;
  const relative = (now - before) / Math.abs(before);
  return Number.isFinite(relative) ? relative : undefined;
}

/** Both as text, with as many digits as it takes to tell them apart. */
function apart(before: Cell, now: Cell): [string, string] {
  const [a, b] = [cellText(before), cellText(now)];
  return a === b ? [String(before), String(now)] : [a, b];
}

/** Columns that rows are known by: those that are marked, else words, and whole numbers as far as they are needed. */
function keysOf(before: Table, now: Table, shared: readonly Column[]): readonly string[] {
  const marked = shared.filter(({ key }) => key).map(({ name }) => name);
  if (marked.length > 0) return marked;
  const isWord = ({ type }: Column) => type !== "number";
  const isWhole = ({ name, type }: Column) =>
    type === "number" &&
    [before, now].every((table) => {
      const at = table.columns.findIndex((column) => column.name === name);
      return table.rows.every((row) => Number.isInteger(row[at]));
    });
  const keys = shared.filter(isWord).map(({ name }) => name);
  const areTold = () => [before, now].every((table) => tellsApart(table, keys));
  for (const { name } of shared.filter(isWhole)) {
    if (areTold()) break;
    keys.push(name);
  }
  // Without such columns rows in the same place are taken to be the same.
  return areTold() ? keys : [];
}

function tellsApart(table: Table, keys: readonly string[]): boolean {
  if (keys.length === 0) return table.rows.length <= 1;
  const seen = new Set(recordsOf(table).map((record, i) => identity(record, keys, i)));
  return seen.size === table.rows.length;
}

function identity(record: Record<string, Cell>, keys: readonly string[], at: number): string {
  return keys.length === 0 ? String(at) : JSON.stringify(keys.map((key) => record[key]));
}

function nameOf(record: Record<string, Cell>, keys: readonly string[], at: number): string {
  return keys.length === 0 ? `row ${at + 1}` : keys.map((key) => cellText(record[key])).join(", ");
}
