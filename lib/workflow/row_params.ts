// Params of the members of a stage by row: what `with` gives, and what the task says to it.

import type { Combinations } from "./combinations.ts";
import type { Context } from "./context.ts";
import { notKnownYet } from "./expression/fault.ts";
import type { PlacedFault } from "./expression/template.ts";
import { keyCoder } from "./relation.ts";
import type { StageState } from "./stage_state.ts";
import type { Resolution } from "./task_params.ts";

/** Params by row: the raw value and what the task says to it. */
export interface RowParams {
  /**
   * Which of `raws`; -1 where an expression has no value (reported), -2 where it needs a row that is not known,
   * from -3 downwards which of `faults`.
   */
  readonly index: Int32Array;
  /** Faults of members that may wait: they are wrong only if they exist. */
  readonly faults: readonly PlacedFault[];
  readonly raws: readonly unknown[];
  readonly resolutions: readonly Resolution[];
  /** Whether they differ from member to member. */
  readonly vary: boolean;
}

/** Where `index` starts to count faults. */
const firstFault = -3;

/**
 * The fault of a row's params by its `index`, or undefined.
 *
 * @example
 * ```ts
 * import { faultOf } from "#lib/workflow/row_params.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * assertEquals(faultOf({ faults: [] } as any, -1), undefined);
 * ```
 */
export function faultOf({ faults }: RowParams, index: number): PlacedFault | undefined {
  return faults[firstFault - index];
}

/**
 * Works out the params of all rows, each different one once.
 *
 * @example
 * ```ts
 * import { resolveRows } from "#lib/workflow/row_params.ts";
 * import { assert } from "@std/assert";
 * assert(typeof resolveRows === "function"); // used by members.ts
 * ```
 */
export async function resolveRows(
  { problems, taskParams }: Context,
  state: StageState,
  rows: Combinations,
): Promise<RowParams> {
  const template = state.with;
  const used = template === null ? [] : [...template.slots];
  const code = keyCoder(used.map((slot) => state.slots[slot].values.length));
  const known = new Map<number | string, number>();
  const index = new Int32Array(rows.length);
  const raws: unknown[] = [];
  const faults: PlacedFault[] = [];
  const mayWait = state.slots.some((axis) => axis.ragged !== undefined);
  const row = new Int32Array(state.slots.length);
  const key = new Int32Array(used.length);
  for (let i = 0; i < rows.length; i++) {
    for (let c = 0; c < used.length; c++) {
      row[used[c]] = key[c] = rows.columns[used[c]][i];
    }
    const id = code(key);
    let at = known.get(id);
    if (at === undefined) {
      const evaluated = template === null
        ? { ok: true as const, value: {} }
        : template.evaluate(row);
      if (evaluated.ok) at = raws.push(evaluated.value) - 1;
      else {
        const { code: name, at: place, message, hint } = evaluated.error;
        if (name === notKnownYet) at = -2;
        else if (mayWait) at = firstFault - faults.push(evaluated.error) + 1;
        else {
          problems.error(name, place, message, { hint });
          at = -1;
        }
      }
      known.set(id, at);
    }
    index[i] = at;
  }
  const resolutions = await Promise.all(raws.map((raw) => taskParams.resolve(state.task!, raw)));
  return { index, faults, raws, resolutions, vary: used.length > 0 };
}
