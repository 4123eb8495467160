// Second pass over one stage: its members, with params, inputs and ids (rules 8, 10, 11, 13, 14).

import { join as joinPath } from "@std/path";
import type { ParamIssue, PortShape } from "../core/resolve.ts";
import type { AxisId, BoundPort, Coords, Source, StageMember } from "./graph.ts";
import { reportFit } from "./check_ports.ts";
import { type Combinations, combinations } from "./combinations.ts";
import type { Context } from "./context.ts";
import { describe } from "./expression/fault.ts";
import { type Found, InputRows } from "./input_rows.ts";
import { sizes } from "./limits.ts";
import { paramProblems } from "./param_issues.ts";
import { fitOutput, takePorts } from "./ports.ts";
import { keyCoder } from "./relation.ts";
import type { FilesSpec } from "./stage_spec.ts";
import type { StageState } from "./stage_state.ts";
import type { Resolution } from "./task_params.ts";

const noCoords: Coords = {};

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
  const rows = combinations(context, state, inputs, members.length);
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
  readonly #inputs: readonly InputRows[];
  readonly #members: StageMember[];
  readonly #row: Int32Array;
  readonly #slotOf: readonly number[];
  /** `axis=value` by axis and position. */
  readonly #labels: readonly (readonly string[])[];
  readonly #made: Int32Array[] = [];
  readonly #choices = new Map<unknown, ReturnType<typeof takePorts>>();
  readonly #bound: ReadonlySet<string>;
  readonly #ports = new Map<PortShape, Map<unknown, BoundPort>>();
  readonly #shared = new Map<string, Shared>();
  #numEdges = 0;
  #numMade = 0;

  constructor(
    context: Context,
    state: StageState,
    inputs: readonly InputRows[],
    members: StageMember[],
  ) {
    this.#context = context;
    this.#state = state;
    this.#inputs = inputs;
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
    const inputs = this.#bind(choice.value.ports, choice.value.taken);
    if (inputs === null) return;
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
      ...(spec.timeoutSeconds === undefined ? {} : { timeoutSeconds: spec.timeoutSeconds }),
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

  #bind(
    ports: Readonly<Record<string, PortShape>>,
    taken: ReadonlySet<string>,
  ): Record<string, BoundPort> | null {
    const bound: Record<string, BoundPort> = {};
    for (const input of this.#inputs) {
      const { port } = input.plan.spec;
      if (!taken.has(port)) continue;
      const found = input.find(this.#row);
      if (found === null) return null;
      const made = this.#boundPort(input, ports[port], found);
      if (made === null) return null;
      bound[port] = made;
    }
    for (const { spec, template } of this.#state.filters!.files) {
      if (!taken.has(spec.port)) continue;
      const evaluated = template.slots.size === 0
        ? { ok: true as const, value: template.constant }
        : template.evaluate(this.#row);
      if (!evaluated.ok) {
        const { code, at, message, hint } = evaluated.error;
        this.#context.problems.error(code, at, message, { hint });
        return null;
      }
      const made = this.#boundFiles(spec, ports[spec.port], evaluated.value);
      if (made === null) return null;
      bound[spec.port] = made;
    }
    return bound;
  }

  #boundPort(input: InputRows, shape: PortShape, found: Found): BoundPort | null {
    let known = this.#ports.get(shape);
    if (known === undefined) this.#ports.set(shape, known = new Map());
    const { isList } = input.plan;
    const key = isList ? found.rows : found.rows[0].member;
    // One member may stand in a union twice, with two of its outputs.
    const canShare = isList ? found.group !== null : input.plan.parts.length === 1;
    const ready = canShare ? known.get(key) : undefined;
    if (ready !== undefined) return ready;
    if (!this.#checkShape(input, shape, found)) return null;
    const axes = input.gatheredAxes;
    const sources: Source[] = [];
    for (const { member, part, gathered } of found.rows) {
      const { outputs } = this.#members[member];
      const fit = fitOutput(outputs, part.spec.output, shape.kind);
      if (!fit.ok) {
        reportFit(this.#context, this.#state, input.plan, part, shape.kind, fit, outputs);
        return null;
      }
      let coords = noCoords;
      if (axes.length > 0) {
        const named: Record<string, AxisId> = {};
        axes.forEach((axis, c) => named[axis.name] = axis.values[gathered[c]].id);
        coords = named;
      }
      sources.push({ from: member, output: fit.output, coords });
    }
    this.#numEdges += sources.length;
    if (this.#numEdges > sizes.edges) {
      this.#context.problems.error(
        "too-many-members",
        input.plan.spec.at,
        `the lists of the input \`${input.plan.spec.port}\` have over ${
          sizes.edges.toLocaleString("en")
        } items together`,
      );
      return null;
    }
    const { kind, many, coords } = shape;
    const made: BoundPort = { kind, many, coords, sources };
    if (canShare) known.set(key, made);
    return made;
  }

  /** Lists and single artifacts, as the first pass checks them; here for the members it did not try. */
  #checkShape(input: InputRows, shape: PortShape, found: Found): boolean {
    const { spec, isList, joined } = input.plan;
    const { problems } = this.#context;
    const { port, at } = spec;
    if (!isList && found.rows.length > 1) {
      const [, second] = found.rows;
      problems.error(
        "duplicate-coordinates",
        second.part.spec.at,
        `two stages in the input \`${port}\` have a member for the same member of ` +
          `\`${this.#state.spec.name}\``,
      );
      return false;
    }
    if (shape.many === isList || (shape.many && joined.length === 0)) return true;
    problems.error(
      shape.many ? "needs-gather" : "not-a-list",
      at,
      `the port \`${port}\` of \`${this.#state.spec.task.name}\` takes ${
        shape.many ? "a list" : "one artifact"
      } in some members`,
    );
    return false;
  }

  #boundFiles(spec: FilesSpec, { kind, many }: PortShape, value: unknown): BoundPort | null {
    const { problems } = this.#context;
    const paths = Array.isArray(value) ? value : [value];
    const sources: Source[] = [];
    for (const path of paths) {
      // deno-lint-ignore no-control-regex
      if (typeof path !== "string" || path === "" || /[\0-\x1f]/.test(path)) {
        problems.error(
          "bad-value",
          spec.paths,
          `expected the path of a file, found ${describe(path)}`,
        );
        return null;
      }
      const { folder } = spec.paths.source;
      sources.push({
        file: path.startsWith("/") ? path : joinPath(folder, path),
        coords: noCoords,
      });
    }
    return { kind, many, coords: false, sources };
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
