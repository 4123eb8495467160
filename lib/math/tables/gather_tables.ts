// Gathered tables become one long table: rows one below the other, coordinates as columns in front.
// Units that differ between the tables move into a column of their own, so that no number loses its unit. What
// one table says of a column is not said of the others: descriptions that differ are left out.

import { type Cell, type Column, plainTable, type Table } from "../../core/table.ts";
import type { Item } from "../../core/task.ts";

/**
 * Binds gathered tables by rows, in the order given. A coordinate becomes a column; a column that a table lacks
 * is missing there. Where a column's unit differs between tables, the column loses its unit and a column
 * `<name>_unit` says it row by row; where its description differs, it has none. Artifacts in columns are left behind: only the names of their folders remain.
 *
 * @throws {TypeError} if a coordinate contradicts a column of the same name, or a column mixes types.
 *
 * @example
 * ```ts
 * import { gatherTables } from "#lib/math/tables/gather_tables.ts";
 * import { recordsOf, tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const value = tableOf([{ value: 0.2 }]);
 * const long = gatherTables([{ value, coords: { seed: 0 } }, { value, coords: { seed: 1 } }]);
 * assertEquals(recordsOf(long), [{ seed: 0, value: 0.2 }, { seed: 1, value: 0.2 }]);
 * ```
 */
export function gatherTables(gathered: readonly Item<Table>[]): Table {
  const items = gathered.map((item) => ({ ...item, value: plainTable(item.value) }));
  const columns = new Map<string, Column>();
  for (const { coords } of items) {
    // Sorted, because the order of axis names is in no key.
    for (const name of Object.keys(coords).sort()) {
      addColumn(columns, { name, type: typeof coords[name] as Column["type"] }, true);
    }
  }
  for (const { value } of items) {
    value.columns.forEach((column, at) =>
      addColumn(columns, column, value.rows.some((row) => row[at] !== null))
    );
  }
  const clashing = [...columns.keys()].filter((name) => unitsOf(items, name).size > 1);
  for (const name of clashing) {
    const { unit: _unit, ...rest } = columns.get(name)!;
    columns.set(name, rest);
    addColumn(columns, { name: `${name}_unit`, type: "string" }, true);
  }
  for (const [name, { description: _, ...rest }] of columns) {
    if (descriptionsOf(items, name).size > 1) columns.set(name, rest);
  }
  const rows = items.flatMap((item) => rowsOf(item, [...columns.values()], clashing));
  return { columns: [...columns.values()], rows };
}

function addColumn(columns: Map<string, Column>, column: Column, filled: boolean): void {
  const known = columns.get(column.name);
  if (known === undefined) columns.set(column.name, column);
  else if (known.type === column.type) columns.set(column.name, { ...column, ...known });
  else if (filled) {
    throw new TypeError(
      `the gathered tables disagree on column '${column.name}': ${known.type} and ${column.type}`,
    );
  }
}

/** Units under which a column appears, where it has a unit or could have one. */
function unitsOf(items: readonly Item<Table>[], name: string): Set<string | undefined> {
  const units = new Set<string | undefined>();
  for (const { value } of items) {
    const column = value.columns.find((one) => one.name === name);
    if (column?.type === "number") units.add(column.unit);
  }
  return units;
}

/** What the tables that have an entry in a column say of it. */
function descriptionsOf(items: readonly Item<Table>[], name: string): Set<string | undefined> {
  const descriptions = new Set<string | undefined>();
  for (const { value } of items) {
    const at = value.columns.findIndex((one) => one.name === name);
    if (at >= 0 && value.rows.some((row) => row[at] !== null)) {
      descriptions.add(value.columns[at].description);
    }
  }
  return descriptions;
}

function rowsOf(
  { value, coords }: Item<Table>,
  columns: readonly Column[],
  clashing: readonly string[],
): Cell[][] {
  const place = new Map(value.columns.map((column, index) => [column.name, index]));
  return value.rows.map((row) =>
    columns.map(({ name }) => {
      const index = place.get(name);
      const cell = index === undefined ? null : row[index];
      if (Object.hasOwn(coords, name)) {
        if (cell !== null && cell !== coords[name]) {
          throw new TypeError(
            `a table gathered at ${name} = ${
              coords[name]
            } has a column '${name}' that holds ${cell}; call the axis something else, ` +
              `where it is declared or by rename: {${name}: …} on the input`,
          );
        }
        return coords[name];
      }
      const owner = clashing.find((one) => name === `${one}_unit`);
      if (owner !== undefined && index === undefined) {
        return value.columns.find((column) => column.name === owner)?.unit ?? null;
      }
      return cell;
    })
  );
}
