// Rows with unknown positions: those that stand for members which a table will name that is not known yet. A position
// that is unknown agrees with every other, so such rows are found beside those that match exactly, and joined with
// whatever they could become.

import type { Axis } from "./axis.ts";
import { indexRows, join, keyCoder, type Relation, type RowIndex } from "./relation.ts";

/** Rows of which the same key columns are unknown, findable by the others. */
export interface UnknownRows {
  /** The key columns that are known. */
  readonly known: readonly number[];
  readonly index: RowIndex;
  readonly code: (row: ArrayLike<number>) => number | string;
}

/** Rows by their keys: those known in full, and those that are not. */
export interface SplitRows {
  readonly index: RowIndex;
  readonly unknown: readonly UnknownRows[];
}

/**
 * Indexes rows by keys of which some may be unknown. `unsure` marks rows that are to be found beside the exact ones
 * although their keys are known.
 *
 * @example
 * ```ts
 * import { splitRows } from "#lib/workflow/unknown_rows.ts";
 * import { assertEquals } from "@std/assert";
 * const { index, unknown } = splitRows([Int32Array.of(0, 1, 2)], [{ unknownAt: 2, length: 3 }], 3);
 * assertEquals([index.first.get(1), index.first.get(2)], [1, undefined]);
 * assertEquals(unknown.map(({ known, index }) => [known, index.first.get(0)]), [[[], 2]]);
 * ```
 */
export function splitRows(
  columns: readonly Int32Array[],
  axes: readonly { readonly unknownAt: number; readonly length: number }[],
  length: number,
  unsure?: Uint8Array,
): SplitRows {
  const lengths = axes.map((axis) => axis.length);
  if (unsure === undefined && axes.every(({ unknownAt }) => unknownAt < 0)) {
    return { index: indexRows(columns, lengths, length), unknown: [] };
  }
  const exact: number[] = [];
  const groups = new Map<string, { readonly known: readonly number[]; readonly rows: number[] }>();
  for (let i = 0; i < length; i++) {
    const known = [...axes.keys()].filter((c) => columns[c][i] !== axes[c].unknownAt);
    if (known.length === axes.length && unsure?.[i] !== 1) {
      exact.push(i);
      continue;
    }
    const name = known.join(",");
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { known, rows: [i] });
    else group.rows.push(i);
  }
  return {
    index: indexRows(columns, lengths, length, exact),
    unknown: [...groups.values()].map(({ known, rows }) => {
      const some = known.map((c) => lengths[c]);
      const code = keyCoder(some);
      const picked = new Int32Array(known.length);
      return {
        known,
        index: indexRows(known.map((c) => columns[c]), some, length, rows),
        code: (row) => {
          known.forEach((c, k) => picked[k] = row[c]);
          return code(picked);
        },
      };
    }),
  };
}

/**
 * The natural join of two relations in which positions may be unknown, or the number of rows it would have if that is
 * over `limit`. Equal rows appear once.
 *
 * @example
 * ```ts
 * import { Axis, axisValues, unknownValue } from "#lib/workflow/axis.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { joinRows } from "#lib/workflow/unknown_rows.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const values = axisValues([10, 20]);
 * assert(values.ok);
 * const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * const row = new Axis("row", [...values.value, unknownValue], at, 0, undefined, { isComplete: false });
 * const some = { axes: [row], columns: [Int32Array.of(0, 1)], length: 2 };
 * const toCome = { axes: [row], columns: [Int32Array.of(2)], length: 1 };
 * assertEquals(joinRows(some, toCome, 100), some);
 * ```
 */
export function joinRows(left: Relation, right: Relation, limit: number): Relation | number {
  const shared = left.axes.filter((axis) => axis.unknownAt >= 0 && right.axes.includes(axis));
  const isUnknown = (relation: Relation, axis: Axis) =>
    relation.columns[relation.axes.indexOf(axis)].includes(axis.unknownAt);
  if (!shared.some((axis) => isUnknown(left, axis) || isUnknown(right, axis))) {
    return join(left, right, limit);
  }
  const axes = [...left.axes, ...right.axes.filter((axis) => !left.axes.includes(axis))];
  const joined: Relation[] = [];
  let total = 0;
  for (const a of byUnknown(left, shared)) {
    for (const b of byUnknown(right, shared)) {
      // What one side does not know, the other tells; where both do not, they agree.
      const only = (side: Relation, unknown: readonly Axis[], others: readonly Axis[]) =>
        without(side, unknown.filter((axis) => !others.includes(axis)));
      const result = join(
        only(a.relation, a.unknown, b.unknown),
        only(b.relation, b.unknown, a.unknown),
        limit,
      );
      total += typeof result === "number" ? result : result.length;
      if (typeof result !== "number") joined.push(result);
    }
  }
  return total > limit ? total : distinct(axes, joined);
}

/** The rows of a relation by which of some axes are unknown in them. */
function byUnknown(
  relation: Relation,
  axes: readonly Axis[],
): { readonly unknown: readonly Axis[]; readonly relation: Relation }[] {
  const columns = axes.map((axis) => relation.columns[relation.axes.indexOf(axis)]);
  const groups = new Map<string, { unknown: Axis[]; rows: number[] }>();
  for (let i = 0; i < relation.length; i++) {
    const unknown = axes.filter((axis, c) => columns[c][i] === axis.unknownAt);
    const name = unknown.map((axis) => axis.uid).join(",");
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { unknown, rows: [i] });
    else group.rows.push(i);
  }
  return [...groups.values()].map(({ unknown, rows }) => ({
    unknown,
    relation: {
      axes: relation.axes,
      columns: relation.columns.map((column) => Int32Array.from(rows, (row) => column[row])),
      length: rows.length,
    },
  }));
}

function without({ axes, columns, length }: Relation, dropped: readonly Axis[]): Relation {
  const kept = [...axes.keys()].filter((c) => !dropped.includes(axes[c]));
  return { axes: kept.map((c) => axes[c]), columns: kept.map((c) => columns[c]), length };
}

/** Relations over the same axes, in any order of them, as one without repeats. */
function distinct(axes: readonly Axis[], relations: readonly Relation[]): Relation {
  const code = keyCoder(axes.map((axis) => axis.values.length));
  const seen = new Set<number | string>();
  const columns = axes.map((): number[] => []);
  const row = new Int32Array(axes.length);
  for (const relation of relations) {
    const from = axes.map((axis) => relation.columns[relation.axes.indexOf(axis)]);
    for (let i = 0; i < relation.length; i++) {
      for (let c = 0; c < row.length; c++) row[c] = from[c][i];
      const key = code(row);
      if (seen.has(key)) continue;
      seen.add(key);
      row.forEach((position, c) => columns[c].push(position));
    }
  }
  return {
    axes,
    columns: columns.map((column) => Int32Array.from(column)),
    length: seen.size,
  };
}
