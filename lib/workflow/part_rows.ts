// The members of one stage that an input can take, as columns of positions on the input's axes (rules 4 to 7).

import type { Axis } from "./axis.ts";
import type { Template } from "./expression/template.ts";
import { keyCoder, type RowIndex, sortedRows } from "./relation.ts";
import type { Column, InputPlan, PartPlan, StageState } from "./stage_state.ts";
import { splitRows, type UnknownRows } from "./unknown_rows.ts";

/** Selected members of one source. */
export interface PartRows {
  readonly part: PartPlan;
  /** Index in the graph by row. */
  readonly members: Int32Array;
  /** Positions on the joined axes, then on those that expressions choose. */
  readonly keys: readonly Int32Array[];
  /** Positions on the gathered axes. */
  readonly gathered: readonly Int32Array[];
  readonly chosen: readonly { readonly axis: Axis; readonly template: Template }[];
  readonly filters: readonly {
    readonly axis: Axis;
    readonly not: boolean;
    readonly template: Template;
    readonly column: Int32Array;
  }[];
  readonly index: RowIndex;
  readonly code: (row: ArrayLike<number>) => number | string;
  /** Rows that stand for members to come, or may be one that `where` looks for. */
  readonly unknown: readonly UnknownRows[];
}

/**
 * Order of axes in coordinates and lists.
 *
 * @example
 * ```ts
 * import { byRank } from "#lib/workflow/part_rows.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([{ rank: 2 }, { rank: 1 }].sort(byRank)[0].rank, 1);
 * ```
 */
export function byRank(a: Pick<Axis, "rank">, b: Pick<Axis, "rank">): number {
  return a.rank - b.rank;
}

/**
 * The rows of one stage in an input, ordered by the gathered axes.
 *
 * @example
 * ```ts
 * import { partRows } from "#lib/workflow/part_rows.ts";
 * import { assertEquals } from "@std/assert";
 * const source = { axes: [], columns: [], numMembers: 1, first: 4 };
 * const part = { source, columns: new Map(), given: new Map() };
 * // deno-lint-ignore no-explicit-any
 * assertEquals([...partRows({ joined: [], gathered: [] } as any, part as any).members], [4]);
 * ```
 */
export function partRows(plan: InputPlan, part: PartPlan): PartRows {
  const { source } = part;
  const columns = source.axes!.map((axis) => part.columns.get(axis)!);
  const selected = selectRows(source, columns);
  const take = (c: number): Int32Array => {
    const column = source.columns[c];
    const kept = columns[c];
    const positions = kept.kind === "kept" ? kept.positions : null;
    return Int32Array.from(
      selected,
      positions === null ? (row) => column[row] : (row) => positions[column[row]],
    );
  };
  const columnOf = (axis: Axis): Int32Array => {
    const c = columns.findIndex((column) => column.kind === "kept" && column.target === axis);
    if (c >= 0) return take(c);
    return new Int32Array(selected.length).fill(part.given.get(axis)!);
  };
  const chosen: { axis: Axis; template: Template; column: Int32Array }[] = [];
  const filters: { axis: Axis; not: boolean; template: Template; column: Int32Array }[] = [];
  columns.forEach((column, c) => {
    if (column.kind === "chosen") {
      const { axis, template } = column;
      chosen.push({ axis, template: template!, column: take(c) });
    } else if (column.kind === "kept" && column.filter !== null) {
      const { axis, not, template } = column.filter;
      const positions = Int32Array.from(selected, (row) => source.columns[c][row]);
      filters.push({ axis, not, template: template!, column: positions });
    }
  });
  const keyAxes = [...plan.joined, ...chosen.map(({ axis }) => axis)];
  const keys = [...plan.joined.map(columnOf), ...chosen.map(({ column }) => column)];
  const gathered = [...plan.gathered].sort(byRank).map(columnOf);
  // Rows of a group must come in the order of the gathered axes, whatever they are called here.
  const order = sortedRows(gathered, Int32Array.from(selected.keys()));
  const ordered = (column: Int32Array) => Int32Array.from(order, (row) => column[row]);
  const orderedKeys = keys.map(ordered);
  const keyed = keyAxes.map(({ unknownAt, values: { length } }) => ({ unknownAt, length }));
  const unsure = unsureRows(source, columns, selected);
  const { index, unknown } = splitRows(
    orderedKeys,
    keyed,
    selected.length,
    unsure && Uint8Array.from(order, (row) => unsure[row]),
  );
  return {
    part,
    members: Int32Array.from(
      order,
      (row) => source.relay?.members[selected[row]] ?? source.first + selected[row],
    ),
    keys: orderedKeys,
    gathered: gathered.map(ordered),
    chosen,
    filters: filters.map((filter) => ({ ...filter, column: ordered(filter.column) })),
    index,
    code: keyCoder(keyed.map(({ length }) => length)),
    unknown,
  };
}

/** Rows of the source that `where` leaves, as far as it is the same for every member. */
function selectRows(source: StageState, columns: readonly Column[]): Int32Array {
  const rows = new Int32Array(source.numMembers);
  let count = 0;
  for (let row = 0; row < source.numMembers; row++) {
    const fits = columns.every((column, c) => {
      const position = source.columns[c][row];
      if (column.kind === "fixed") {
        return position === column.position || position === source.axes![c].unknownAt;
      }
      return column.kind !== "kept" || column.allowed === null || column.allowed[position] === 1;
    });
    if (fits) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/** Rows that only may have the value that `where` fixes; undefined if there are none. */
function unsureRows(
  source: StageState,
  columns: readonly Column[],
  selected: Int32Array,
): Uint8Array | undefined {
  let unsure: Uint8Array | undefined;
  columns.forEach((column, c) => {
    const { unknownAt } = source.axes![c];
    if (column.kind !== "fixed" || unknownAt < 0) return;
    selected.forEach((row, i) => {
      if (source.columns[c][row] !== unknownAt) return;
      unsure ??= new Uint8Array(selected.length);
      unsure[i] = 1;
    });
  });
  return unsure;
}
