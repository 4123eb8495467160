// What rows of a table are known by: the entries of its key columns. Row numbers mean nothing, so that a table may be
// written in any order.

import { err, ok, type Result } from "./result.ts";
import type { Table } from "./table.ts";

/** An entry that can be a part of an identity. */
export type KeyCell = string | number | boolean;

/** What one row is known by. */
export interface RowIdentity {
  /** The entry of the key column; of several key columns, their entries joined with `/`. */
  readonly id: KeyCell;
  /** The entries themselves. */
  readonly cells: readonly KeyCell[];
}

/**
 * Positions of the columns that rows are known by: those marked `key`, or the first.
 *
 * @example
 * ```ts
 * import { keyColumns } from "#lib/core/row_identity.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(keyColumns(tableOf([{ loss: 0.1, step: 5 }], { step: { key: true } })), [1]);
 * ```
 */
export function keyColumns({ columns }: Table): number[] {
  const marked = [...columns.keys()].filter((c) => columns[c].key);
  return marked.length > 0 || columns.length === 0 ? marked : [0];
}

/**
 * The identities of all rows, in their order, or one sentence saying why there are none: an entry that is missing or
 * no finite number, or two rows with the same key.
 *
 * @example
 * ```ts
 * import { rowIdentities } from "#lib/core/row_identity.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = rowIdentities(tableOf([{ step: 5 }, { step: 7 }]));
 * assertEquals(rows.ok && rows.value.map(({ id }) => id), [5, 7]);
 * assertEquals(rowIdentities(tableOf([{ step: 5 }, { step: 5 }])).ok, false);
 * ```
 */
export function rowIdentities(table: Table): Result<RowIdentity[], string> {
  const keys = keyColumns(table);
  const { columns, rows } = table;
  if (rows.length > 0 && keys.length === 0) return err("the table has rows, but no columns");
  const names = keys.map((c) => `'${columns[c].name}'`).join(", ");
  const seen = new Map<string, number>();
  const found: RowIdentity[] = [];
  for (let r = 0; r < rows.length; r++) {
    const cells: KeyCell[] = [];
    for (const c of keys) {
      const cell = rows[r][c];
      if (cell === null || (typeof cell === "number" && !Number.isFinite(cell))) {
        const what = cell === null ? "is missing" : `is ${cell}`;
        return err(`row ${r + 1} has no key: its entry in the key column ${names} ${what}`);
      }
      cells.push(Object.is(cell, -0) ? 0 : cell);
    }
    const id = cells.length === 1 ? cells[0] : cells.map(partText).join("/");
    const first = seen.get(String(id));
    if (first !== undefined) {
      return err(
        `rows ${first + 1} and ${r + 1} have the same key ${id} in ${names}; ` +
          "rows are known by their key columns, so mark those that tell them apart",
      );
    }
    seen.set(String(id), r);
    found.push({ id, cells });
  }
  return ok(found);
}

/**
 * The order of rows: numbers ascending, then strings by code point, then truth values; column by column.
 *
 * @example
 * ```ts
 * import { compareIdentities } from "#lib/core/row_identity.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = [["b"], [10], [9], ["a"]].map((cells) => ({ cells }));
 * assertEquals(rows.sort(compareIdentities).map(({ cells }) => cells[0]), [9, 10, "a", "b"]);
 * ```
 */
export function compareIdentities(
  a: Pick<RowIdentity, "cells">,
  b: Pick<RowIdentity, "cells">,
): number {
  const length = Math.min(a.cells.length, b.cells.length);
  for (let i = 0; i < length; i++) {
    const difference = compareCells(a.cells[i], b.cells[i]);
    if (difference !== 0) return difference;
  }
  return a.cells.length - b.cells.length;
}

const order = ["number", "string", "boolean"];

function compareCells(a: KeyCell, b: KeyCell): number {
  if (typeof a !== typeof b) return order.indexOf(typeof a) - order.indexOf(typeof b);
  return typeof a === "string" ? compareCodePoints(a, b as string) : Number(a) - Number(b);
}

/** UTF-16 puts the last planes before U+E000; code points do not. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return lift(x) - lift(y);
  }
  return a.length - b.length;
}

function lift(code: number): number {
  return code >= 0xd800 && code < 0xe000 ? code + 0x10000 : code;
}

/** So that `a/b` with `c` and `a` with `b/c` differ. */
function partText(cell: KeyCell): string {
  return typeof cell === "string" ? cell.replace(/[\\/]/g, "\\$&") : String(cell);
}
