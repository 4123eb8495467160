// Second pass over one stage: its members, with params, inputs and ids (rules 8, 10, 11, 13, 14).

import type { ResolvedTask } from "../core/catalogue.ts";
import type { ParamIssue } from "../core/resolve.ts";
import { Binder } from "./binder.ts";
import { type Combinations, combinations } from "./combinations.ts";
import type { Context } from "./context.ts";
import type { AxisId, StageMember } from "./graph.ts";
import { InputRows } from "./input_rows.ts";
import { paramProblems } from "./param_issues.ts";
import { bindingHint, takePorts, takingKey } from "./ports.ts";
import { faultOf, resolveRows, type RowParams } from "./row_params.ts";
import type { StageState } from "./stage_state.ts";
import { type OnRow, TableMembers } from "./table_members.ts";
import { type Awaited, type Waits, waitsOf } from "./waits.ts";

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
  const inputs = state.inputs.filter(({ column }) => column === undefined)
    .map((plan) => new InputRows(context, state, plan));
  const tables = state.foreach && new TableMembers(context, state, state.foreach, members);
  const rows = problems.numErrors > before
    ? null
    : combinations(context, state, inputs, members.length, tables);
  if (rows !== null) {
    warnOfEmptiness(context, state, inputs, rows);
    const params = await resolveRows(context, state, rows);
    const maker = new MemberMaker(context, state, inputs, members, tables);
    for (let i = 0; i < rows.length; i++) maker.add(rows, i, params);
    maker.finish();
  }
  state.sound = problems.numErrors === before;
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
  /** Ports that the first pass was compared with. */
  readonly #checked = new Set<unknown>();
  readonly #bound: ReadonlySet<string>;
  readonly #binder: Binder;
  readonly #shared = new Map<string, Shared>();
  /** Whether members may wait for tables, and for which. */
  readonly #mayWait: boolean;
  readonly #awaited: Awaited;
  #numMade = 0;

  constructor(
    context: Context,
    state: StageState,
    inputs: readonly InputRows[],
    members: StageMember[],
    tables: TableMembers | undefined,
  ) {
    this.#context = context;
    this.#state = state;
    this.#awaited = { inputs, tables, members };
    this.#mayWait = tables !== undefined || inputs.some((input) => input.hasPending);
    this.#binder = new Binder(context, state, inputs, members, tables);
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
    if (at === -1) return;
    let onRow: OnRow | null = null;
    if (this.#mayWait) {
      const waits = this.#waits(params.index[i], params);
      if (waits === null || this.#addPending(rows, i, params, waits)) return;
      onRow = waits.onRow;
    }
    if (at < 0) {
      const fault = faultOf(params, at);
      if (fault === undefined) return;
      this.#context.problems.error(fault.code, fault.at, fault.message, { hint: fault.hint });
      return;
    }
    const resolution = params.resolutions[at];
    if (!resolution.ok) {
      for (const issue of resolution.error) this.#wrongParam(issue, params.raws[at], params.vary);
      return;
    }
    const task = resolution.value;
    const choice = this.#choice(task.inputs);
    if (!this.#checked.has(task.inputs)) {
      this.#checked.add(task.inputs);
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
            hint: bindingHint(task.inputs, this.#bound),
          }),
      );
      return;
    }
    const inputs = this.#binder.bind(this.#row, choice.value, onRow);
    if (inputs === null) return;
    const extras = this.#state.extras!.of(this.#row, task.params, inputs, this.#members);
    if (extras === null) return;
    this.#push(rows, task, inputs, extras);
  }

  /** What the task says to the params of a row, if they are known and right. */
  #task(at: number, { resolutions }: RowParams): ResolvedTask | undefined {
    const resolution = at < 0 ? undefined : resolutions[at];
    return resolution?.ok ? resolution.value : undefined;
  }

  #waits(at: number, params: RowParams): Waits | null {
    const task = this.#task(at, params);
    const choice = task && this.#choice(task.inputs);
    return waitsOf(this.#context, this.#awaited, this.#row, choice?.ok ? choice.value : null);
  }

  /** Adds a member that waits for tables; false if the member of the row waits for none. */
  #addPending(
    rows: Combinations,
    i: number,
    params: RowParams,
    { ports, isStuck }: Waits,
  ): boolean {
    // What is unsure without a reason combines rows that do not exist.
    if (Object.keys(ports).length === 0) return rows.unsure?.[i] === 1;
    const [outputs = {}] = this.#state.outputs;
    const task = this.#task(params.index[i], params) ?? { params: {}, members: {}, outputs };
    const { index } = this.#push(rows, task, ports, { pending: true });
    if (isStuck) this.#context.waiting.stuck.add(index);
    this.#state.hasPending = true;
    return true;
  }

  #choice(inputs: ResolvedTask["inputs"]): ReturnType<typeof takePorts> {
    let choice = this.#choices.get(inputs);
    if (choice === undefined) {
      choice = takePorts(inputs, this.#bound);
      this.#choices.set(inputs, choice);
    }
    return choice;
  }

  #push(
    rows: Combinations,
    task: Pick<ResolvedTask, "params" | "members" | "outputs" | "numerics" | "continues">,
    inputs: StageMember["inputs"],
    more: Partial<StageMember>,
  ): StageMember {
    const { spec } = this.#state;
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
    const member: StageMember = {
      index: this.#members.length,
      id: labels.length === 0 ? spec.name : `${spec.name}[${labels.join(",")}]`,
      stage: spec.name,
      coords,
      task: this.#state.task!,
      params: task.params,
      members: task.members,
      inputs,
      outputs: task.outputs,
      ...(task.numerics === undefined ? {} : { numerics: task.numerics }),
      ...(task.continues === undefined ? {} : { continues: task.continues }),
      ...more,
    };
    this.#members.push(member);
    return member;
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
    // Nobody gets the list where the stage itself is left out.
    if (!input.isEmpty || !input.mayBeEmpty || rows.length === 0) continue;
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
