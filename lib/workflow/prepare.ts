// First pass over one stage: its task, the axes of its inputs, which inputs its members take, and so its own axes
// (rules 1 to 7, 10). Nothing is enumerated yet, so that everything that can be said about a file is said at once.

import type { ResolvedTask } from "../core/catalogue.ts";
import { align } from "./align.ts";
import { checkOutputs, checkPorts } from "./check_ports.ts";
import { commandTask } from "./command_task.ts";
import type { Context } from "./context.ts";
import { declaredAxes } from "./declare_axes.ts";
import { compileTemplate } from "./expression/template.ts";
import { checkExpressions, compileFilters } from "./filters.ts";
import { alignColumn, alignForeach, rowAccess } from "./foreach.ts";
import { memberExtras } from "./member_extras.ts";
import { suggest } from "./nearest.ts";
import { checkFailed } from "./omit_failed.ts";
import { reportEmptyParams } from "./param_issues.ts";
import { bindingHint, takePorts } from "./ports.ts";
import { chooseAxes } from "./stage_axes.ts";
import { gatheredAxis, stageScope } from "./stage_scope.ts";
import type { StageSpec } from "./stage_spec.ts";
import type { PortChoice, StageState } from "./stage_state.ts";
import { type Tried, tryParams } from "./try_params.ts";

/**
 * Prepares a stage whose sources are prepared. What is wrong is reported; `sound` says whether members can be made.
 *
 * @example
 * ```ts
 * import { expand } from "#lib/workflow/expand.ts"; // prepares every stage, then makes members
 * import { assert } from "@std/assert";
 * assert(typeof expand === "function");
 * ```
 */
export async function prepare(context: Context, spec: StageSpec): Promise<StageState> {
  const { problems } = context;
  const before = problems.numErrors;
  const foreach = alignForeach(context, spec);
  const rank = { n: spec.matrix.length + (spec.foreach === undefined ? 0 : 1) };
  const inputs = spec.inputs.map((input) =>
    input.parts.some(({ ofRow }) => ofRow)
      ? alignColumn(context, spec, input, foreach)
      : align(context, spec, input, rank)
  );
  const task = spec.run === undefined
    ? await findTask(context, spec)
    : commandTask(context, spec, inputs);
  const declared = declaredAxes(context, spec);
  const aligned = inputs.filter((input) => input !== null);
  const state: StageState = {
    spec,
    task,
    foreach: foreach ?? undefined,
    inputs: aligned,
    slots: [],
    axes: null,
    declared: declared ?? [],
    rows: rowAccess(foreach ?? undefined, aligned),
    with: null,
    filters: null,
    extras: null,
    common: new Set(),
    takings: new Set(),
    outputs: [],
    sound: false,
    isOpen: false,
    hasPending: false,
    first: 0,
    numMembers: 0,
    columns: [],
  };
  const isWhole = declared !== null && foreach !== null && aligned.length === inputs.length;
  const brought = aligned.flatMap((input) => input.joined);
  state.slots = [...new Set([...declared ?? [], ...foreach?.joined ?? [], ...brought])];
  const gathersAxes = checkStageGather(context, state);
  checkFailed(context, state);
  if (isWhole) {
    const hidden = (name: string) => gatheredAxis(state, name);
    const scope = stageScope(state.slots, context.params, hidden, state.rows);
    if (spec.with !== undefined) {
      if (spec.run === undefined) reportEmptyParams(spec.with.value, problems);
      state.with = compileTemplate(spec.with.value, scope, problems);
    }
  }
  const tried = await tryParams(context, state, isWhole);
  // Accepted, but not yet known: what is taken and given is left open.
  state.isOpen = tried !== null && tried.length === 0;
  const choices = tried === null || state.isOpen ? null : chosenPorts(context, state, tried);
  if (isWhole) chooseAxes(context, state, choices);
  checkOutputs(context, spec);
  if (choices !== null && gathersAxes && aligned.length === inputs.length) {
    checkPorts(context, state, choices);
  }
  if (state.axes !== null) {
    state.filters = compileFilters(context, state);
    state.extras = memberExtras(context, state);
  } else checkExpressions(context, spec);
  state.sound = problems.numErrors === before && isWhole && task !== null &&
    (choices !== null || state.isOpen) && state.filters !== null && state.extras !== null &&
    sourcesOf(state).every((source) => source.sound);
  return state;
}

/**
 * The stages that a stage takes something from.
 *
 * @example
 * ```ts
 * import { sourcesOf } from "#lib/workflow/prepare.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(sourcesOf({ inputs: [], foreach: undefined }), []);
 * ```
 */
export function sourcesOf({ inputs, foreach }: Pick<StageState, "inputs" | "foreach">) {
  const sources = inputs.flatMap((input) => input.parts.map((part) => part.source));
  return foreach === undefined ? sources : [...sources, foreach.source];
}

async function findTask({ catalogue, problems }: Context, { task }: StageSpec) {
  const found = await catalogue.task(task.name, task.at.source.folder);
  if (found.ok) return found.value;
  const isPath = /^\.\.?\//.test(task.name);
  // A file that is there, but is no task, needs no advice on paths.
  const isThere = isPath && !/ENOENT|there is no task/.test(found.error);
  const file = task.name.replace(/^(\.\/)+/, "");
  const isAbsent = isPath && found.error.includes(`/${file.replace(/^(\.\.\/)+/, "")}: ENOENT`);
  problems.error(
    "unknown-task",
    task.at,
    isAbsent ? `there is no file ${task.name}` : found.error,
    isThere ? {} : {
      hint: isPath
        ? "the path starts from the folder of the file it is written in"
        : () => suggest(task.name, catalogue.taskNames, "tasks"),
    },
  );
  return null;
}

/** `gather` on a stage must mean something on one input at least. */
function checkStageGather({ problems }: Context, { spec, inputs }: StageState): boolean {
  const before = problems.numErrors;
  if (spec.gather === undefined || spec.gather.all || inputs.length < spec.inputs.length) {
    return true;
  }
  for (const { name, at } of spec.gather.axes) {
    if (inputs.some((input) => input.gathered.some((axis) => axis.name === name))) continue;
    const known = new Set(inputs.flatMap((input) => input.joined.map((axis) => axis.name)));
    problems.error("unknown-axis", at, `no input of \`${spec.name}\` has an axis \`${name}\``, {
      hint: () => suggest(name, known, "axes"),
    });
  }
  return problems.numErrors === before;
}

/** The distinct choices of ports; inputs that no member takes and ports that nothing is bound to are reported. */
function chosenPorts(
  { problems }: Context,
  state: StageState,
  tried: readonly Tried[],
): PortChoice[] | null {
  const { spec } = state;
  const bound = new Set([...spec.inputs, ...spec.files].map(({ port }) => port));
  const seen = new Set<ResolvedTask["inputs"]>();
  const outputs = new Set<Readonly<Record<string, string>>>();
  const choices: PortChoice[] = [];
  const names = new Set<string>();
  let missing: string | undefined;
  for (const { resolution } of tried) {
    if (!resolution.ok) continue;
    const { inputs } = resolution.value;
    outputs.add(resolution.value.outputs);
    if (seen.has(inputs)) continue;
    seen.add(inputs);
    for (const set of inputs) for (const name of Object.keys(set)) names.add(name);
    const choice = takePorts(inputs, bound);
    if (choice.ok) choices.push(choice.value);
    else missing ??= choice.error;
  }
  state.outputs = [...outputs];
  if (missing !== undefined && choices.length === 0) {
    const from = spec.inputs.length > 0 || spec.files.length > 0 ? "" : "; nothing is bound";
    problems.error(
      "missing-input",
      spec.at,
      `\`${spec.name}\` lacks the input ${missing} of \`${spec.task.name}\`${from}`,
      { hint: bindingHint([...seen].flat(), bound) },
    );
  }
  for (const { port, at } of [...spec.inputs, ...spec.files]) {
    if (choices.some(({ taken }) => taken.has(port))) continue;
    const isKnown = names.has(port);
    if (isKnown && choices.length === 0) continue;
    problems.error(
      "unused-input",
      at,
      isKnown
        ? `no member of \`${spec.name}\` takes the input \`${port}\``
        : `\`${spec.task.name}\` takes no input \`${port}\``,
      {
        hint: isKnown
          ? "with these params and inputs the task does not need it; remove it"
          : () => suggest(port, names, "inputs"),
      },
    );
  }
  return choices.length > 0 ? choices : null;
}
