// Expansion: a workflow and a catalogue of tasks -> the graph of stage members, or everything that is wrong.
// Two passes over the stages in order: the first works out axes and ports (prepare.ts), the second makes members
// (members.ts). The rules are those of workflows/README.md.

import type { Catalogue } from "../core/catalogue.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Axis } from "./axis.ts";
import { callContext } from "./call_context.ts";
import type { Context } from "./context.ts";
import { declareAxis } from "./declare_axes.ts";
import type { Graph, StageInfo, StageMember } from "./graph.ts";
import type { Call } from "./link.ts";
import type { Workflow } from "./load.ts";
import { makeMembers } from "./members.ts";
import { orderStages } from "./order.ts";
import { Params } from "./params.ts";
import { prepare } from "./prepare.ts";
import { Problems } from "./problems.ts";
import { fillRelay, prepareRelay } from "./relay.ts";
import { resolvedText } from "./resolved_text.ts";
import { spanOf } from "./source_text.ts";
import type { StageSpec } from "./stage_spec.ts";
import type { StageState } from "./stage_state.ts";
import { TaskParams } from "./task_params.ts";
import { startOf } from "./tree.ts";

/**
 * Expands a workflow. On failure, every problem of the files, sorted by place; warnings are among them.
 *
 * @example
 * ```ts
 * import { expand } from "#lib/workflow/expand.ts";
 * import { loadWorkflow } from "#lib/workflow/load.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const text = "axes: { seed: [0, 1] }\nstages: { a: { task: t, over: [seed] } }";
 * const loaded = await loadWorkflow("a.yaml", () => Promise.resolve(text), { overrides: [] });
 * const value = { params: {}, members: {}, inputs: [{}], outputs: { x: "table" } };
 * const handle = { resolve: () => Promise.resolve({ ok: true, value }) };
 * const catalogue = { taskNames: ["t"], task: () => Promise.resolve({ ok: true, value: handle }) };
 * // deno-lint-ignore no-explicit-any
 * const graph = await expand((loaded as any).value, catalogue as any);
 * assert(graph.ok);
 * assertEquals(graph.value.members.map((member) => member.id), ["a[seed=0]", "a[seed=1]"]);
 * ```
 */
export async function expand(
  workflow: Workflow,
  catalogue: Catalogue,
): Promise<Result<Graph, Diagnostic[]>> {
  const problems = new Problems();
  problems.addAll(workflow.problems);
  try {
    const graph = await expandAll(workflow, catalogue, problems);
    return problems.failed || graph === null ? err(problems.errors()) : ok(graph);
  } catch (error) {
    // The limits keep recursion shallow; should one have been forgotten, it is still a user's file, not a crash.
    if (!(error instanceof RangeError) || !/call stack/.test(error.message)) throw error;
    problems.error("too-deep", startOf(workflow.tree.source), "the file is nested too deeply");
    return err(problems.errors());
  }
}

async function expandAll(
  workflow: Workflow,
  catalogue: Catalogue,
  problems: Problems,
): Promise<Graph | null> {
  const params = new Params(workflow.params, problems);
  const values = params.all();
  const axes = new Map<string, Axis | null>();
  workflow.axes.forEach((setting, rank) => {
    axes.set(setting.name, declareAxis(setting, rank, params, problems));
  });
  const context: Context = {
    workflow,
    catalogue,
    problems,
    params,
    taskParams: new TaskParams(),
    axes,
    unions: new Map(),
    declarations: workflow.axes,
    shared: new Map(),
    states: new Map(),
  };
  const contexts = new Map<Call | undefined, Context>([[undefined, context]]);
  for (const call of workflow.calls) {
    contexts.set(call, callContext(contexts.get(call.caller)!, call));
  }
  const order = orderStages(workflow.stages, workflow.unreadable, problems);
  const states: StageState[] = [];
  for (const spec of order) {
    const own = contexts.get(spec.call)!;
    const state = spec.relay === undefined
      ? await prepare(own, spec)
      : prepareRelay(own.call!.caller, spec, own.call!.axes);
    states.push(state);
    context.states.set(spec.name, state);
  }
  const members: StageMember[] = [];
  for (const state of states) {
    const sources = state.inputs.flatMap((input) => input.parts.map((part) => part.source));
    if (state.sound && sources.every((source) => source.sound)) {
      const own = contexts.get(state.spec.call)!;
      if (state.relay === undefined) await makeMembers(own, state, members);
      else fillRelay(own.call!.caller, state, members);
    } else state.sound = false;
  }
  if (problems.failed || values === null) return null;
  let resolved: string | undefined;
  return {
    workflow: workflow.name,
    description: workflow.description,
    file: workflow.file,
    profile: workflow.profile,
    stages: states.filter((state) => state.relay === undefined)
      .sort((a, b) => a.spec.index - b.spec.index).map((state) => infoOf(state, context.states)),
    members,
    warnings: problems.warnings(),
    // Written when first read: for 10,000 stages it takes as long as the expansion.
    get resolved() {
      return resolved ??= resolvedText(
        workflow,
        values,
        [...axes.values()].filter((axis) => axis !== null),
      );
    },
  };
}

function infoOf(
  { spec, axes, numMembers }: StageState,
  states: ReadonlyMap<string, StageState>,
): StageInfo {
  return {
    name: spec.name,
    task: spec.task.name,
    description: spec.description,
    axes: axes!.map((axis) => axis.name),
    numMembers,
    from: [...new Set(sourcesOf(spec, states))],
    at: spanOf(spec.at),
  };
}

/** Names of the stages that a stage takes inputs from, also through calls of sub-workflows. */
function sourcesOf(spec: StageSpec, states: ReadonlyMap<string, StageState>): string[] {
  return spec.inputs.flatMap(({ parts }) => parts).flatMap(({ stage }) => {
    const source = states.get(stage);
    return source?.spec.relay === undefined ? [stage] : sourcesOf(source.spec, states);
  });
}
