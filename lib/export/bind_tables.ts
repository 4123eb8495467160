// The tables of a stage's members as one long table: coordinates first, then the columns of all. Members whose columns
// contradict one another (a number here, a text there) stay apart. What a column means, and its unit, is said of the whole
// column only where all members say so; units that differ are told row by row.

import type { Cell, Column, Table } from "../core/table.ts";

/** A member's table with where the member stands. */
export interface PlacedTable {
  readonly coords: Readonly<Record<string, string | number | boolean>>;
  readonly table: Table;
}

/**
 * One table of all; `undefined` if a column holds different types in different members. A coordinate that a column says
 * already, row by row, is not repeated; one whose name is taken for something else is called `axis_<name>`. Where the
 * members give a column different units, it has none, and a column `<name>_unit` says them row by row.
 *
 * @example
 * ```ts
 * import { bindTables } from "#lib/export/bind_tables.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const bound = bindTables([
 *   { coords: { seed: 0 }, table: tableOf([{ value: 1.5 }]) },
 *   { coords: { seed: 1 }, table: tableOf([{ value: 2.5, note: "x" }]) },
 * ])!;
 * assertEquals(bound.columns.map(({ name }) => name), ["seed", "value", "note"]);
 * assertEquals(bound.rows, [[0, 1.5, null], [1, 2.5, "x"]]);
 * ```
 */
export function bindTables(placed: readonly PlacedTable[]): Table | undefined {
  const columns = unitedColumns(placed);
  if (columns === undefined) return undefined;
  const axes = axesOf(placed, columns);
  const at = new Map(columns.map(({ name }, c) => [name, axes.length + c]));
  const units = unitColumns(placed, columns, new Set(axes.map(({ column }) => column.name)));
  const width = axes.length + columns.length + units.length;
  const rows: Cell[][] = [];
  for (const { coords, table } of placed) {
    const places = table.columns.map(({ name }) => at.get(name)!);
    const start: Cell[] = axes.map(({ axis, column }) => {
      const value = Object.hasOwn(coords, axis) ? coords[axis] : null;
      return value !== null && column.type === "string" ? String(value) : value;
    });
    const own = units.map(({ of }) => table.columns.find(({ name }) => name === of)?.unit ?? null);
    for (const cells of table.rows) {
      const row: Cell[] = new Array(width).fill(null);
      for (let c = 0; c < start.length; c++) row[c] = start[c];
      for (let c = 0; c < cells.length; c++) row[places[c]] = cells[c];
      for (let c = 0; c < own.length; c++) row[width - own.length + c] = own[c];
      rows.push(row);
    }
  }
  return {
    columns: [
      ...axes.map(({ column }) => column),
      ...columns.map((column) => commonlyTold(placed, column)),
      ...units.map(({ column }) => column),
    ],
    rows,
  };
}

/** Columns in order of first appearance; a column that is empty in a member agrees with every type. */
function unitedColumns(placed: readonly PlacedTable[]): Column[] | undefined {
  const united = new Map<string, { column: Column; isEmpty: boolean }>();
  for (const { table } of placed) {
    for (let c = 0; c < table.columns.length; c++) {
      const column = table.columns[c];
      const known = united.get(column.name);
      if (known !== undefined && !known.isEmpty && known.column.type === column.type) continue;
      const isEmpty = table.rows.every((row) => row[c] === null);
      if (known === undefined || (known.isEmpty && !isEmpty)) {
        united.set(column.name, { column, isEmpty });
      } else if (!isEmpty && known.column.type !== column.type) return undefined;
    }
  }
  return [...united.values()].map(({ column }) => column);
}

/** The column with its unit and description, if all members that have something in it say the same. */
function commonlyTold(placed: readonly PlacedTable[], column: Column): Column {
  const { unit, description, ...rest } = column;
  const told = toldOf(placed, column.name);
  return {
    ...rest,
    ...(unit === undefined || told.units.size > 1 ? {} : { unit }),
    ...(description === undefined || told.descriptions.size > 1 ? {} : { description }),
  };
}

/** Units and descriptions that the members give a column, of those that have an entry in it. */
function toldOf(placed: readonly PlacedTable[], name: string) {
  const units = new Set<string | undefined>();
  const descriptions = new Set<string | undefined>();
  for (const { table } of placed) {
    const c = table.columns.findIndex((column) => column.name === name);
    if (c < 0 || table.rows.every((row) => row[c] === null)) continue;
    units.add(table.columns[c].unit);
    descriptions.add(table.columns[c].description);
  }
  return { units, descriptions };
}

/** A column of units for each column whose unit differs between members, unless its name is taken. */
function unitColumns(
  placed: readonly PlacedTable[],
  columns: readonly Column[],
  axes: ReadonlySet<string>,
): { readonly of: string; readonly column: Column }[] {
  const taken = new Set([...axes, ...columns.map(({ name }) => name)]);
  return columns
    .filter(({ name }) => !taken.has(`${name}_unit`) && toldOf(placed, name).units.size > 1)
    .map(({ name }) => ({
      of: name,
      column: { name: `${name}_unit`, type: "string", description: `unit of ${name}` },
    }));
}

interface AxisColumn {
  readonly axis: string;
  readonly column: Column;
}

/** Axes that the tables themselves do not tell. */
function axesOf(placed: readonly PlacedTable[], columns: readonly Column[]): AxisColumn[] {
  const names = new Set(placed.flatMap(({ coords }) => Object.keys(coords)));
  const taken = new Set(columns.map(({ name }) => name));
  const axes: AxisColumn[] = [];
  for (const axis of names) {
    if (taken.has(axis) && isTold(placed, axis)) continue;
    let name = axis;
    while (taken.has(name)) name = `axis_${name}`;
    taken.add(name);
    const types = new Set(
      placed.filter(({ coords }) => Object.hasOwn(coords, axis))
        .map(({ coords }) => typeof coords[axis] as "string" | "number" | "boolean"),
    );
    const type = types.size === 1 ? [...types][0] : "string";
    axes.push({
      axis,
      column: { name, type, description: `where the stage stands on its axis ${axis}` },
    });
  }
  return axes;
}

/** Whether a column of the axis's name says in every row what the coordinate does. */
function isTold(placed: readonly PlacedTable[], axis: string): boolean {
  return placed.every(({ coords, table }) => {
    if (!Object.hasOwn(coords, axis)) return true;
    const c = table.columns.findIndex(({ name }) => name === axis);
    return c >= 0 && table.rows.every((row) => row[c] === coords[axis]);
  });
}
