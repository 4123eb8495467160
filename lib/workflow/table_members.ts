// Rule 9, second pass: the members that make the tables of a `foreach`, with the rows of each table; where a table is
// not known, one row that stands for those to come.

import type { Context } from "./context.ts";
import type { Row } from "./expression/compile.ts";
import type { Source, StageMember } from "./graph.ts";
import { fitOutput } from "./ports.ts";
import type { Relation } from "./relation.ts";
import { keyCoder } from "./relation.ts";
import type { ForeachPlan, StageState } from "./stage_state.ts";
import type { Entry } from "./table_rows.ts";
import { type SplitRows, splitRows } from "./unknown_rows.ts";

/** A row that a member of the stage stands on. */
export interface OnRow {
  /** The table. */
  readonly source: Source & { readonly from: number };
  /** Its number among the known rows; -1 for rows to come. */
  readonly row: number;
  /** For rows to come: whether they never will, because the table is lost. */
  readonly isLost: boolean;
}

/**
 * The tables of one `foreach`.
 *
 * @example
 * ```ts
 * import { TableMembers } from "#lib/workflow/table_members.ts";
 * import { assert } from "@std/assert";
 * assert(typeof TableMembers === "function"); // made by members.ts, once per stage with `foreach`
 * ```
 */
export class TableMembers {
  readonly plan: ForeachPlan;
  /** The axes that rows are nested in, then their own. */
  readonly #columns: readonly Int32Array[];
  readonly #length: number;
  readonly #rows: SplitRows;
  readonly #code: (row: ArrayLike<number>) => number | string;
  readonly #slots: readonly number[];
  readonly #sources: readonly OnRow["source"][];
  /** By row: which of `#sources` it belongs to, and its number among the known rows. */
  readonly #sourceOf: Int32Array;
  readonly #rowOf: Int32Array;
  /** By source: whether its table will never be known. */
  readonly #isLost: readonly boolean[];
  readonly #scratch: Int32Array;

  constructor(
    context: Context,
    state: StageState,
    plan: ForeachPlan,
    members: readonly StageMember[],
  ) {
    this.plan = plan;
    const { source, rows, axis, joined } = plan;
    const known = rows.relation.columns[rows.nested.length];
    const columns = joined.map((): number[] => []);
    // The stage's axes were sorted since, its columns with them.
    const from = joined.slice(0, -1).map((own) => source.columns[source.axes!.indexOf(own)]);
    const sources: OnRow["source"][] = [];
    const sourceOf: number[] = [];
    const rowOf: number[] = [];
    const isLost: boolean[] = [];
    let isComplete = true;
    for (let i = 0; i < source.numMembers; i++) {
      const member = members[source.first + i];
      const output = outputOf(member, plan);
      const range = member.pending ? undefined : rows.rowsOf(member.id, output);
      sources.push({ from: member.index, output, coords: {} });
      isLost.push(
        context.lost.has(`${member.id} ${output}`) || context.waiting.stuck.has(member.index),
      );
      const add = (position: number, row: number) => {
        from.forEach((column, c) => columns[c].push(column[i]));
        columns[from.length].push(position);
        sourceOf.push(sources.length - 1);
        rowOf.push(row);
      };
      if (range === undefined) {
        isComplete = false;
        if (!member.pending) want(context, member, output);
        add(axis.unknownAt, -1);
      } else {
        for (let row = range.first; row < range.first + range.length; row++) add(known[row], row);
      }
    }
    if (isComplete) rows.complete();
    this.#columns = columns.map((column) => Int32Array.from(column));
    this.#length = sourceOf.length;
    this.#sources = sources;
    this.#isLost = isLost;
    this.#sourceOf = Int32Array.from(sourceOf);
    this.#rowOf = Int32Array.from(rowOf);
    this.#slots = joined.map((own) => state.slots.indexOf(own));
    this.#scratch = new Int32Array(joined.length);
    const keyed = joined.map(({ unknownAt, values: { length } }) => ({ unknownAt, length }));
    this.#code = keyCoder(keyed.map(({ length }) => length));
    this.#rows = splitRows(this.#columns, keyed, this.#length);
  }

  /** The rows that exist, and those that stand for others. */
  relation(): Relation {
    return { axes: this.plan.joined, columns: this.#columns, length: this.#length };
  }

  /** The row of a member; null if there is none. */
  find(row: Row): OnRow | null {
    this.#slots.forEach((slot, c) => this.#scratch[c] = row[slot]);
    const { index, unknown } = this.#rows;
    let at = index.first.get(this.#code(this.#scratch));
    for (const { index: { first }, code } of unknown) at ??= first.get(code(this.#scratch));
    if (at === undefined) return null;
    const from = this.#sourceOf[at];
    return { source: this.#sources[from], row: this.#rowOf[at], isLost: this.#isLost[from] };
  }

  /** An entry of a known row. */
  entry({ row }: OnRow, column: string): Entry | undefined {
    return this.plan.rows.entryAt(row, column);
  }
}

function outputOf({ outputs }: StageMember, { output }: ForeachPlan): string {
  const fit = fitOutput(outputs, output === "" ? undefined : output, "table");
  return fit.ok ? fit.output : output;
}

function want({ waiting, lost }: Context, { id, index }: StageMember, output: string): void {
  const name = `${id} ${output}`;
  if (!lost.has(name)) waiting.wants.set(name, { from: index, output });
}
