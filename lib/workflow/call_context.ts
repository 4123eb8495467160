// Inside a sub-workflow: its params with what the call gives, its axes behind those of the call, and problems that
// say where it was called.

import type { Axis } from "./axis.ts";
import type { CallScope, Context } from "./context.ts";
import { declareAxis, declaredAxes, stageRank } from "./declare_axes.ts";
import type { Scope } from "./expression/compile.ts";
import { compileTemplate, type Template } from "./expression/template.ts";
import type { Call } from "./link.ts";
import { suggest } from "./nearest.ts";
import { Params } from "./params.ts";
import { stageScope } from "./stage_scope.ts";
import type { StageSpec } from "./stage_spec.ts";
import type { Entry } from "./tree.ts";

/**
 * What the stages of a call are expanded in, given that of its caller. What is wrong is reported.
 *
 * @example
 * ```ts
 * import { expand } from "#lib/workflow/expand.ts"; // makes one for every call
 * import { assert } from "@std/assert";
 * assert(typeof expand === "function");
 * ```
 */
export function callContext(caller: Context, call: Call): Context {
  const { spec, parts } = call;
  const problems = caller.problems.within(callNote(call));
  const asStage = { ...spec, index: call.index } as unknown as StageSpec;
  const declared = declaredAxes(caller, asStage);
  const outer = caller.call?.axes ?? [];
  const axes: Axis[] = [...new Set([...outer, ...declared ?? []])];
  const byName = new Map<string, Axis | null>(axes.map((axis) => [axis.name, axis]));
  if (declared === null) {
    // Reported; the stages inside are without them, silently.
    for (const { name } of [...spec.over, ...spec.matrix]) byName.set(name, null);
  }
  const scope: CallScope = { axes, names: [...byName.keys()], caller, spec: call };
  const params = new Params(parts.params, problems, {
    axes,
    values: givenValues(caller, scope),
  });
  params.all();
  const own = parts.axes.flatMap((setting, n) => {
    const known = byName.get(setting.name);
    if (known !== undefined) {
      problems.error(
        "axis-declared-twice",
        setting.at,
        `the axis \`${setting.name}\` is declared twice`,
        {
          notes: known === null ? [] : [{ message: "the call has this one", at: known.at }],
          hint: "leave it out of the call, or call one of them otherwise",
        },
      );
      return [];
    }
    const rank = stageRank(call.index, spec.matrix.length + n);
    byName.set(setting.name, declareAxis(setting, rank, params, problems, caller.shared));
    return [setting];
  });
  const outside = axes.map((axis) => ({ name: axis.name, at: axis.at }));
  return {
    ...caller,
    call: scope,
    problems,
    params,
    axes: byName,
    declarations: [...outside, ...own],
  };
}

/**
 * The note that tells where a sub-workflow was called.
 *
 * @example
 * ```ts
 * import { callNote } from "#lib/workflow/call_context.ts";
 * import { assertEquals } from "@std/assert";
 * const call = { name: "sub", spec: { workflow: { name: "./a.yaml", at: null } } };
 * // deno-lint-ignore no-explicit-any
 * assertEquals(callNote(call as any).message, "`./a.yaml` is called here, as `sub`");
 * ```
 */
export function callNote({ name, spec: { workflow } }: Call) {
  return { message: `\`${workflow.name}\` is called here, as \`${name}\``, at: workflow.at };
}

/** The values of a call's `with`, by param of the sub-workflow. */
function givenValues(
  caller: Context,
  scope: CallScope,
): ReadonlyMap<string, { readonly entry: Entry; readonly template: Template | null }> {
  const { spec, parts } = scope.spec;
  const known = parts.params === undefined ? [] : [...parts.params.entries.keys()];
  const values = new Map<string, { entry: Entry; template: Template | null }>();
  for (const { name, at, value } of spec.with) {
    if (!known.includes(name)) {
      caller.problems.error(
        "unknown-param",
        at,
        `\`${spec.workflow.name}\` has no param \`${name}\``,
        { hint: () => suggest(name, known, "params") },
      );
    }
    const template = compileTemplate(value, outerScope(scope, scope.axes), caller.problems);
    values.set(name, { entry: { key: at, value }, template });
  }
  return values;
}

/**
 * What names mean in what is written at a call, for rows of a stage that has the call's axes among `slots`: the params
 * of the caller and the axes of the call.
 *
 * @example
 * ```ts
 * import { outerScope } from "#lib/workflow/call_context.ts";
 * import { Params } from "#lib/workflow/params.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { assertEquals } from "@std/assert";
 * const caller = { params: new Params(undefined, new Problems()) };
 * // deno-lint-ignore no-explicit-any
 * assertEquals(outerScope({ axes: [], caller } as any, []).axis("seed"), undefined);
 * ```
 */
export function outerScope({ axes, caller }: CallScope, slots: readonly Axis[]): Scope {
  const names = axes.map((axis) => axis.name);
  const scope = stageScope(
    slots,
    caller.params,
    (name) => names.includes(name) ? undefined : "the call does not have it",
  );
  return { ...scope, unknown: (name) => caller.params.unknownName(name, names) };
}
