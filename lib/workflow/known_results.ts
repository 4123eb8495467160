// Whether the result of an action is known: under its key, or because an earlier action of the same code differed in
// nothing that its task looked at (a verifying trace, lib/core/trace.ts). Shared by plans and runs.

import type { ActionKey, Digest } from "../core/digest.ts";
import type { Manifest, StoredArtifact } from "../core/manifest.ts";
import type { Store } from "../core/store.ts";
import { type FilesOf, traceKey } from "../core/trace.ts";
import type { StageMember } from "./graph.ts";
import type { KeyedAction } from "./keys.ts";
import { partOf } from "./part.ts";

/** What is asked of a store; without `recall`, results whose bytes are gone count as unknown. */
export type ResultStore =
  & Pick<Store, "lookup">
  & Partial<Pick<Store, "recall" | "isPresent" | "shapes" | "traced" | "read" | "states">>;

/** A known result. */
export interface KnownResult {
  readonly manifest: Manifest;
  /** Found by what its task looked at; the manifest is that of another key. */
  readonly traced: boolean;
}

/** The output of the member at an index, where it is known. */
export type ArtifactOf = (index: number, output: string) => StoredArtifact | undefined;

/** Different ways to look at params and inputs that are tried for one action. */
const maxShapes = 32;

/**
 * The known result of an action, its bytes being there or not: its own, or one of a class that was accepted.
 *
 * @example
 * ```ts
 * import { knownResult } from "#lib/workflow/known_results.ts";
 * import { prepareKeys } from "#lib/workflow/keys.ts";
 * import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { TinyStore } from "#tests/support/tiny_store.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const { members } = fakeGraph([{ id: "a" }]);
 * const keyed = (await prepareKeys(members, fakeDeps())).keyed(0, () => undefined);
 * assert(keyed?.ok);
 * assertEquals(knownResult(new TinyStore(), keyed.value, members[0], () => undefined), undefined);
 * ```
 */
export function knownResult(
  store: ResultStore,
  keyed: KeyedAction,
  member: StageMember,
  artifactOf: ArtifactOf,
): KnownResult | undefined {
  const recall = (key: ActionKey) =>
    store.recall === undefined ? store.lookup(key) : store.recall(key);
  const own = recall(keyed.key);
  if (own !== undefined) return { manifest: own, traced: false };
  const manifest = tracedResult(store, keyed, member, artifactOf);
  if (manifest !== undefined) return { manifest, traced: true };
  for (const { key } of keyed.accepted ?? []) {
    const other = recall(key);
    if (other !== undefined) return { manifest: other, traced: false };
  }
  return undefined;
}

/**
 * The result of another action of the same code that looked at nothing in which this one differs.
 *
 * @example
 * ```ts
 * import { tracedResult } from "#lib/workflow/known_results.ts";
 * import { assertEquals } from "@std/assert";
 * const nothing = { lookup: () => undefined };
 * assertEquals(tracedResult(nothing, {} as never, {} as never, () => undefined), undefined);
 * ```
 */
export function tracedResult(
  store: ResultStore,
  keyed: KeyedAction,
  member: StageMember,
  artifactOf: ArtifactOf,
): Manifest | undefined {
  if (store.shapes === undefined || keyed.action.command !== undefined) return undefined;
  const shapes = store.shapes(keyed.weak);
  if (shapes.length === 0) return undefined;
  const files = filesOfInputs(member, artifactOf);
  for (const reads of shapes.slice(0, maxShapes)) {
    const trace = traceKey(keyed.weak, reads, keyed.action, files);
    const manifest = trace === undefined ? undefined : store.traced?.(trace);
    if (manifest !== undefined) return manifest;
  }
  return undefined;
}

/**
 * Whether the bytes of a known result are there.
 *
 * @example
 * ```ts
 * import { isPresent } from "#lib/workflow/known_results.ts";
 * import { TinyStore } from "#tests/support/tiny_store.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(isPresent(new TinyStore(), { outputs: {} } as never), true);
 * ```
 */
export function isPresent(store: ResultStore, manifest: Manifest): boolean {
  return store.isPresent?.(manifest) ?? true;
}

/**
 * The files of a member's inputs by their digests, for trace keys.
 *
 * @example
 * ```ts
 * import { filesOfInputs } from "#lib/workflow/known_results.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const { members } = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
 * const [digest, text] = [digestOf("artifact"), digestOf("text")];
 * const made = { kind: "text", digest, files: { "text.txt": { digest: text, size: 4 } } };
 * assertEquals(filesOfInputs(members[1], () => made)({ digest }), { "text.txt": text });
 * ```
 */
export function filesOfInputs(
  { inputs }: Pick<StageMember, "inputs">,
  artifactOf: ArtifactOf,
): FilesOf {
  let artifacts: Map<Digest, StoredArtifact> | undefined;
  return ({ digest }) => {
    artifacts ??= artifactsOf(inputs, artifactOf);
    const artifact = artifacts.get(digest);
    // What no member made is a file that the workflow names: one file, whose digest says as much as the artifact's.
    return artifact === undefined ? { data: digest } : digestsOf(artifact.files);
  };
}

function artifactsOf(inputs: StageMember["inputs"], artifactOf: ArtifactOf) {
  const found = new Map<Digest, StoredArtifact>();
  for (const name in inputs) {
    for (const source of inputs[name].sources) {
      if ("file" in source) continue;
      const whole = artifactOf(source.from, source.output);
      if (whole === undefined) continue;
      const artifact = source.part === undefined ? whole : partOf(whole, source.part);
      found.set(artifact.digest, artifact);
    }
  }
  return found;
}

const known = new WeakMap<StoredArtifact["files"], Readonly<Record<string, Digest>>>();

function digestsOf(files: StoredArtifact["files"]): Readonly<Record<string, Digest>> {
  let digests = known.get(files);
  if (digests === undefined) {
    const entries = Object.entries(files).map(([name, { digest }]) => [name, digest] as const);
    known.set(files, digests = Object.fromEntries(entries));
  }
  return digests;
}
