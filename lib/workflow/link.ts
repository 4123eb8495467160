// Linking: the stages of a workflow and of the sub-workflows that it calls as one list. A stage `compare` of the call `sub`
// becomes `sub/compare`; a reference to `sub.score` becomes the stage that the sub-workflow hands out as `score`; a
// reference to `inputs.x` becomes a relay, a stage without members of its own that stands for what the call hands in.

import type { CallSpec } from "./call_spec.ts";
import { namesIn } from "./expression/split.ts";
import type { FileParts } from "./file_parts.ts";
import {
  type FilesSpec,
  type Gather,
  type InputSpec,
  type PartSpec,
  readReference,
} from "./input_spec.ts";
import { listNames, suggest } from "./nearest.ts";
import type { Problems } from "./problems.ts";
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

/** Stages of a workflow, those of sub-workflows counted for each call. */
const maxStages = 100_000;

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
  linker.add(parts, undefined);
  return linker;
}

/** What a file's own names mean. */
interface Names {
  readonly parts: FileParts;
  readonly call: Call | undefined;
  /** Before the names of its stages. */
  readonly prefix: string;
  readonly calls: ReadonlyMap<string, CallSpec>;
}

/** A stage by its name here, or why there is none: `null` if that was reported. */
type Target = { readonly stage: string; readonly output: string | undefined } | {
  readonly files: FilesSpec;
} | null;

class Linker implements Linked {
  readonly stages: StageSpec[] = [];
  readonly calls: Call[] = [];
  readonly unreadable = new Map<string, Place>();
  readonly #problems: Problems;
  #numStages = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** Adds the stages of a file, and of what it calls. */
  add(parts: FileParts, call: Call | undefined): void {
    const names: Names = namesOf(parts, call);
    for (const [name, at] of parts.unreadable) this.unreadable.set(names.prefix + name, at);
    if (call !== undefined) this.#checkOutputs(names);
    for (const item of parts.items) {
      if (++this.#numStages > maxStages) {
        if (this.#numStages > maxStages + 1) return;
        const limit = maxStages.toLocaleString("en");
        const at = (call?.spec ?? item.spec).at;
        this.#problems.error("too-many-stages", at, `there are over ${limit} stages`);
        return;
      }
      if (item.kind === "stage") this.#addStage(names, item.spec);
      else if (item.parts !== null) this.#addCall(names, item.spec, item.parts);
    }
  }

  #addStage(names: Names, spec: StageSpec): void {
    const { inputs, files } = this.#inputs(names, spec.inputs);
    const { foreach } = spec;
    const table = foreach === undefined
      ? undefined
      : this.#target(names, foreach.stage, foreach.output, foreach.tableAt);
    this.stages.push({
      ...spec,
      name: names.prefix + spec.name,
      index: this.#numStages,
      inputs,
      files: [...spec.files, ...files],
      ...(foreach === undefined || table == null || "files" in table
        ? {}
        : { foreach: { ...foreach, ...table } }),
      ...(names.call === undefined ? {} : { call: names.call }),
    });
  }

  #addCall(names: Names, spec: CallSpec, parts: FileParts): void {
    const { inputs, files } = this.#inputs(names, spec.inputs);
    const call: Call = {
      name: names.prefix + spec.name,
      index: this.#numStages,
      spec: { ...spec, inputs, files: [...spec.files, ...files] },
      caller: names.call,
      parts,
    };
    this.calls.push(call);
    this.#checkInputs(call);
    for (const input of inputs) {
      const declared = parts.inputs.find(({ name }) => name === input.port);
      if (declared !== undefined) this.stages.push(relayOf(call, input, declared.kind));
    }
    this.add(parts, call);
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
          : this.#target(names, part.stage, part.output, part.at);
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

  #target(names: Names, stage: string, output: string | undefined, at: Place): Target {
    const { parts, call, prefix, calls } = names;
    const problems = this.#problems;
    if (stage === "inputs" && parts.inputs.length > 0) return this.#input(names, output, at);
    const called = calls.get(stage);
    if (called !== undefined) {
      const item = parts.items.find((one) => one.spec === called);
      if (item?.kind !== "call" || item.parts === null) return null;
      return this.#output(names, called, item.parts, output, at);
    }
    if (parts.items.some((item) => item.spec.name === stage) || parts.unreadable.has(stage)) {
      return { stage: prefix + stage, output };
    }
    const known = [...parts.items.map((item) => item.spec.name), ...parts.unreadable.keys()];
    const outer = stage.split("/")[0];
    problems.error("unknown-stage", at, `there is no stage \`${stage}\``, {
      hint: calls.has(outer) && stage.includes("/")
        ? `what \`${outer}\` hands out is named in the \`outputs\` of its file: ${outer}.…`
        : call !== undefined && stage === "inputs"
        ? "the file declares no `inputs`"
        : () => suggest(stage, known, "stages"),
    });
    return null;
  }

  /** `inputs.name`, in a sub-workflow. */
  #input({ parts, call }: Names, name: string | undefined, at: Place): Target {
    const known = parts.inputs.map((input) => input.name);
    if (name === undefined || !known.includes(name)) {
      this.#problems.error(
        "unknown-input",
        at,
        name === undefined ? "`inputs` is no stage" : `there is no input \`${name}\``,
        {
          hint: name === undefined
            ? `name one of the inputs: inputs.${known[0]}`
            : () => suggest(name, known, "inputs"),
        },
      );
      return null;
    }
    // Where nothing is handed in, that was said at the call.
    if (call === undefined) return null;
    const files = call.spec.files.find(({ port }) => port === name);
    if (files !== undefined) return { files: { ...files, outside: files.outside ?? call } };
    if (!call.spec.inputs.some(({ port }) => port === name)) return null;
    return { stage: relayName(call, name), output: undefined };
  }

  /** `sub.score`: what a sub-workflow hands out. */
  #output(
    names: Names,
    called: CallSpec,
    parts: FileParts,
    name: string | undefined,
    at: Place,
  ): Target {
    const known = parts.outputs.map((output) => output.name);
    const note = {
      message: known.length > 0 ? "the outputs are declared here" : "this is the sub-workflow",
      at: parts.outputs[0]?.at ?? called.workflow.at,
    };
    const output = name === undefined && known.length === 1
      ? parts.outputs[0]
      : parts.outputs.find((one) => one.name === name);
    if (output === undefined) {
      this.#problems.error(
        name === undefined && known.length > 0 ? "ambiguous-output" : "unknown-output",
        at,
        name !== undefined
          ? `\`${called.name}\` has no output \`${name}\``
          : known.length > 0
          ? `\`${called.name}\` has ${known.length} outputs: ${listNames(known)}`
          : `\`${called.name}\` hands nothing out: its file declares no \`outputs\``,
        {
          notes: [note],
          hint: name === undefined
            ? known.length > 0 ? `say which: ${called.name}.${known[0]}` : undefined
            : () => suggest(name, known, "outputs"),
        },
      );
      return null;
    }
    const { stage, output: of } = readReference(output.value);
    // Reported where the output is declared.
    const inner = namesOf(parts, this.#callIn(names, called, parts));
    if (!isKnown(inner, stage)) return null;
    return this.#target(inner, stage, of, output.value);
  }

  /** The call as far as names need it: the real one may come later in the file. */
  #callIn({ call, prefix }: Names, spec: CallSpec, parts: FileParts): Call {
    const name = prefix + spec.name;
    return this.calls.find((known) => known.name === name) ??
      { name, index: 0, spec, caller: call, parts };
  }

  /** Every input that the file declares is handed in, and nothing else. */
  #checkInputs({ spec, parts }: Call): void {
    const problems = this.#problems;
    const declared = parts.inputs.map(({ name }) => name);
    const bound = [...spec.inputs, ...spec.files];
    for (const { port, at } of bound) {
      if (declared.includes(port)) continue;
      problems.error("unused-input", at, `\`${spec.workflow.name}\` takes no input \`${port}\``, {
        hint: () => suggest(port, declared, "inputs"),
      });
    }
    for (const { name, at, kind } of parts.inputs) {
      const files = spec.files.find(({ port }) => port === name);
      if (files !== undefined && kind !== "file") {
        problems.error(
          "port-mismatch",
          files.at,
          `the input \`${name}\` of \`${spec.workflow.name}\` takes ${kind}, not a file`,
          { notes: [{ message: "it is declared here", at }] },
        );
      }
      if (bound.some(({ port }) => port === name)) continue;
      problems.error(
        "missing-input",
        spec.workflow.at,
        `\`${spec.name}\` lacks the input \`${name}\` of \`${spec.workflow.name}\``,
        {
          notes: [{ message: "it is declared here", at }],
          hint: `bind it: from: { ${name}: … }, to ${kind}`,
        },
      );
    }
  }

  /** Outputs lead to stages, whether anybody takes them or not. */
  #checkOutputs(names: Names): void {
    for (const { value } of names.parts.outputs) {
      const { stage } = readReference(value);
      if (isKnown(names, stage)) continue;
      this.#problems.error("unknown-stage", value, `there is no stage \`${stage}\``, {
        hint: () => suggest(stage, names.parts.items.map((item) => item.spec.name), "stages"),
      });
    }
  }
}

function namesOf(parts: FileParts, call: Call | undefined): Names {
  const calls = new Map<string, CallSpec>();
  for (const item of parts.items) if (item.kind === "call") calls.set(item.spec.name, item.spec);
  return { parts, call, prefix: call === undefined ? "" : `${call.name}/`, calls };
}

function isKnown({ parts }: Names, stage: string): boolean {
  return parts.items.some((item) => item.spec.name === stage) || parts.unreadable.has(stage) ||
    (stage === "inputs" && parts.inputs.length > 0);
}

function relayName(call: Call, port: string): string {
  return `${call.name}/inputs.${port}`;
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
