// The bytes of a member's inputs, verified: what the store cannot give back is named, not guessed.

import type { Action } from "../core/action.ts";
import { digestOfArtifact } from "../core/artifact.ts";
import { file } from "../core/artifacts/file.ts";
import type { Job, JobInput } from "../core/executor.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Store } from "../core/store.ts";
import type { BoundPort, Source, StageMember } from "../workflow/graph.ts";
import type { InputFiles } from "../workflow/input_files.ts";
import { partOf } from "../workflow/part.ts";

/** What reading inputs gave. */
export type InputsRead =
  | { readonly how: "read"; readonly inputs: Job["inputs"] }
  /** The bytes of these members' outputs are gone or damaged. */
  | { readonly how: "lost"; readonly producers: readonly number[] }
  /** An input is no longer the one that the key was made from. */
  | { readonly how: "stale" }
  | { readonly how: "failed"; readonly message: string };

/** Where inputs come from. */
export interface InputSources {
  readonly store: Pick<Store, "read">;
  readonly files: Pick<InputFiles, "read">;
  /** Of finished members, by index. */
  readonly manifests: readonly (Manifest | undefined)[];
  /** Whether a member failed or was skipped, so that ports with `omitFailed` do without it. */
  readonly isOmitted?: (index: number) => boolean;
}

const atOnce = 64;

/**
 * Reads all inputs of a member whose action is known.
 *
 * @example
 * ```ts
 * import { readInputs } from "#lib/scheduler/read_inputs.ts";
 * import { fakeFiles, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { TinyStore } from "#tests/support/tiny_store.ts";
 * import { assertEquals } from "@std/assert";
 * const { members } = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
 * const sources = { store: new TinyStore(), files: fakeFiles(), manifests: [undefined, undefined] };
 * const action = { recipe: {}, params: {}, inputs: { in: [{ digest: "sha256:0" }] } };
 * assertEquals(await readInputs(members[1], action as never, sources), { how: "stale" });
 * ```
 */
export async function readInputs(
  member: StageMember,
  action: Action,
  sources: InputSources,
): Promise<InputsRead> {
  const lost = new Set<number>();
  const inputs: Record<string, readonly JobInput[]> = {};
  for (const [name, port] of Object.entries(member.inputs)) {
    const taken: JobInput[] = [];
    const bound = boundSources(port, sources);
    if (bound.length !== action.inputs[name].length) return { how: "stale" };
    for (let i = 0; i < bound.length; i += atOnce) {
      const batch = await Promise.all(
        bound.slice(i, i + atOnce).map((source, k) =>
          readInput(source, port, action.inputs[name][i + k].digest, sources)
        ),
      );
      for (const read of batch) {
        if (read === "stale") return { how: "stale" };
        else if (typeof read === "string") return { how: "failed", message: read };
        else if (typeof read === "number") lost.add(read);
        else taken.push(read);
      }
    }
    inputs[name] = taken;
  }
  return lost.size > 0 ? { how: "lost", producers: [...lost] } : { how: "read", inputs };
}

function boundSources(
  { sources, omitFailed }: BoundPort,
  { isOmitted }: InputSources,
): readonly Source[] {
  if (omitFailed !== true || isOmitted === undefined) return sources;
  return sources.filter((source) => !("from" in source) || !isOmitted(source.from));
}

/** The input, the index of the member that must make it again, `stale`, or what is wrong. */
async function readInput(
  source: Source,
  { coords }: BoundPort,
  digest: string,
  { store, files, manifests }: InputSources,
): Promise<JobInput | number | string> {
  const shown = coords ? source.coords : {};
  if ("file" in source) {
    const bytes = await files.read(source.file);
    if (!bytes.ok) return bytes.error;
    const encoded = file.encode(bytes.value);
    if (digestOfArtifact(file.kind, encoded) !== digest) {
      return `the input file ${source.file} changed while the run was going on; run again`;
    }
    return { kind: file.kind, files: encoded, coords: shown };
  }
  const whole = manifests[source.from]?.outputs[source.output];
  const artifact = source.part === undefined || whole === undefined
    ? whole
    : partOf(whole, source.part);
  if (artifact === undefined || artifact.digest !== digest) return "stale";
  if (source.part !== undefined && Object.keys(artifact.files).length === 0) {
    return `the table has no files in ${source.part.folder}, which one of its rows names`;
  }
  const bytes = await store.read(artifact);
  return bytes === undefined ? source.from : { kind: artifact.kind, files: bytes, coords: shown };
}
