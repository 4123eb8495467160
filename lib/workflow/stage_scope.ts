// What names mean in the expressions of a stage: its axes, the params, and good advice for everything else.

import { Axis } from "./axis.ts";
import type { Context } from "./context.ts";
import type { Compiled, OnAxis, Scope } from "./expression/compile.ts";
import type { RowAccess } from "./foreach.ts";
import type { Params } from "./params.ts";
import { rowColumn } from "./row_column.ts";
import { SourceText } from "./source_text.ts";
import type { StageState } from "./stage_state.ts";

/**
 * The scope of a stage. `slots` may be more than the stage's axes: `hidden` says why one of them cannot be used.
 * `rows` says what the axes stand for that `foreach` makes.
 *
 * @example
 * ```ts
 * import { Params } from "#lib/workflow/params.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { stageScope } from "#lib/workflow/stage_scope.ts";
 * import { assertEquals } from "@std/assert";
 * const scope = stageScope([], new Params(undefined, new Problems()), () => undefined);
 * assertEquals(scope.unknown("sed").message, "there is no axis `sed` here");
 * ```
 */
export function stageScope(
  slots: readonly Axis[],
  params: Params,
  hidden: (name: string) => string | undefined,
  rows?: ReadonlyMap<Axis, RowAccess | null>,
): Scope {
  const byName = new Map<string, OnAxis>();
  slots.forEach((axis, slot) => {
    if (byName.has(axis.name)) return;
    const column: OnAxis["column"] = (name, node) =>
      rowColumn(axis, rows?.get(axis), slots, name, node);
    byName.set(axis.name, axis.ragged === undefined ? { slot, axis } : { slot, axis, column });
  });
  return {
    axis: (name) => hidden(name) === undefined ? byName.get(name) : undefined,
    param: (path) => {
      const found = params.find(path);
      if (!found.ok || found.by === undefined) return found;
      return { ...found, by: inSlots(found.by, params.axes.map((axis) => slots.indexOf(axis))) };
    },
    unknown: (name) => {
      const why = hidden(name);
      if (why !== undefined) return { message: why };
      return params.unknownName(name, [...byName.keys()]);
    },
  };
}

/** What depends on the axes of a call, for rows of a stage that has them in the given slots. */
function inSlots(compiled: Compiled, slots: readonly number[]): Compiled {
  const callRow = new Int32Array(slots.length);
  return {
    slots: new Set([...compiled.slots].map((slot) => slots[slot])),
    run: (row) => {
      slots.forEach((slot, i) => callRow[i] = row[slot]);
      return compiled.run(callRow);
    },
  };
}

/**
 * The scope of a stage whose axes are known: its axes, and why others cannot be used.
 *
 * @example
 * ```ts
 * import { Params } from "#lib/workflow/params.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { memberScope } from "#lib/workflow/stage_scope.ts";
 * import { assertEquals } from "@std/assert";
 * const state = { axes: [], slots: [], inputs: [] };
 * // deno-lint-ignore no-explicit-any
 * const scope = memberScope({ params: new Params(undefined, new Problems()) }, state as any);
 * assertEquals(scope.axis("seed"), undefined);
 * ```
 */
export function memberScope({ params }: Pick<Context, "params">, state: StageState): Scope {
  const { spec, slots } = state;
  const axes = state.axes!;
  return stageScope(
    slots,
    params,
    (name) =>
      axes.some((axis) => axis.name === name) ? undefined : gatheredAxis(state, name) ??
        (slots.some((axis) => axis.name === name)
          ? `the axis \`${name}\` is none of \`${spec.name}\`: the input that brings it is not taken`
          : undefined),
    state.rows,
  );
}

/**
 * Why a name cannot be used in a stage although an input has an axis of that name: it is gathered.
 *
 * @example
 * ```ts
 * import { gatheredAxis } from "#lib/workflow/stage_scope.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(gatheredAxis({ slots: [], inputs: [] }, "seed"), undefined);
 * ```
 */
export function gatheredAxis(
  { slots, inputs }: Pick<StageState, "slots" | "inputs">,
  name: string,
): string | undefined {
  if (slots.some((axis) => axis.name === name)) return undefined;
  const input = inputs.find(({ gathered }) => gathered.some((axis) => axis.name === name));
  if (input === undefined) return undefined;
  return `the axis \`${name}\` is gathered by the input \`${input.spec.port}\`, so it has no value here`;
}

/**
 * A scope in which every name is an axis, for stages whose axes are not known. What it compiles cannot be evaluated.
 *
 * @example
 * ```ts
 * import { Params } from "#lib/workflow/params.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { lenientScope } from "#lib/workflow/stage_scope.ts";
 * import { assert } from "@std/assert";
 * assert(lenientScope(new Params(undefined, new Problems())).axis("anything") !== undefined);
 * ```
 */
export function lenientScope(params: Params): Scope {
  const at = { source: new SourceText("", ""), start: 0, end: 0 };
  return {
    axis: (name) => ({ slot: 0, axis: new Axis(name, [], at, 0) }),
    param: (path) => params.find(path),
    unknown: (name) => params.unknownName(name, []),
  };
}
