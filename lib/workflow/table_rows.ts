// The rows of one table output of a stage, as far as its tables are known: the axis that they make, and their entries.
// Everything goes by what rows are known by, never by their numbers, so that no order matters.

import {
  compareIdentities,
  type KeyCell,
  rowIdentities,
  type RowIdentity,
} from "../core/row_identity.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Cell, Column, Table } from "../core/table.ts";
import { Axis, type AxisValue, idText, unknownValue } from "./axis.ts";
import type { Coords } from "./graph.ts";
import { suggest } from "./nearest.ts";
import { keyCoder, type Relation } from "./relation.ts";
import type { Place } from "./source_text.ts";

/** A table that is known: an output of a member. */
export interface KnownTable {
  readonly stage: string;
  /** Of the member. */
  readonly id: string;
  readonly coords: Coords;
  readonly output: string;
  readonly table: Table;
}

/** An entry, and the column it stands in. */
export interface Entry {
  readonly cell: Cell;
  readonly column: Column;
}

/** Rows that follow each other in {@link TableRows.relation}. */
export interface RowRange {
  readonly first: number;
  readonly length: number;
}

interface Held {
  readonly known: KnownTable;
  readonly columns: ReadonlyMap<string, number>;
}

const identities = new WeakMap<Table, Result<RowIdentity[], string>>();

/**
 * The rows of one table output.
 *
 * @example
 * ```ts
 * import { TableRows } from "#lib/workflow/table_rows.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { tableOf } from "#lib/core/table.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * const table = tableOf([{ step: 20, loss: 0.5 }, { step: 10, loss: 0.9 }]);
 * const rows = TableRows.of("row", "train.log", [], [{ stage: "train", id: "train", coords: {}, output: "log", table }], at, 0);
 * assert(rows.ok);
 * assertEquals(rows.value.axis.known.map(({ id }) => id), [10, 20]);
 * assertEquals(rows.value.entry([1], "loss")?.cell, 0.5);
 * ```
 */
export class TableRows {
  /** The axis that the rows make; the last value stands for rows to come. */
  readonly axis: Axis;
  /** The axes of the stage that makes the tables. */
  readonly nested: readonly Axis[];
  /** `stage.output`, for messages. */
  readonly name: string;
  readonly #held: readonly Held[];
  /** First row of a table in `#columns`, and their number, by member and output. */
  readonly #ranges = new Map<string, RowRange>();
  /** Positions of the rows on the nested axes and on their own. */
  readonly #columns: readonly Int32Array[];
  readonly #code: (row: ArrayLike<number>) => number | string;
  /** Row of `#columns` by its positions. */
  readonly #rowAt = new Map<number | string, number>();
  /** Table and row in it, by row of `#columns`. */
  readonly #tableOf: Int32Array;
  readonly #rowOf: Int32Array;
  readonly #scratch: Int32Array;
  readonly #ragged: { isComplete: boolean };

  private constructor(
    name: string,
    nested: readonly Axis[],
    axis: Axis,
    ragged: { isComplete: boolean },
    held: readonly (Held & { readonly positions: readonly number[] })[],
  ) {
    this.name = name;
    this.nested = nested;
    this.axis = axis;
    this.#ragged = ragged;
    this.#held = held;
    const length = held.reduce((sum, { known }) => sum + known.table.rows.length, 0);
    this.#columns = [...nested, axis].map(() => new Int32Array(length));
    this.#tableOf = new Int32Array(length);
    this.#rowOf = new Int32Array(length);
    this.#scratch = new Int32Array(nested.length + 1);
    this.#code = keyCoder([...nested, axis].map(({ values }) => values.length));
    let at = 0;
    held.forEach(({ known, positions }, t) => {
      const ids = identitiesOf(known.table);
      if (!ids.ok) return;
      this.#ranges.set(`${known.id} ${known.output}`, { first: at, length: ids.value.length });
      ids.value.forEach(({ id }, r) => {
        positions.forEach((position, c) => this.#columns[c][at] = position);
        this.#columns[nested.length][at] = axis.positionOf(id)!;
        this.#tableOf[at] = t;
        this.#rowOf[at] = r;
        for (let c = 0; c < this.#scratch.length; c++) this.#scratch[c] = this.#columns[c][at];
        this.#rowAt.set(this.#code(this.#scratch), at++);
      });
    });
  }

  /** Makes the rows of some tables, or says in one sentence why a table does not fit. */
  static of(
    row: string,
    name: string,
    nested: readonly Axis[],
    tables: readonly KnownTable[],
    at: Place,
    rank: number,
  ): Result<TableRows, string> {
    const found = new Map<string, RowIdentity>();
    // Which types the keys have, and where they were first seen: a number and a string that look alike are not one.
    const types = new Map<string, string>();
    const held: (Held & { readonly positions: readonly number[] })[] = [];
    for (const known of [...tables].sort((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0)) {
      const ids = identitiesOf(known.table);
      if (!ids.ok) return err(`the table ${known.output} of ${known.id}: ${ids.error}`);
      for (const identity of ids.value) {
        identity.cells.forEach((cell, k) => types.set(`${k} ${typeof cell}`, known.id));
        const text = idText(identity.id);
        if (!found.has(text)) found.set(text, identity);
      }
      held.push({
        known,
        positions: nested.map((axis) => axis.positionOf(known.coords[axis.name]) ?? -1),
        columns: new Map(known.table.columns.map((column, c) => [column.name, c])),
      });
    }
    const mixed = mixedTypes(types);
    if (mixed !== undefined) return err(`the tables of ${name} do not fit together: ${mixed}`);
    const values = [...found.values()].sort(compareIdentities).map(toValue);
    const ragged = { isComplete: false };
    const axis = new Axis(row, [...values, unknownValue], at, rank, undefined, ragged);
    return ok(new TableRows(name, nested, axis, ragged, held));
  }

  /** The known rows as positions on the nested axes and the rows' own. */
  get relation(): Relation {
    return {
      axes: [...this.nested, this.axis],
      columns: this.#columns,
      length: this.#tableOf.length,
    };
  }

  /** Says that all tables are known. */
  complete(): void {
    this.#ragged.isComplete = true;
  }

  /** Numbers of the rows of one table, or undefined if it is not known; for {@link entryAt}. */
  rowsOf(id: string, output: string): RowRange | undefined {
    return this.#ranges.get(`${id} ${output}`);
  }

  /** An entry of the row at some positions (nested axes, then the rows' own); undefined if there is no such row. */
  entry(positions: ArrayLike<number>, column: string): Entry | undefined {
    const at = this.#rowAt.get(this.#code(positions));
    return at === undefined ? undefined : this.entryAt(at, column);
  }

  /** An entry of a row by its number in {@link relation}. */
  entryAt(at: number, column: string): Entry | undefined {
    const { known: { table }, columns } = this.#held[this.#tableOf[at]];
    const c = columns.get(column);
    if (c === undefined) return undefined;
    return { cell: table.rows[this.#rowOf[at]][c], column: table.columns[c] };
  }

  /** What is wrong with the name of a column, as far as tables are known. */
  checkColumn(name: string): { readonly message: string; readonly hint?: string } | undefined {
    for (const { known: { id, output, table }, columns } of this.#held) {
      if (columns.has(name) || table.rows.length === 0) continue;
      const hint = suggest(name, columns.keys(), "columns");
      return {
        message: `the table ${output} of ${id} has no column \`${name}\``,
        ...(hint === undefined ? {} : { hint }),
      };
    }
    return undefined;
  }
}

function identitiesOf(table: Table): Result<RowIdentity[], string> {
  let found = identities.get(table);
  if (found === undefined) identities.set(table, found = rowIdentities(table));
  return found;
}

function toValue({ id }: RowIdentity): AxisValue {
  return { value: id, id: id satisfies KeyCell, text: idText(id) };
}

/** Two types in one key column of different tables. */
function mixedTypes(types: ReadonlyMap<string, string>): string | undefined {
  for (const [entry, id] of types) {
    const [k, type] = entry.split(" ");
    for (const other of ["boolean", "number", "string"]) {
      const otherId = types.get(`${k} ${other}`);
      if (other === type || otherId === undefined) continue;
      return `a key column holds a ${type} in ${id} and a ${other} in ${otherId}`;
    }
  }
  return undefined;
}
