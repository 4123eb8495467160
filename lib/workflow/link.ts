// Linking: the stages of a workflow and of the sub-workflows that it calls as one list. A stage `compare` of the call `sub`
// becomes `sub/compare`; a reference to `sub.score` becomes the stage that the sub-workflow hands out as `score`; a
// reference to `inputs.x` becomes a relay, a stage without members of its own that stands for what the call hands in.

import type { CallSpec } from "./call_spec.ts";
import { checkCall } from "./check_call.ts";
import { namesIn } from "./expression/split.ts";
import type { FileParts } from "./file_parts.ts";
import {
  type FilesSpec,
  type Gather,
  type InputSpec,
  type PartSpec,
  readReference,
} from "./input_spec.ts";
import { sizes } from "./limits.ts";
import type { Problems } from "./problems.ts";
import { type Names, namesOf, References, relayName } from "./references.ts";
import type { Place } from "./source_text.ts";
import type { StageSpec } from "./stage_spec.ts";

/** One call of a sub-workflow. */
export interface Call {
  /** `outer/inner`. */
  readonly name: string;
  /** Position among all stages. */
  readonly index: number;
  readonly spec: CallSpec;
  /** The call that it stands in. */
  readonly caller: Call | undefined;
  readonly parts: FileParts;
}

/** What makes a stage a relay: it stands for an input of a call. */
export interface RelaySpec {
  /** The kind that the sub-workflow declares. */
  readonly kind: string;
  /** What the call gathers, by part of its input. */
  readonly gathers: readonly (Gather | undefined)[];
}

/** All stages of a workflow. */
export interface Linked {
  readonly stages: readonly StageSpec[];
  /** Each after the one that it stands in. */
  readonly calls: readonly Call[];
  /** Stages that exist but could not be read, by their names here. */
  readonly unreadable: ReadonlyMap<string, Place>;
}

/**
 * Links a file with the files that it calls. What is wrong is added to `problems`.
 *
 * @example
 * ```ts
 * import { link } from "#lib/workflow/link.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { assertEquals } from "@std/assert";
 * const parts = { items: [], inputs: [], outputs: [], unreadable: new Map() };
 * // deno-lint-ignore no-explicit-any
 * assertEquals(link(parts as any, new Problems()).stages, []);
 * ```
 */
export function link(parts: FileParts, problems: Problems): Linked {
  const linker = new Linker(problems);
  for (const { name, at } of parts.inputs) {
    problems.error("open-input", at, `nothing is handed in for the input \`${name}\``, {
      hint: "a workflow with inputs runs as a part of another one: " +
        `{ workflow: ./${parts.file.replace(/^.*[\\/]/, "")}, from: { ${name}: … } }`,
    });
  }
  if (linker.number(parts, "", undefined)) linker.add(parts, undefined);
  return linker;
}

class Linker implements Linked {
  readonly stages: StageSpec[] = [];
  readonly calls: Call[] = [];
  readonly unreadable = new Map<string, Place>();
  readonly #problems: Problems;
  readonly #references: References;
  /** Positions of all stages and calls by name. */
  readonly #indexes = new Map<string, number>();
  /** Calls by name; null while one is being made. */
  readonly #known = new Map<string, Call | null>();

  constructor(problems: Problems) {
    this.#problems = problems;
    this.#references = new References(
      problems,
      (names, spec, parts) => this.#callOf(names, spec, parts),
    );
  }

  /** Numbers all stages; false if there are too many, which is reported. */
  number(parts: FileParts, prefix: string, at: Place | undefined): boolean {
    return parts.items.every((item) => {
      const place = at ?? item.spec.at;
      this.#indexes.set(prefix + item.spec.name, this.#indexes.size);
      if (this.#indexes.size > sizes.stages) {
        const limit = sizes.stages.toLocaleString("en");
        this.#problems.error("too-many-stages", place, `there are over ${limit} stages`, {
          hint: at === undefined
            ? "make them members of fewer stages, by an axis"
            : "sub-workflows that call sub-workflows many times grow fast",
        });
        return false;
      }
      return item.kind === "stage" || item.parts === null ||
        this.number(item.parts, `${prefix}${item.spec.name}/`, place);
    });
  }

  /** Adds the stages of a file, and of what it calls. */
  add(parts: FileParts, call: Call | undefined): void {
    const names = namesOf(parts, call);
    for (const [name, at] of parts.unreadable) this.unreadable.set(names.prefix + name, at);
    for (const { value } of call === undefined ? [] : parts.outputs) {
      // Outputs lead to stages, whether anybody takes them or not.
      const { stage, output } = readReference(value);
      this.#references.target(names, stage, output, value);
    }
    for (const item of parts.items) {
      if (item.kind === "stage") this.#addStage(names, item.spec);
      else if (item.parts !== null) this.#addCall(names, item.spec, item.parts);
    }
  }

  #addStage(names: Names, spec: StageSpec): void {
    const { inputs, files } = this.#inputs(names, spec.inputs);
    const { foreach } = spec;
    const table = foreach === undefined
      ? undefined
      : this.#references.target(names, foreach.stage, foreach.output, foreach.tableAt);
    this.stages.push({
      ...spec,
      name: names.prefix + spec.name,
      index: this.#indexes.get(names.prefix + spec.name)!,
      inputs,
      files: [...spec.files, ...files],
      ...(foreach === undefined || table == null || "files" in table
        ? {}
        : { foreach: { ...foreach, ...table } }),
      ...(names.call === undefined ? {} : { call: names.call }),
    });
  }

  #addCall(names: Names, spec: CallSpec, parts: FileParts): void {
    const call = this.#callOf(names, spec, parts);
    if (call === null) return;
    this.calls.push(call);
    checkCall(call, this.#problems);
    for (const input of call.spec.inputs) {
      const declared = parts.inputs.find(({ name }) => name === input.port);
      if (declared !== undefined) this.stages.push(relayOf(call, input, declared.kind));
    }
    this.add(parts, call);
  }

  #callOf(names: Names, spec: CallSpec, parts: FileParts): Call | null {
    const name = names.prefix + spec.name;
    const known = this.#known.get(name);
    if (known === null) {
      this.#problems.error("cycle", spec.at, `\`${name}\` is handed what it hands out itself`);
    }
    if (known !== undefined) return known;
    this.#known.set(name, null);
    const { inputs, files } = this.#inputs(names, spec.inputs);
    const call: Call = {
      name,
      index: this.#indexes.get(name)!,
      spec: { ...spec, inputs, files: [...spec.files, ...files] },
      caller: names.call,
      parts,
    };
    this.#known.set(name, call);
    return call;
  }

  /** The inputs of a stage with the names of this list; those that are input files come as files. */
  #inputs(names: Names, inputs: readonly InputSpec[]): { inputs: InputSpec[]; files: FilesSpec[] } {
    const linked: InputSpec[] = [];
    const files: FilesSpec[] = [];
    for (const input of inputs) {
      const parts: PartSpec[] = [];
      for (const part of input.parts) {
        const target = part.ofRow
          ? { stage: part.stage, output: part.output }
          : this.#references.target(names, part.stage, part.output, part.at);
        if (target === null) {
          // Whatever it is, it was reported: the input stays, and leads to nothing.
          const stage = `${names.prefix}${part.stage}`;
          this.unreadable.set(stage, part.at);
          parts.push({ ...part, stage });
        } else if ("files" in target) {
          files.push({ ...target.files, port: input.port, at: input.at });
          this.#checkPlain(part, input);
        } else {
          const outer = this.#handedIn(names, part);
          parts.push({ ...part, ...target, failed: part.failed ?? outer });
        }
      }
      if (parts.length > 0) linked.push({ ...input, parts });
    }
    return { inputs: linked, files };
  }

  /** `failed: omit` on an input of the call holds for the stages that take it. */
  #handedIn({ call }: Names, { stage, output }: PartSpec): Place | undefined {
    if (call === undefined || stage !== "inputs") return undefined;
    const input = call.spec.inputs.find(({ port }) => port === output);
    return input !== undefined && input.parts.every(({ failed }) => failed !== undefined)
      ? input.parts[0]?.failed
      : undefined;
  }

  /** An input file is one artifact without axes. */
  #checkPlain(part: PartSpec, input: InputSpec): void {
    const { where, rename, as, gather } = part;
    const asked = where[0]?.at ?? rename[0]?.at ?? as[0]?.at ?? gather?.at;
    if (asked === undefined && input.parts.length === 1) return;
    this.#problems.error(
      "bad-value",
      asked ?? part.at,
      `\`inputs.${part.output}\` is a file here, which has no axes`,
      { hint: "bind it by its name alone" },
    );
  }
}

function relayOf(call: Call, input: InputSpec, kind: string): StageSpec {
  const { spec, index } = call;
  return {
    name: relayName(call, input.port),
    index,
    at: input.at,
    task: spec.workflow,
    run: undefined,
    description: "",
    over: [],
    matrix: [],
    exclude: undefined,
    foreach: undefined,
    inputs: [{
      ...input,
      parts: input.parts.map((part) => ({ ...part, gather: undefined, failed: undefined })),
    }],
    files: [],
    with: undefined,
    keep: undefined,
    when: undefined,
    gather: undefined,
    timeoutSeconds: undefined,
    resources: [],
    retry: undefined,
    keepsDigestOnly: false,
    call,
    relay: { kind, gathers: input.parts.map(({ gather }) => gather) },
  };
}

/**
 * Whether what a relay takes depends on the axes of its call: its `where` holds expressions.
 *
 * @example
 * ```ts
 * import { dependsOnCall } from "#lib/workflow/link.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * assertEquals(dependsOnCall({ inputs: [] } as any), false);
 * ```
 */
export function dependsOnCall({ inputs }: StageSpec): boolean {
  return inputs.some(({ parts }) =>
    parts.some(({ where }) => where.some(({ value }) => namesIn(value).size > 0))
  );
}
