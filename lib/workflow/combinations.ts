// Which members a stage has, as rows of positions: the join of its inputs, times what is left, less what `keep`,
// `when` and `exclude` leave out (rules 2, 3, 5, 8, 15). Counted before anything larger is made.

import type { Axis } from "./axis.ts";
import type { Context } from "./context.ts";
import { describe, notKnownYet } from "./expression/fault.ts";
import type { InputRows } from "./input_rows.ts";
import { sizes } from "./limits.ts";
import { fullRelation, type Relation, sortedRows } from "./relation.ts";
import type { StageState } from "./stage_state.ts";
import type { TableMembers } from "./table_members.ts";
import { joinRows } from "./unknown_rows.ts";

/** Rows of positions by slot, in the order of the axes. */
export interface Combinations {
  /** By slot; slots that are no axes of the stage have columns of zeros. */
  readonly columns: readonly Int32Array[];
  readonly length: number;
  /** How many there were before any was left out. */
  readonly total: number;
  /** By row: 1 where a condition needs a row of a table that is not known; absent if there are none. */
  readonly unsure?: Uint8Array;
}

/**
 * The combinations of a stage; null if there are too many (reported) or a condition cannot be evaluated.
 *
 * @example
 * ```ts
 * import { combinations } from "#lib/workflow/combinations.ts";
 * import { assertEquals } from "@std/assert";
 * const state = { axes: [], slots: [], filters: { conditions: [], exclude: [] } };
 * // deno-lint-ignore no-explicit-any
 * assertEquals(combinations({} as any, state as any, [], 0)?.length, 1);
 * ```
 */
export function combinations(
  context: Context,
  state: StageState,
  inputs: readonly InputRows[],
  numMembers: number,
  tables?: TableMembers,
): Combinations | null {
  const relation = joinAll(context, state, inputs, tables);
  if (relation === null) return null;
  const { slots } = state;
  const columns = slots.map((axis) => {
    const c = relation.axes.indexOf(axis);
    return c < 0 ? new Int32Array(relation.length) : relation.columns[c];
  });
  const unsure = new Set<number>();
  const kept = filterRows(context, state, columns, relation.length, unsure);
  if (kept === null) return null;
  if (numMembers + kept.length > sizes.members) {
    tooMany(
      context,
      state,
      relation.axes.map((axis, c) => [axis, relation.columns[c]]),
      kept.length,
      numMembers,
    );
    return null;
  }
  const order = sortedRows(state.axes!.map((axis) => columns[slots.indexOf(axis)]), kept);
  return {
    columns: columns.map((column) => Int32Array.from(order, (row) => column[row])),
    length: order.length,
    total: relation.length,
    ...(unsure.size === 0
      ? {}
      : { unsure: Uint8Array.from(order, (row) => unsure.has(row) ? 1 : 0) }),
  };
}

function joinAll(
  context: Context,
  state: StageState,
  inputs: readonly InputRows[],
  tables: TableMembers | undefined,
): Relation | null {
  let relation: Relation = { axes: [], columns: [], length: 1 };
  const add = (other: Relation): boolean => {
    const joined = joinRows(relation, other, sizes.combinations);
    if (typeof joined !== "number") {
      relation = joined;
      return true;
    }
    const counted = [...relation.axes.map((axis, c) => [axis, relation.columns[c]] as const)];
    for (const [c, axis] of other.axes.entries()) {
      if (!relation.axes.includes(axis)) counted.push([axis, other.columns[c]]);
    }
    tooMany(context, state, counted, joined, 0);
    return false;
  };
  if (tables !== undefined && !add(tables.relation())) return null;
  for (const rows of inputs) {
    const { joined, spec } = rows.plan;
    if (joined.length === 0 || !state.common.has(spec.port)) continue;
    if (!add(rows.relation())) return null;
  }
  for (const axis of state.axes!) {
    if (!relation.axes.includes(axis) && !add(fullRelation([axis]))) return null;
  }
  return relation;
}

/** Rows that no `when`, `keep` or `exclude` leaves out. */
function filterRows(
  { problems }: Context,
  state: StageState,
  columns: readonly Int32Array[],
  length: number,
  unsure: Set<number>,
): Int32Array | null {
  const { conditions, exclude } = state.filters!;
  const kept = new Int32Array(length);
  const row = new Int32Array(columns.length);
  let count = 0;
  rows: for (let i = 0; i < length; i++) {
    for (let c = 0; c < columns.length; c++) row[c] = columns[c][i];
    for (const sets of exclude) {
      if (sets.length > 0 && sets.every(({ slot, inside }) => inside[row[slot]] === 1)) {
        continue rows;
      }
    }
    for (const { template, at } of conditions) {
      const result = template.evaluate(row);
      if (!result.ok) {
        const { code, at: place, message, hint } = result.error;
        // Whether it exists is not known yet; it then stands for members to come.
        if (code === notKnownYet) {
          unsure.add(i);
          continue;
        }
        problems.error(code, place, message, { hint });
        return null;
      }
      if (typeof result.value !== "boolean") {
        problems.error("bad-value", at, `expected true or false, found ${describe(result.value)}`);
        return null;
      }
      if (!result.value) continue rows;
    }
    kept[count++] = i;
  }
  return kept.subarray(0, count);
}

function tooMany(
  { problems }: Context,
  { spec }: StageState,
  axes: readonly (readonly [Axis, Int32Array])[],
  count: number,
  before: number,
): void {
  const lengths = axes.map(([axis, column]) => {
    const { size } = new Set(column);
    return `${axis.name} ${size.toLocaleString("en")}`;
  });
  const whole = before > 0 ? `, ${(before + count).toLocaleString("en")} with those before it` : "";
  problems.error(
    "too-many-members",
    spec.at,
    `\`${spec.name}\` would have ${count.toLocaleString("en")} members (${
      lengths.join(" × ")
    })${whole}; ` +
      `a workflow has at most ${sizes.members.toLocaleString("en")}`,
    { hint: "leave some out with `where`, `keep` or `exclude`, or shorten an axis" },
  );
}
