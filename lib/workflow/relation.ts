// Relations: which combinations of axis positions exist, column by column, and their natural join.
// Columns are Int32Arrays, so that 100,000 combinations cost little more than their numbers.

import type { Axis } from "./axis.ts";

/** Rows of positions; column c holds positions on `axes[c]`. */
export interface Relation {
  readonly axes: readonly Axis[];
  readonly columns: readonly Int32Array[];
  readonly length: number;
}

/**
 * A function that turns positions into one key, given the lengths of the axes: a number where the product of the
 * lengths allows it, else a string.
 *
 * @example
 * ```ts
 * import { keyCoder } from "#lib/workflow/relation.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(keyCoder([3, 4])([2, 1]), 9);
 * ```
 */
export function keyCoder(lengths: readonly number[]): (row: ArrayLike<number>) => number | string {
  const strides = new Array<number>(lengths.length);
  let product = 1;
  for (let c = lengths.length - 1; c >= 0; c--) {
    strides[c] = product;
    product *= Math.max(1, lengths[c]);
  }
  if (product > Number.MAX_SAFE_INTEGER) {
    return (row) => Array.prototype.slice.call(row, 0, lengths.length).join(",");
  }
  return (row) => {
    let key = 0;
    for (let c = 0; c < strides.length; c++) key += row[c] * strides[c];
    return key;
  };
}

/** Rows by key: `first` of a key, then `next` of a row, in ascending order; -1 ends. */
export interface RowIndex {
  readonly first: ReadonlyMap<number | string, number>;
  readonly next: Int32Array;
}

/**
 * Indexes rows by some of their columns; all rows, or some of them in ascending order.
 *
 * @example
 * ```ts
 * import { indexRows } from "#lib/workflow/relation.ts";
 * import { assertEquals } from "@std/assert";
 * const { first, next } = indexRows([Int32Array.of(7, 8, 7)], [10], 3);
 * assertEquals([first.get(7), next[0], next[2]], [0, 2, -1]);
 * ```
 */
export function indexRows(
  columns: readonly Int32Array[],
  lengths: readonly number[],
  length: number,
  rows?: readonly number[],
): RowIndex {
  const code = keyCoder(lengths);
  const first = new Map<number | string, number>();
  const next = new Int32Array(length);
  const row = new Int32Array(columns.length);
  for (let n = (rows?.length ?? length) - 1; n >= 0; n--) {
    const i = rows === undefined ? n : rows[n];
    for (let c = 0; c < columns.length; c++) row[c] = columns[c][i];
    const key = code(row);
    next[i] = first.get(key) ?? -1;
    first.set(key, i);
  }
  return { first, next };
}

/**
 * Every combination of the positions of some axes.
 *
 * @example
 * ```ts
 * import { fullRelation } from "#lib/workflow/relation.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(fullRelation([]).length, 1);
 * ```
 */
export function fullRelation(axes: readonly Axis[]): Relation {
  let length = 1;
  for (const axis of axes) length *= axis.values.length;
  const columns = axes.map(() => new Int32Array(length));
  let repeat = length;
  axes.forEach((axis, c) => {
    const count = axis.values.length;
    repeat /= Math.max(1, count);
    for (let i = 0; i < length; i++) columns[c][i] = Math.floor(i / repeat) % count;
  });
  return { axes, columns, length };
}

/**
 * The natural join of two relations, or the number of rows it would have if that is over `limit`.
 *
 * @example
 * ```ts
 * import { Axis, axisValues } from "#lib/workflow/axis.ts";
 * import { fullRelation, join } from "#lib/workflow/relation.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const values = axisValues([0, 1, 2]);
 * assert(values.ok);
 * const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * const [a, b] = ["a", "b"].map((name) => new Axis(name, values.value, at, 0));
 * assertEquals(join(fullRelation([a]), fullRelation([a, b]), 100), fullRelation([a, b]));
 * assertEquals(join(fullRelation([a]), fullRelation([b]), 8), 9);
 * ```
 */
export function join(left: Relation, right: Relation, limit: number): Relation | number {
  const shared = right.axes.filter((axis) => left.axes.includes(axis));
  const added = right.axes.filter((axis) => !shared.includes(axis));
  const lengths = shared.map((axis) => axis.values.length);
  const columnsOf = (relation: Relation, axes: readonly Axis[]) =>
    axes.map((axis) => relation.columns[relation.axes.indexOf(axis)]);
  const index = indexRows(columnsOf(right, shared), lengths, right.length);
  const keys = columnsOf(left, shared);
  const code = keyCoder(lengths);
  const row = new Int32Array(shared.length);
  const firstOf = new Int32Array(left.length);
  const sizes = new Map<number, number>();
  let length = 0;
  for (let i = 0; i < left.length; i++) {
    for (let c = 0; c < keys.length; c++) row[c] = keys[c][i];
    const first = index.first.get(code(row)) ?? -1;
    firstOf[i] = first;
    if (first < 0) continue;
    let size = sizes.get(first);
    if (size === undefined) {
      size = 0;
      for (let j = first; j >= 0; j = index.next[j]) size++;
      sizes.set(first, size);
    }
    length += size;
  }
  if (length > limit) return length;
  const columns = [...left.axes, ...added].map(() => new Int32Array(length));
  const addedColumns = columnsOf(right, added);
  let out = 0;
  for (let i = 0; i < left.length; i++) {
    for (let j = firstOf[i]; j >= 0; j = index.next[j]) {
      for (let c = 0; c < left.columns.length; c++) columns[c][out] = left.columns[c][i];
      for (let c = 0; c < added.length; c++) {
        columns[left.columns.length + c][out] = addedColumns[c][j];
      }
      out++;
    }
  }
  return { axes: [...left.axes, ...added], columns, length };
}

/**
 * Row numbers in the order of some columns, the first column first; a stable order.
 *
 * @example
 * ```ts
 * import { sortedRows } from "#lib/workflow/relation.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...sortedRows([Int32Array.of(1, 0, 1), Int32Array.of(0, 5, 0)], Int32Array.of(2, 0, 1))], [1, 0, 2]);
 * ```
 */
export function sortedRows(columns: readonly Int32Array[], rows: Int32Array): Int32Array {
  const compare = (a: number, b: number): number => {
    for (const column of columns) {
      const difference = column[a] - column[b];
      if (difference !== 0) return difference;
    }
    return a - b;
  };
  for (let i = 1; i < rows.length; i++) {
    if (compare(rows[i - 1], rows[i]) > 0) return rows.slice().sort(compare);
  }
  return rows;
}
