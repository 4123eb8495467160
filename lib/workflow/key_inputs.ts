// The inputs of a member as its key has them: digests in the order of the bindings, of what other members made, of
// parts of that, and of input files.

import type { Action, ActionInput } from "../core/action.ts";
import { canonicalJson } from "../core/canonical.ts";
import type { Digest } from "../core/digest.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Source, StageMember } from "./graph.ts";
import type { InputFiles } from "./input_files.ts";
import type { Part } from "./part.ts";

/**
 * Digest of an output of the member at an index, or of one part of it; `undefined` while it is not known, `omitted`
 * if the member failed and there will be none.
 */
export type OutputDigest = (
  index: number,
  output: string,
  part?: Part,
) => Digest | "omitted" | undefined;

/** Digests of input files by path. */
export type FileDigests = ReadonlyMap<string, Result<Digest, string>>;

const filesAtOnce = 32;

/**
 * Adds the digests of the input files of some members.
 *
 * @example
 * ```ts
 * import { gatherFiles } from "#lib/workflow/key_inputs.ts";
 * import { fakeFiles, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assert } from "@std/assert";
 * const digests = new Map();
 * await gatherFiles(fakeGraph([{ id: "a", files: ["a.csv"] }]).members, fakeFiles({ "a.csv": "1" }), digests);
 * assert(digests.get("a.csv").ok);
 * ```
 */
export async function gatherFiles(
  members: Iterable<StageMember>,
  files: Pick<InputFiles, "digest">,
  digests: Map<string, Result<Digest, string>>,
): Promise<void> {
  const paths = new Set<string>();
  for (const { inputs } of members) {
    for (const name in inputs) {
      for (const source of inputs[name].sources) {
        if ("file" in source && !digests.has(source.file)) paths.add(source.file);
      }
    }
  }
  const rest = [...paths];
  while (rest.length > 0) {
    // A batch at a time, so that many files do not become many open files and their bytes at once.
    await Promise.all(
      rest.splice(-filesAtOnce).map(async (path) => {
        digests.set(path, await files.digest(path));
      }),
    );
  }
}

/**
 * The inputs of an action: `undefined` while a digest is not known, a sentence if one cannot be computed.
 *
 * @example
 * ```ts
 * import { inputDigests } from "#lib/workflow/key_inputs.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const { members } = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
 * assertEquals(inputDigests(members[1], () => undefined, new Map()), undefined);
 * ```
 */
export function inputDigests(
  { inputs }: Pick<StageMember, "inputs">,
  digestOf: OutputDigest,
  files: FileDigests,
): Result<Action["inputs"], string> | undefined {
  const found: Record<string, readonly ActionInput[]> = {};
  let problem: string | undefined;
  for (const name in inputs) {
    const port = inputs[name];
    const taken: ActionInput[] = [];
    for (const source of port.sources) {
      const digest = digestOfSource(source, digestOf, files);
      if (digest === undefined) return undefined;
      if (digest === "omitted") {
        if (port.omitFailed !== true) return undefined;
      } else if (typeof digest === "object") {
        if (!digest.ok) problem = digest.error;
        else taken.push(inputOf(digest.value, source, port.coords));
      } else taken.push(inputOf(digest, source, port.coords));
    }
    found[name] = taken;
  }
  return problem === undefined ? ok(found) : err(problem);
}

/**
 * The inputs of an action as canonical JSON, which its key is made of.
 *
 * @example
 * ```ts
 * import { inputsText } from "#lib/workflow/key_inputs.ts";
 * import { canonicalJson } from "#lib/core/canonical.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const inputs = { b: [{ digest: digestOf("x") }], a: [] };
 * assertEquals(inputsText(inputs), canonicalJson(inputs));
 * ```
 */
export function inputsText(inputs: Action["inputs"]): string {
  const names = Object.keys(inputs);
  if (names.length > 1) names.sort();
  let text = "{";
  for (const name of names) {
    if (text.length > 1) text += ",";
    text += `${nameText(name)}:[`;
    let separator = "";
    for (const { digest, coords } of inputs[name]) {
      const before = coords === undefined ? "" : `"coords":${canonicalJson(coords)},`;
      text += `${separator}{${before}"digest":${JSON.stringify(digest)}}`;
      separator = ",";
    }
    text += "]";
  }
  return text + "}";
}

/** The name of a member as canonical JSON has it. */
function nameText(name: string): string {
  return name.startsWith("$") ? canonicalJson({ [name]: 0 }).slice(1, -3) : JSON.stringify(name);
}

function digestOfSource(source: Source, digestOf: OutputDigest, files: FileDigests) {
  return "file" in source
    ? files.get(source.file)!
    : digestOf(source.from, source.output, source.part);
}

function inputOf(digest: Digest, { coords }: Source, withCoords: boolean): ActionInput {
  return withCoords ? { digest, coords } : { digest };
}
