// Binding: the artifacts on the ports of a member (rules 6, 10, 11). Equal lists are made once and shared.

import { join } from "@std/path";
import type { PortShape } from "../core/resolve.ts";
import { reportFit } from "./check_ports.ts";
import type { Context } from "./context.ts";
import type { Row } from "./expression/compile.ts";
import { describe } from "./expression/fault.ts";
import type { AxisId, BoundPort, Coords, Source, StageMember } from "./graph.ts";
import type { Found, InputRows } from "./input_rows.ts";
import { sizes } from "./limits.ts";
import { anyKind } from "./kinds.ts";
import { listNames } from "./nearest.ts";
import { omitsFailed } from "./omit_failed.ts";
import { fitOutput } from "./ports.ts";
import type { FilesSpec } from "./stage_spec.ts";
import { outputOf } from "./relay.ts";
import type { InputPlan, PortChoice, StageState } from "./stage_state.ts";
import type { OnRow, TableMembers } from "./table_members.ts";

const noCoords: Coords = {};

/**
 * Binds the inputs of one stage's members.
 *
 * @example
 * ```ts
 * import { Binder } from "#lib/workflow/binder.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * const binder = new Binder({} as any, { filters: { files: [] } } as any, [], []);
 * assertEquals(binder.bind([], { ports: {}, taken: new Set() }), {});
 * ```
 */
export class Binder {
  readonly #context: Context;
  readonly #state: StageState;
  readonly #inputs: readonly InputRows[];
  readonly #members: readonly StageMember[];
  /** What was bound before, by port and by the rows or the member found. */
  readonly #known = new Map<PortShape, Map<unknown, BoundPort>>();
  readonly #tables: TableMembers | undefined;
  #numEdges = 0;

  constructor(
    context: Context,
    state: StageState,
    inputs: readonly InputRows[],
    members: readonly StageMember[],
    tables?: TableMembers,
  ) {
    this.#tables = tables;
    this.#context = context;
    this.#state = state;
    this.#inputs = inputs;
    this.#members = members;
  }

  /**
   * The inputs of the member at a row; null if one is absent, or something is wrong (reported). `onRow` is the row of
   * its `foreach`. Nothing that it takes may be pending.
   */
  bind(
    row: Row,
    { ports, taken }: PortChoice,
    onRow: OnRow | null = null,
  ): Record<string, BoundPort> | null {
    const bound: Record<string, BoundPort> = {};
    if (onRow !== null) {
      for (const plan of this.#state.inputs) {
        if (plan.column === undefined || !taken.has(plan.spec.port)) continue;
        const made = this.#boundColumn(plan, plan.column, ports[plan.spec.port], onRow);
        if (made === null) return null;
        bound[plan.spec.port] = made;
      }
    }
    for (const input of this.#inputs) {
      const { port } = input.plan.spec;
      if (!taken.has(port)) continue;
      const found = input.find(row);
      if (found === null) return null;
      const made = this.#boundPort(input, ports[port], found);
      if (made === null) return null;
      bound[port] = made;
    }
    for (const { spec, template } of this.#state.filters!.files) {
      if (!taken.has(spec.port)) continue;
      const evaluated = template.slots.size === 0
        ? { ok: true as const, value: template.constant }
        : template.evaluate(row);
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
    let known = this.#known.get(shape);
    if (known === undefined) this.#known.set(shape, known = new Map());
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
      const output = outputOf(part, member, shape.kind, this.#members);
      if (output === undefined) {
        const { outputs } = this.#members[member];
        const fit = fitOutput(outputs, part.spec.output, shape.kind);
        if (fit.ok) throw new Error("an output that fits was not found");
        reportFit(this.#context, this.#state, input.plan, part, shape.kind, fit, outputs);
        return null;
      }
      let coords = noCoords;
      if (axes.length > 0) {
        const named: Record<string, AxisId> = {};
        axes.forEach((axis, c) => named[axis.name] = axis.values[gathered[c]].id);
        coords = named;
      }
      sources.push({ from: member, output, coords });
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
    const { many, coords } = shape;
    const kind = shape.kind === anyKind ? this.#commonKind(input, sources) : shape.kind;
    if (kind === null) return null;
    const made: BoundPort = {
      ...{ kind, many, coords, sources },
      ...(omitsFailed(input.plan) ? { omitFailed: true } : {}),
    };
    if (canShare) known.set(key, made);
    return made;
  }

  /** The kind of what is bound to a port that takes any; a list is of one kind. */
  #commonKind({ plan }: InputRows, sources: readonly Source[]): string | null {
    const kinds = new Set(
      sources.map((source) =>
        "file" in source
          ? "file"
          : source.part?.kind ?? this.#members[source.from].outputs[source.output]
      ),
    );
    const [kind = "file"] = kinds;
    if (kinds.size < 2) return kind;
    this.#context.problems.error(
      "port-mismatch",
      plan.spec.at,
      `the list of the input \`${plan.spec.port}\` has artifacts of different kinds: ${
        listNames([...kinds])
      }`,
      { hint: "bind each kind to an input of its own" },
    );
    return null;
  }

  /** The artifact in a column of the member's row; null if there is none, or something is wrong (reported). */
  #boundColumn(
    { spec }: InputPlan,
    name: string,
    shape: PortShape,
    onRow: OnRow,
  ): BoundPort | null {
    const { problems } = this.#context;
    const { plan } = this.#tables!;
    const entry = this.#tables!.entry(onRow, name);
    if (entry === undefined) return null;
    const { cell, column: { type, kind = "" } } = entry;
    const { at } = spec.parts[0];
    const port = `the port \`${spec.port}\` of \`${this.#state.spec.task.name}\``;
    const column = `the column \`${name}\` of ${plan.rows.name}`;
    if (type !== "artifact") {
      problems.error("port-mismatch", at, `${column} holds a ${type}, no artifact`, {
        hint: `read it in an expression: \${{ ${plan.axis.name}.${name} }}`,
      });
      return null;
    }
    if (shape.many) {
      problems.error("needs-gather", at, `${port} takes a list, but a row has one artifact`, {
        hint: "gather the artifacts from a stage that takes them one by one",
      });
      return null;
    }
    if (shape.kind !== anyKind && shape.kind !== kind) {
      problems.error(
        "port-mismatch",
        at,
        `${port} takes ${shape.kind}, but ${column} holds ${kind}`,
      );
      return null;
    }
    // A row may lack it: then it is absent, and so is what needs it.
    if (typeof cell !== "string") return null;
    const source = { ...onRow.source, part: { folder: cell, kind } };
    return { kind, many: false, coords: false, sources: [source] };
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
    if (!many && Array.isArray(value)) {
      problems.error("not-a-list", spec.at, `the port \`${spec.port}\` takes one file`, {
        hint: `found a list of ${value.length}`,
      });
      return null;
    }
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
        file: path.startsWith("/") ? path : join(folder, path),
        coords: noCoords,
      });
    }
    return { kind, many, coords: false, sources };
  }
}
