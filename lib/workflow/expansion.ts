// The steps of an expansion: stages in order, axes and ports of all, then members of all. What no table can change
// comes first and is done once; the rest is done again with every table that becomes known (grow.ts).

import type { Catalogue } from "../core/catalogue.ts";
import type { Axis } from "./axis.ts";
import { callContext, callNote } from "./call_context.ts";
import type { Context } from "./context.ts";
import { declareAxis } from "./declare_axes.ts";
import type { StageMember, WantedTable } from "./graph.ts";
import type { Call } from "./link.ts";
import type { Workflow } from "./load.ts";
import { makeMembers } from "./members.ts";
import { orderStages } from "./order.ts";
import { Params } from "./params.ts";
import { prepare, sourcesOf } from "./prepare.ts";
import { Problems } from "./problems.ts";
import { fillRelay, prepareRelay } from "./relay.ts";
import { positionOn } from "./select.ts";
import type { StageSpec } from "./stage_spec.ts";
import type { StageState } from "./stage_state.ts";
import type { KnownTable } from "./table_rows.ts";
import { TaskParams } from "./task_params.ts";

/** What every expansion of one workflow starts from: it does not depend on tables. */
export interface Basis {
  readonly workflow: Workflow;
  readonly catalogue: Catalogue;
  readonly params: Params;
  /** The params, worked out. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly taskParams: TaskParams;
  readonly axes: ReadonlyMap<string, Axis | null>;
  readonly unions: ReadonlyMap<string, Axis>;
  readonly contexts: Contexts;
  /** Stages that no table can change, in order, their members, and what was said about them. */
  readonly fixed: readonly StageState[];
  readonly members: readonly StageMember[];
  readonly problems: Problems;
  /** The others, in order. */
  readonly growing: readonly StageSpec[];
}

/** What the stages of each call of a sub-workflow are expanded in; those of the workflow itself under `undefined`. */
type Contexts = ReadonlyMap<Call | undefined, Context>;

/** What an expansion gives: members, and what some of them wait for. */
export interface Expansion {
  readonly states: readonly StageState[];
  readonly members: readonly StageMember[];
  readonly wants: readonly WantedTable[];
  readonly problems: Problems;
}

/**
 * Expands a workflow of whose tables none is known. Null if something is wrong, which is in `problems`.
 *
 * @example
 * ```ts
 * import { expandFirst } from "#lib/workflow/expansion.ts";
 * import { assert } from "@std/assert";
 * assert(typeof expandFirst === "function"); // used by expand.ts
 * ```
 */
export async function expandFirst(
  workflow: Workflow,
  catalogue: Catalogue,
  problems: Problems,
): Promise<[Basis, Expansion] | null> {
  const params = new Params(workflow.params, problems);
  const values = params.all();
  const axes = new Map<string, Axis | null>();
  workflow.axes.forEach((setting, rank) => {
    axes.set(setting.name, declareAxis(setting, rank, params, problems));
  });
  const shared = { workflow, catalogue, params, axes, taskParams: new TaskParams() };
  const order = orderStages(workflow.stages, workflow.unreadable, problems);
  const names = stagesThatGrow(order);
  const growing = order.filter((spec) => names.has(spec.name));
  const context: Context = {
    ...shared,
    problems,
    declarations: workflow.axes,
    shared: new Map(),
    ...emptyParts(),
  };
  const contexts = new Map<Call | undefined, Context>([[undefined, context]]);
  for (const call of workflow.calls) {
    contexts.set(call, callContext(contexts.get(call.caller)!, call));
  }
  const fixed = await prepareAll(contexts, order.filter((spec) => !names.has(spec.name)));
  const unions = new Map(context.unions);
  // What is said about stages that grow is said anew whenever they do.
  const later = contextsWith(contexts, { problems: new Problems() });
  const root = later.get(undefined)!;
  const others = await prepareAll(later, growing);
  const members: StageMember[] = [];
  await makeAll(contexts, fixed, members);
  const fixedMembers = growing.length === 0 ? members : members.slice();
  await makeAll(later, others, members);
  checkUnseen(root);
  if (problems.failed || root.problems.failed || values === null) {
    problems.addAll(root.problems);
    return null;
  }
  const basis = {
    ...{ ...shared, values, unions, contexts, fixed },
    ...{ members: fixedMembers, problems, growing },
  };
  return [basis, expansionOf(root, basis, others, members)];
}

/**
 * Expands the stages that tables can change once more, with the tables that are known.
 *
 * @param lost tables that will never be known, as member and output with a space between
 *
 * @example
 * ```ts
 * import { expandAgain } from "#lib/workflow/expansion.ts";
 * import { assert } from "@std/assert";
 * assert(typeof expandAgain === "function"); // used by grow.ts
 * ```
 */
export async function expandAgain(
  basis: Basis,
  tables: readonly KnownTable[],
  lost: readonly string[],
): Promise<Expansion> {
  const contexts = contextsWith(basis.contexts, {
    ...emptyParts(),
    problems: new Problems(),
    unions: new Map(basis.unions),
    states: new Map(basis.fixed.map((state) => [state.spec.name, state])),
    tables: Map.groupBy(tables, ({ stage }) => stage),
    lost: new Set(lost),
  });
  const root = contexts.get(undefined)!;
  const states = await prepareAll(contexts, basis.growing);
  const members = basis.members.slice();
  await makeAll(contexts, states, members);
  checkUnseen(root);
  return expansionOf(root, basis, states, members);
}

function expansionOf(
  { waiting, problems }: Context,
  basis: Basis,
  states: readonly StageState[],
  members: readonly StageMember[],
): Expansion {
  const all = new Problems();
  all.addAll(basis.problems);
  all.addAll(problems);
  const wants = [...waiting.wants.values()];
  return { states: [...basis.fixed, ...states], members, wants, problems: all };
}

/** The parts of a context that an expansion fills. */
function emptyParts() {
  return {
    unions: new Map(),
    states: new Map(),
    tables: new Map(),
    lost: new Set<string>(),
    tableRows: new Map(),
    unseen: [],
    waiting: { wants: new Map(), stuck: new Set<number>() },
  } satisfies Partial<Context>;
}

/** The same contexts with other parts; what is wrong inside a call still tells where it was called. */
function contextsWith(
  contexts: Contexts,
  parts: Partial<Context> & Pick<Context, "problems">,
): Contexts {
  const made = new Map<Call | undefined, Context>();
  // Callers stand before what they call.
  for (const [call, context] of contexts) {
    if (call === undefined) made.set(call, { ...context, ...parts });
    else {
      const caller = made.get(call.caller)!;
      const problems = caller.problems.within(callNote(call));
      made.set(call, { ...context, ...parts, problems, call: { ...context.call!, caller } });
    }
  }
  return made;
}

/** Names of the stages with `foreach`, and of those that read them. */
function stagesThatGrow(order: readonly StageSpec[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { name, foreach, inputs } of order) {
    const reads = inputs.some(({ parts }) => parts.some(({ stage }) => names.has(stage)));
    if (foreach !== undefined || reads) names.add(name);
  }
  return names;
}

async function prepareAll(
  contexts: Contexts,
  specs: readonly StageSpec[],
): Promise<StageState[]> {
  const states: StageState[] = [];
  for (const spec of specs) {
    const context = contexts.get(spec.call)!;
    const state = spec.relay === undefined
      ? await prepare(context, spec)
      : prepareRelay(context.call!.caller, spec, context.call!.axes);
    states.push(state);
    context.states.set(spec.name, state);
  }
  return states;
}

async function makeAll(
  contexts: Contexts,
  states: readonly StageState[],
  members: StageMember[],
): Promise<void> {
  for (const state of states) {
    if (state.sound && sourcesOf(state).every((source) => source.sound)) {
      const context = contexts.get(state.spec.call)!;
      if (state.relay === undefined) await makeMembers(context, state, members);
      else fillRelay(context.call!.caller, state, members);
    } else state.sound = false;
  }
}

/** Values that no row has are wrong once all tables are known; where there are no rows at all, nothing is. */
function checkUnseen({ unseen, problems }: Context): void {
  for (const { axis, value, at } of unseen) {
    if (axis.ragged!.isComplete && axis.known.length > 0) positionOn(axis, value, at, problems);
  }
}
