// The axes of a stage: its own, those of its `foreach`, and those of the inputs that its members take (rules 2, 3, 10).

import type { Axis } from "./axis.ts";
import type { Context } from "./context.ts";
import { takingKey } from "./ports.ts";
import type { InputPlan, PortChoice, StageState } from "./stage_state.ts";

/**
 * Works out the axes that the members of each choice of ports have; they must be equal. `choices` is null if it is not
 * known what is taken: then all inputs count.
 *
 * @example
 * ```ts
 * import { chooseAxes } from "#lib/workflow/stage_axes.ts";
 * import { assertEquals } from "@std/assert";
 * const state = { spec: {}, inputs: [], declared: [], slots: [], with: null, axes: null };
 * // deno-lint-ignore no-explicit-any
 * chooseAxes({} as any, state as any, null);
 * assertEquals(state.axes, []);
 * ```
 */
export function chooseAxes(
  context: Context,
  state: StageState,
  choices: readonly PortChoice[] | null,
): void {
  const { problems } = context;
  const { spec, inputs, declared } = state;
  const takings = choices === null
    ? [new Set(inputs.map((input) => input.spec.port))]
    : choices.map((choice) => choice.taken);
  let axes: readonly Axis[] | null = null;
  for (const taken of takings) {
    const own = inputs.filter((input) => taken.has(input.spec.port));
    const joined = joinAxes(context, state, own, declared);
    if (joined === null) return;
    if (axes !== null && !sameAxes(axes, joined)) {
      const [a, b] = [axes, joined].map((list) =>
        list.map((axis) => axis.name).join(" × ") || "none"
      );
      problems.error(
        "unequal-axes",
        spec.at,
        `members of \`${spec.name}\` would have different axes: ${a}, or ${b}`,
        { hint: "which inputs a member takes depends on its params; split the stage in two" },
      );
      return;
    }
    axes = joined;
  }
  state.axes = axes;
  const [first, ...others] = takings;
  state.takings = new Set(takings.map(takingKey));
  state.common = new Set([...first].filter((name) => others.every((taken) => taken.has(name))));
  checkUsedAxes(context, state);
}

function sameAxes(a: readonly Axis[], b: readonly Axis[]): boolean {
  return a.length === b.length && a.every((axis) => b.includes(axis));
}

/** Rule 3: inputs that carry the same axis meet on it; the same name with another declaration is an error. */
function joinAxes(
  { problems }: Context,
  { spec, foreach }: StageState,
  inputs: readonly InputPlan[],
  declared: readonly Axis[],
): Axis[] | null {
  const byName = new Map<string, { axis: Axis; by: string }>();
  for (const axis of declared) byName.set(axis.name, { axis, by: `\`${spec.name}\` itself` });
  let failed = false;
  const brought = inputs.map((input) => ({
    by: `the input \`${input.spec.port}\``,
    suffix: input.spec.port,
    at: input.parts[0]?.spec.at ?? input.spec.at,
    joined: input.joined,
  }));
  if (foreach !== undefined) {
    const { spec: { name, tableAt }, joined } = foreach;
    brought.unshift({ by: "the table of `foreach`", suffix: name, at: tableAt, joined });
  }
  for (const { by, suffix, at, joined } of brought) {
    for (const axis of joined) {
      const other = byName.get(axis.name);
      if (other === undefined) {
        byName.set(axis.name, { axis, by });
        continue;
      }
      if (other.axis === axis) continue;
      failed = true;
      problems.error(
        "axis-conflict",
        at,
        `two axes called \`${axis.name}\` meet in \`${spec.name}\`: that of ${other.by}, ` +
          `and that of ${by}`,
        {
          notes: [
            { message: `that of ${other.by} is declared here`, at: other.axis.at },
            { message: `that of ${by} is declared here`, at: axis.at },
          ],
          hint: `if they are different things, rename one: rename: { ${axis.name}: ` +
            `${axis.name}_${suffix} }; if they are one, declare it in the workflow's \`axes\``,
        },
      );
    }
  }
  return failed ? null : [...byName.values()].map(({ axis }) => axis);
}

/** Params may only use axes that the stage ends up with. */
function checkUsedAxes({ problems }: Context, state: StageState): void {
  const { axes, slots, spec } = state;
  for (const slot of state.with?.slots ?? []) {
    if (axes!.includes(slots[slot])) continue;
    problems.error(
      "unknown-name",
      spec.with!.key,
      `the params use the axis \`${slots[slot].name}\`, which \`${spec.name}\` does not have: ` +
        "the input that brings it is not taken",
    );
  }
}
