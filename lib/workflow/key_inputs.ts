// The inputs of a member as its key has them: digests in the order of the bindings, of what other members made, of
// parts of that, and of input files.

import type { Action, ActionInput } from "../core/action.ts";
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

function digestOfSource(source: Source, digestOf: OutputDigest, files: FileDigests) {
  return "file" in source
    ? files.get(source.file)!
    : digestOf(source.from, source.output, source.part);
}

function inputOf(digest: Digest, { coords }: Source, withCoords: boolean): ActionInput {
  return withCoords ? { digest, coords } : { digest };
}
