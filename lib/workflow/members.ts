// Second pass over one stage: its members, with params, inputs and ids (rules 8, 10, 11, 13, 14).

import type { ParamIssue } from "../core/resolve.ts";
import { Binder } from "./binder.ts";
import { type Combinations, combinations } from "./combinations.ts";
import type { Context } from "./context.ts";
import type { AxisId, StageMember } from "./graph.ts";
import { InputRows } from "./input_rows.ts";
import { paramProblems } from "./param_issues.ts";
import { takePorts, takingKey } from "./ports.ts";
import { keyCoder } from "./relation.ts";
import type { StageState } from "./stage_state.ts";
import type { Resolution } from "./task_params.ts";

/**
 * Appends the members of a prepared stage to `members`. Something wrong with a member makes the stage unsound.
 *
 * @example
 * ```ts
 * import { expand } from "#lib/workflow/expand.ts"; // prepares every stage, then makes members
 * import { assert } from "@std/assert";
 * assert(typeof expand === "function");
 * ```
 */
export async function makeMembers(
  context: Context,
  state: StageState,
  members: StageMember[],
): Promise<void> {
  const { problems } = context;
  const before = problems.numErrors;
  state.axes = [...state.axes!].sort((a, b) => a.rank - b.rank);
  state.first = members.length;
  const inputs = state.inputs.map((plan) => new InputRows(context, state, plan));
  const rows = problems.numErrors > before
    ? null
    : combinations(context, state, inputs, members.length);
  if (rows !== null) {
    warnOfEmptiness(context, state, inputs, rows);
    const params = await resolveRows(context, state, rows);
    const maker = new MemberMaker(context, state, inputs, members);
    for (let i = 0; i < rows.length; i++) maker.add(rows, i, params);
    maker.finish();
  }
  state.sound = problems.numErrors === before;
}

/** Params by row: the raw value and what the task says to it; null where an expression has no value (reported). */
interface RowParams {
  readonly index: Int32Array;
  readonly raws: readonly unknown[];
  readonly resolutions: readonly Resolution[];
  /** Whether they differ from member to member. */
  readonly vary: boolean;
}

async function resolveRows(
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
        problems.error(name, place, message, { hint });
        at = -1;
      }
      known.set(id, at);
    }
    index[i] = at;
  }
  const resolutions = await Promise.all(raws.map((raw) => taskParams.resolve(state.task!, raw)));
  return { index, raws, resolutions, vary: used.length > 0 };
}

/** A problem of one member, and how many share it. */
interface Shared {
  readonly report: (suffix: string) => void;
  readonly id: string;
  count: number;
}

class MemberMaker {
  readonly #context: Context;
  readonly #state: StageState;
  readonly #members: StageMember[];
  readonly #row: Int32Array;
  readonly #slotOf: readonly number[];
  /** `axis=value` by axis and position. */
  readonly #labels: readonly (readonly string[])[];
  readonly #made: Int32Array[] = [];
  readonly #choices = new Map<unknown, ReturnType<typeof takePorts>>();
  readonly #bound: ReadonlySet<string>;
  readonly #binder: Binder;
  readonly #shared = new Map<string, Shared>();
  #numMade = 0;

  constructor(
    context: Context,
    state: StageState,
    inputs: readonly InputRows[],
    members: StageMember[],
  ) {
    this.#context = context;
    this.#state = state;
    this.#binder = new Binder(context, state, inputs, members);
    this.#members = members;
    this.#row = new Int32Array(state.slots.length);
    this.#slotOf = state.axes!.map((axis) => state.slots.indexOf(axis));
    this.#labels = state.axes!.map((axis) => axis.values.map(({ text }) => `${axis.name}=${text}`));
    const { spec } = state;
    this.#bound = new Set([...spec.inputs, ...spec.files].map(({ port }) => port));
  }

  /** Adds the member of row `i`, unless one of its inputs is absent. */
  add(rows: Combinations, i: number, params: RowParams): void {
    const { spec } = this.#state;
    for (let c = 0; c < this.#row.length; c++) this.#row[c] = rows.columns[c][i];
    const at = params.index[i];
    if (at < 0) return;
    const resolution = params.resolutions[at];
    if (!resolution.ok) {
      for (const issue of resolution.error) this.#wrongParam(issue, params.raws[at], params.vary);
      return;
    }
    const task = resolution.value;
    let choice = this.#choices.get(task.inputs);
    if (choice === undefined) {
      choice = takePorts(task.inputs, this.#bound);
      this.#choices.set(task.inputs, choice);
      if (choice.ok && !this.#state.takings.has(takingKey(choice.value.taken))) {
        // The first pass tries some params; axes were worked out from what it saw.
        this.#context.problems.error(
          "varying-inputs",
          spec.at,
          `which inputs \`${spec.name}\` takes depends on an axis with very many values`,
          { hint: "split the stage in two, one for each set of inputs" },
        );
      }
    }
    if (!choice.ok) {
      const message = `\`${spec.name}\` lacks the input ${choice.error} of \`${spec.task.name}\``;
      this.#share(
        message,
        params.vary,
        (suffix) =>
          this.#context.problems.error("missing-input", spec.at, message + suffix, {
            hint: "bind it in `from`, to a stage or to `stage.output`",
          }),
      );
      return;
    }
    const inputs = this.#binder.bind(this.#row, choice.value);
    if (inputs === null) return;
    const extras = this.#state.extras!.of(this.#row, task.params, inputs, this.#members);
    if (extras === null) return;
    const coords: Record<string, AxisId> = {};
    const labels: string[] = [];
    this.#slotOf.forEach((slot, c) => {
      const position = this.#row[slot];
      const axis = this.#state.axes![c];
      coords[axis.name] = axis.values[position].id;
      labels.push(this.#labels[c][position]);
      (this.#made[c] ??= new Int32Array(rows.length))[this.#numMade] = position;
    });
    this.#numMade++;
    this.#members.push({
      index: this.#members.length,
      id: labels.length === 0 ? spec.name : `${spec.name}[${labels.join(",")}]`,
      stage: spec.name,
      coords,
      task: this.#state.task!,
      params: task.params,
      members: task.members,
      inputs,
      outputs: task.outputs,
      ...extras,
    });
  }

  /** Hands the positions of the members to the stage, and reports what members had in common. */
  finish(): void {
    const state = this.#state;
    state.numMembers = this.#numMade;
    state.columns = state.axes!.map((_, c) =>
      (this.#made[c] ?? new Int32Array(0)).subarray(0, this.#numMade)
    );
    for (const { report, id, count } of this.#shared.values()) {
      report(
        count === 1 ? ` (in ${id})` : ` (in ${id} and ${(count - 1).toLocaleString("en")} more)`,
      );
    }
  }

  #wrongParam(issue: ParamIssue, raw: unknown, vary: boolean): void {
    const { problems } = this.#context;
    for (const { code, at, message, more } of paramProblems(this.#state.spec, issue, raw)) {
      // Members that differ in the value found only are one problem, shown for the first of them.
      const kind = `${code} ${at.start} ${message.replace(/, found .*$/, "")}`;
      this.#share(kind, vary, (suffix) => problems.error(code, at, message + suffix, more));
    }
  }

  #share(kind: string, vary: boolean, report: (suffix: string) => void): void {
    if (!vary) return report("");
    const known = this.#shared.get(kind);
    if (known !== undefined) known.count++;
    else this.#shared.set(kind, { report, id: this.#currentId(), count: 1 });
  }

  #currentId(): string {
    const labels = this.#slotOf.map((slot, c) => this.#labels[c][this.#row[slot]]);
    const { name } = this.#state.spec;
    return labels.length === 0 ? name : `${name}[${labels.join(",")}]`;
  }
}

function warnOfEmptiness(
  { problems }: Context,
  { spec }: StageState,
  inputs: readonly InputRows[],
  rows: Combinations,
): void {
  for (const input of inputs) {
    if (!input.isEmpty || !input.mayBeEmpty) continue;
    problems.warning(
      "empty-gather",
      input.plan.spec.at,
      `the input \`${input.plan.spec.port}\` of \`${spec.name}\` is an empty list: ` +
        "there are no members to gather",
    );
  }
  if (rows.total > 0 || inputs.length < 2 || inputs.some((input) => input.isEmpty)) return;
  problems.warning(
    "no-members",
    spec.at,
    `\`${spec.name}\` has no members: its inputs have no coordinates in common`,
  );
}
