// References between stages, across files: `stage.output`, `inputs.name` in a sub-workflow, and `sub.name` for what a
// sub-workflow hands out. They lead to stages by the names that these have in the whole workflow.

import type { CallSpec } from "./call_spec.ts";
import type { FileParts, Item } from "./file_parts.ts";
import { type FilesSpec, readReference } from "./input_spec.ts";
import type { Call } from "./link.ts";
import { listNames, suggest } from "./nearest.ts";
import type { Problems } from "./problems.ts";
import type { Place } from "./source_text.ts";

/** What a file's own names mean. */
export interface Names {
  readonly parts: FileParts;
  readonly call: Call | undefined;
  /** Before the names of its stages. */
  readonly prefix: string;
  readonly items: ReadonlyMap<string, Item>;
}

/** A stage by its name in the whole workflow, or files that a call hands in; null if there is neither (reported). */
export type Target =
  | { readonly stage: string; readonly output: string | undefined }
  | { readonly files: FilesSpec }
  | null;

/**
 * The names of a file in one of its calls.
 *
 * @example
 * ```ts
 * import { namesOf } from "#lib/workflow/references.ts";
 * import { assertEquals } from "@std/assert";
 * // deno-lint-ignore no-explicit-any
 * assertEquals(namesOf({ items: [] } as any, { name: "sub" } as any).prefix, "sub/");
 * ```
 */
export function namesOf(parts: FileParts, call: Call | undefined): Names {
  const items = new Map(parts.items.map((item) => [item.spec.name, item]));
  return { parts, call, prefix: call === undefined ? "" : `${call.name}/`, items };
}

/**
 * The name of the relay for an input of a call.
 *
 * @example
 * ```ts
 * import { relayName } from "#lib/workflow/references.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(relayName({ name: "sub" }, "table"), "sub/inputs.table");
 * ```
 */
export function relayName(call: Pick<Call, "name">, port: string): string {
  return `${call.name}/inputs.${port}`;
}

/** Finds the call of a file that a name stands for; null if that would go round in a circle (reported). */
export type CallFinder = (names: Names, spec: CallSpec, parts: FileParts) => Call | null;

/**
 * Looks references up.
 *
 * @example
 * ```ts
 * import { namesOf, References } from "#lib/workflow/references.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { assertEquals } from "@std/assert";
 * const parts = { items: [{ kind: "stage", spec: { name: "a" } }], inputs: [], unreadable: new Map() };
 * const references = new References(new Problems(), () => null);
 * // deno-lint-ignore no-explicit-any
 * const target = references.target(namesOf(parts as any, undefined), "a", "x", null as any);
 * assertEquals(target, { stage: "a", output: "x" });
 * ```
 */
export class References {
  readonly #problems: Problems;
  readonly #callOf: CallFinder;

  constructor(problems: Problems, callOf: CallFinder) {
    this.#problems = problems;
    this.#callOf = callOf;
  }

  /** The stage or files that a reference written in a file leads to. */
  target(names: Names, stage: string, output: string | undefined, at: Place): Target {
    const { parts, prefix, items } = names;
    const problems = this.#problems;
    if (stage === "inputs" && parts.inputs.length > 0) return this.#input(names, output, at);
    const item = items.get(stage);
    if (item?.kind === "call") {
      return item.parts && this.#output(names, item.spec, item.parts, output, at);
    }
    if (item !== undefined || parts.unreadable.has(stage)) return { stage: prefix + stage, output };
    const known = [...items.keys(), ...parts.unreadable.keys()];
    const outer = stage.split("/")[0];
    problems.error("unknown-stage", at, `there is no stage \`${stage}\``, {
      hint: items.get(outer)?.kind === "call" && stage.includes("/")
        ? `what \`${outer}\` hands out is named in the \`outputs\` of its file: ${outer}.…`
        : stage === "inputs"
        ? "the file declares no `inputs`: a sub-workflow has inputs: { name: kind }"
        : () => suggest(stage, known, "stages"),
    });
    return null;
  }

  /** `inputs.name`, in a sub-workflow. */
  #input({ parts, call }: Names, name: string | undefined, at: Place): Target {
    const known = parts.inputs.map((input) => input.name);
    const kind = parts.inputs.find((input) => input.name === name)?.kind;
    if (name === undefined || kind === undefined) {
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
    // Where nothing is handed in, or the wrong thing, that is said at the call.
    if (call === undefined) return null;
    const files = call.spec.files.find(({ port }) => port === name);
    if (files !== undefined && kind !== "file") return null;
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
    const call = this.#callOf(names, called, parts);
    if (call === null) return null;
    return this.target(namesOf(parts, call), stage, of, output.value);
  }
}
