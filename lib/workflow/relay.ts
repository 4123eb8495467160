// Relays: what a call hands in, seen from inside the sub-workflow. A relay is aligned like an input of a stage, but has no
// members in the graph: each of its rows stands for a member of the stage that is handed in.

import { align, gatheredBefore } from "./align.ts";
import type { Axis } from "./axis.ts";
import { checkPorts } from "./check_ports.ts";
import { combinations } from "./combinations.ts";
import type { Context } from "./context.ts";
import { compileFilters } from "./filters.ts";
import { rowAccess } from "./foreach.ts";
import type { StageMember } from "./graph.ts";
import { InputRows } from "./input_rows.ts";
import { dependsOnCall } from "./link.ts";
import { listNames } from "./nearest.ts";
import { fitOutput } from "./ports.ts";
import type { StageSpec } from "./stage_spec.ts";
import type { InputPlan, PartPlan, PortChoice, StageState } from "./stage_state.ts";

/** The members that the rows of a relay stand for. */
export interface Relay {
  /** By row. */
  members: Int32Array;
  /** By member: the output that is handed in. */
  readonly outputs: Map<number, string>;
  /** Axes that the call gathers: whoever takes the relay gets a list over them. Null if the call gathers nothing. */
  readonly gathers: ReadonlySet<Axis> | null;
}

/**
 * First pass: the axes of a relay. `context` is that of the call's file, with the axes of the call.
 *
 * @example
 * ```ts
 * import { prepareRelay } from "#lib/workflow/relay.ts";
 * import { assert } from "@std/assert";
 * assert(typeof prepareRelay === "function"); // by expand.ts, where the stages of a call are prepared
 * ```
 */
export function prepareRelay(
  context: Context,
  spec: StageSpec,
  callAxes: readonly Axis[],
): StageState {
  const { problems } = context;
  const before = problems.numErrors;
  const { kind } = spec.relay!;
  const [input] = spec.inputs;
  const { port } = input;
  const plan = align(context, spec, input, { n: 0 });
  const varies = dependsOnCall(spec);
  const declared = varies ? callAxes : [];
  const state: StageState = {
    spec,
    task: null,
    foreach: undefined,
    inputs: plan === null ? [] : [plan],
    slots: [...new Set([...declared, ...plan?.joined ?? []])],
    axes: null,
    declared,
    rows: rowAccess(undefined, plan === null ? [] : [plan]),
    with: null,
    filters: null,
    extras: null,
    common: new Set([port]),
    takings: new Set([port]),
    outputs: [{ [port]: kind }],
    sound: false,
    isOpen: false,
    hasPending: false,
    first: 0,
    numMembers: 0,
    columns: [],
  };
  if (plan === null) return state;
  const choice: PortChoice = {
    taken: new Set([port]),
    ports: { [port]: { kind, many: false, optional: false, coords: false } },
  };
  checkPorts(context, state, [choice]);
  state.axes = state.slots;
  state.relay = {
    members: new Int32Array(0),
    outputs: new Map(),
    gathers: gathersOf(context, spec, plan),
  };
  state.filters = compileFilters(context, state);
  state.sound = problems.numErrors === before && state.filters !== null &&
    plan.parts.every((part) => part.source.sound);
  return state;
}

/** The axes that the call gathers, or that are to be gathered of what it hands on. */
function gathersOf(
  { problems }: Context,
  spec: StageSpec,
  plan: InputPlan,
): ReadonlySet<Axis> | null {
  const { port } = plan.spec;
  const before = problems.numErrors;
  const sets = plan.parts.map((part, i) => {
    const earlier = gatheredBefore(part);
    const own = spec.relay!.gathers[i];
    if (own === undefined) return earlier && new Set(earlier);
    if (own.all) return new Set(plan.joined);
    const gathered = new Set(earlier);
    for (const { name, at } of own.axes) {
      const axis = plan.joined.find((one) => one.name === name);
      if (axis !== undefined) gathered.add(axis);
      else {
        const message = `the input \`${port}\` has no axis \`${name}\` to gather`;
        problems.error("unknown-axis", at, message, {
          hint: plan.joined.length === 0
            ? "it has no axes"
            : `it has ${listNames(plan.joined.map((one) => one.name))}`,
        });
      }
    }
    return gathered;
  });
  const textOf = (set: ReadonlySet<Axis> | null) =>
    set === null ? "none" : [...set].map(({ uid }) => uid).sort().join();
  const [first] = sets;
  const other = sets.findIndex((set) => textOf(set) !== textOf(first));
  if (other > 0 && problems.numErrors === before) {
    problems.error(
      "unequal-gather",
      plan.parts[other].spec.at,
      `the stages in the input \`${port}\` gather different axes`,
      { hint: "write the same `gather` in each" },
    );
  }
  return first;
}

/**
 * Second pass: the rows of a relay.
 *
 * @example
 * ```ts
 * import { fillRelay } from "#lib/workflow/relay.ts";
 * import { assert } from "@std/assert";
 * assert(typeof fillRelay === "function"); // by expand.ts, where the members of a call are made
 * ```
 */
export function fillRelay(
  context: Context,
  state: StageState,
  members: readonly StageMember[],
): void {
  const { problems } = context;
  const before = problems.numErrors;
  state.axes = [...state.axes!].sort((a, b) => a.rank - b.rank);
  const input = new InputRows(context, state, state.inputs[0]);
  const rows = problems.numErrors > before ? null : combinations(context, state, [input], 0);
  if (rows !== null) fillRows(context, state, input, rows, members);
  state.sound = problems.numErrors === before;
}

function fillRows(
  { problems }: Context,
  state: StageState,
  input: InputRows,
  rows: NonNullable<ReturnType<typeof combinations>>,
  members: readonly StageMember[],
): void {
  const relay = state.relay!;
  const { kind } = state.spec.relay!;
  const found: number[] = [];
  const taken: number[] = [];
  const row = new Int32Array(state.slots.length);
  for (let i = 0; i < rows.length; i++) {
    for (let c = 0; c < row.length; c++) row[c] = rows.columns[c][i];
    const matching = input.find(row)?.rows ?? [];
    const pending = matching.find(({ member }) => members[member].pending);
    const [one, second] = pending === undefined ? matching : [pending];
    if (one === undefined) continue;
    if (pending !== undefined) state.hasPending = true;
    const output = outputOf(one.part, one.member, kind, members) ??
      (pending && (one.part.spec.output ?? ""));
    const known = relay.outputs.get(one.member);
    if (second !== undefined || output === undefined || (known ?? output) !== output) {
      problems.error(
        "duplicate-coordinates",
        (second ?? one).part.spec.at,
        `two artifacts are handed in as one of \`${input.plan.spec.port}\``,
        { hint: "tell them apart: { stage: …, as: { source: … } }" },
      );
      return;
    }
    relay.outputs.set(one.member, output);
    found.push(one.member);
    taken.push(i);
  }
  relay.members = Int32Array.from(found);
  state.numMembers = found.length;
  state.columns = state.axes!.map((axis) => {
    const column = rows.columns[state.slots.indexOf(axis)];
    return Int32Array.from(taken, (i) => column[i]);
  });
}

/**
 * The output of a member that a part of an input takes, through relays.
 *
 * @example
 * ```ts
 * import { outputOf } from "#lib/workflow/relay.ts";
 * import { assertEquals } from "@std/assert";
 * const part = { spec: { output: undefined }, source: {} };
 * // deno-lint-ignore no-explicit-any
 * assertEquals(outputOf(part as any, 0, "table", [{ outputs: { log: "table" } }] as any), "log");
 * ```
 */
export function outputOf(
  part: PartPlan,
  member: number,
  kind: string,
  members: readonly StageMember[],
): string | undefined {
  const { relay } = part.source;
  if (relay !== undefined) return relay.outputs.get(member);
  const fit = fitOutput(members[member].outputs, part.spec.output, kind);
  return fit.ok ? fit.output : undefined;
}
