// Distances of all pairs of items, from a table of scores as `compare` makes it or from a dissimilarity matrix, with what is
// known of each item.

import type { Rdm } from "#lib/core/artifacts/rdm.ts";
import type { Cell, Table } from "#lib/core/table.ts";
import { describeShape } from "#lib/core/tensor.ts";
import { columnIndex, numberIndex } from "#lib/math/tables/columns.ts";
import { type Conditions, rowTest } from "#lib/math/tables/condition.ts";
import { itemsOfPairs, triangleOf } from "#lib/math/rsa/triangle.ts";
import { inTerms } from "./_in_terms.ts";

/** The upper triangle and its items. */
export interface PairDistances {
  readonly values: Float64Array;
  /** A record for each item: `item`, and its coordinates. */
  readonly items: readonly Readonly<Record<string, Cell>>[];
  readonly unit: string;
  /** What they are of, for messages. */
  readonly what: string;
}

/** Which columns of a table say what. */
export interface PairColumns {
  readonly where: Conditions;
  readonly a: string;
  readonly b: string;
  readonly value: string;
  readonly symmetrise: boolean;
}

/**
 * Distances from rows `a`, `b`, `value`. A pair may be there in one order or in both, and items with themselves or not.
 *
 * @throws {TypeError | RangeError} if a pair is missing, there twice, a similarity, or differs between the two orders.
 */
export function distancesOfTable(table: Table, choice: PairColumns): PairDistances {
  const [a, b] = [choice.a, choice.b].map((name) => columnIndex(table, name, "mds"));
  const value = numberIndex(table, choice.value, "mds");
  const test = rowTest(table, choice.where, "where");
  const rows = table.rows.filter((row) => test(row));
  const what = `mds got a table of ${rows.length} scores`;
  if (rows.length === 0) throw new RangeError(`${what}: no row remains; give other conditions`);
  refuseSimilarities(table, rows, what);
  const places = new Map<string, number>();
  const items: Record<string, Cell>[] = [];
  for (const [column, prefix] of [[a, choice.a], [b, choice.b]] as const) {
    for (const row of rows) {
      const name = String(row[column]);
      if (places.has(name)) continue;
      places.set(name, items.length);
      items.push({ item: name, ...coordinates(table, row, prefix) });
    }
  }
  const n = items.length;
  if (n < 2) throw new RangeError(`${what}: there is one item, ${items[0].item}; compare several`);
  const square = new Float64Array(n * n).fill(NaN);
  for (const row of rows) {
    const [i, j] = [places.get(String(row[a]))!, places.get(String(row[b]))!];
    const cell = row[value];
    const pair = `the pair ${items[i].item}, ${items[j].item}`;
    if (typeof cell !== "number" || !Number.isFinite(cell)) {
      throw new RangeError(
        `${what}: ${pair} has the score ${cell ?? "n/a"}; leave out items without scores`,
      );
    }
    if (!Number.isNaN(square[i * n + j])) {
      throw new RangeError(`${what}: ${pair} is there twice; choose one metric with \`where\``);
    }
    square[i * n + j] = cell;
  }
  completed(square, items, what);
  const tolerance = choice.symmetrise ? Infinity : 1e-9;
  return {
    values: inTerms(what, () => triangle(square, n, tolerance)),
    items,
    unit: unitOf(table, rows, choice.value),
    what,
  };
}

/** Distances of a dissimilarity matrix; items are called by its labels, or counted. */
export function distancesOfRdm({ arrays: { values }, about }: Rdm): PairDistances {
  const what = `mds got an rdm (${describeShape(values.dims, values.shape)})`;
  const n = inTerms(what, () => itemsOfPairs(values.data.length));
  const labels = about.labels as readonly Cell[] | undefined;
  return {
    values: Float64Array.from(values.data),
    items: Array.from({ length: n }, (_, i) => ({ item: String(labels?.[i] ?? i) })),
    unit: typeof about.unit === "string" ? about.unit : "1",
    what,
  };
}

/** Fills in the order of each pair that is not there. */
function completed(
  square: Float64Array,
  items: readonly Readonly<Record<string, Cell>>[],
  what: string,
): void {
  const n = items.length;
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(square[i * n + i])) square[i * n + i] = 0;
    for (let j = i + 1; j < n; j++) {
      const [there, back] = [i * n + j, j * n + i];
      if (Number.isNaN(square[there])) square[there] = square[back];
      if (Number.isNaN(square[back])) square[back] = square[there];
      if (Number.isNaN(square[there])) {
        throw new RangeError(
          `${what}: the pair ${items[i].item}, ${
            items[j].item
          } is missing; a map wants all pairs of its items`,
        );
      }
    }
  }
}

/** What an item is from itself counts for nothing, so long as it is little. */
function triangle(square: Float64Array, n: number, tolerance: number): Float64Array {
  const largest = square.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < n; i++) {
    if (Math.abs(square[i * n + i]) <= 1e-3 * largest) square[i * n + i] = 0;
    else {
      throw new RangeError(
        `item ${i} is ${square[i * n + i]} from itself; use distances (score: angle or one_minus)`,
      );
    }
  }
  return triangleOf(square, n, tolerance);
}

function refuseSimilarities(table: Table, rows: Table["rows"], what: string): void {
  const sense = table.columns.findIndex(({ name }) => name === "sense");
  if (sense < 0 || rows.every((row) => row[sense] !== "similarity")) return;
  throw new RangeError(
    `${what}: they are similarities, more of which is nearer; use distances (score: angle or one_minus)`,
  );
}

/** Cells `a_<axis>` or `b_<axis>` as `<axis>`. */
function coordinates(
  table: Table,
  row: readonly Cell[],
  prefix: string,
): Readonly<Record<string, Cell>> {
  const found = table.columns.flatMap(({ name }, at): [string, Cell][] =>
    name.startsWith(`${prefix}_`) ? [[name.slice(prefix.length + 1), row[at]]] : []
  );
  return Object.fromEntries(found);
}

function unitOf(table: Table, rows: Table["rows"], value: string): string {
  const own = table.columns.find(({ name }) => name === value)?.unit;
  if (own !== undefined) return own;
  const unit = table.columns.findIndex(({ name }) => name === "unit");
  const units = new Set(unit < 0 ? [] : rows.map((row) => row[unit]));
  return units.size === 1 ? String([...units][0]) : "1";
}
