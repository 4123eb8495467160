// The store's interface: results by key, bytes by digest.

import type { Files } from "./artifact.ts";
import type { ActionKey, Digest } from "./digest.ts";
import type { Manifest, StoredArtifact } from "./manifest.ts";
import type { Reads } from "./trace.ts";

/** Why a store could not do what was asked: the path and the system's own word for it. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  constructor(readonly operation: string, readonly path: string, readonly reason: string) {
    super(`${operation} ${path}: ${reason}`);
  }
}

/** An output before it is stored. */
export interface OutputBytes {
  readonly kind: string;
  readonly files: Files;
  readonly volatile?: boolean;
}

/** How a result is kept. */
export interface CommitOptions {
  /** `digest`: large files serve the runs that are going on, and afterwards only their digests are known. */
  readonly keep?: "full" | "digest";
  /** What the stage printed. */
  readonly log?: Uint8Array;
  /**
   * The action's {@link traceKey} for the manifest's `reads`: `traced` finds the result under it. Without it a
   * result with `reads` is found so only if they name no files of inputs.
   */
  readonly trace?: Digest;
}

/** A result that can be found. */
export interface Committed {
  /** The manifest that counts from now on: the one given, or an earlier one of the same key that stands. */
  readonly manifest: Manifest;
  /** Resolves once the result would survive a power cut. */
  readonly durable: Promise<void>;
}

/** States on the way of one namespace: see `SavedStates`. */
export interface StateFolder {
  /** Labels of what is there, sorted. Empty also if it cannot be read. */
  list(): Promise<readonly string[]>;
  /** Id of the stage that kept one of them, for people. */
  owner(): Promise<string | undefined>;
  /** The verified bytes; `undefined` if they are absent or damaged. */
  load(label: string): Promise<Uint8Array | undefined>;
  /**
   * Keeps bytes under a label. What is there already and whole stands, unless it is to be replaced. Nothing is promised
   * to survive a power cut, but what does not is absent.
   *
   * @param of the stage.
   * @throws {StorageError}
   */
  save(
    label: string,
    bytes: Uint8Array,
    options: { readonly of: string; readonly replace?: boolean },
  ): Promise<void>;
  /** Removes what is there of these. Does not throw. */
  drop(labels: readonly string[]): Promise<void>;
}

/**
 * Where results are kept. Many processes may use one store at a time.
 *
 * One key has one result at a time. The first that was committed stands for as long as its bytes are there, and
 * also without them as long as nobody commits other ones (see {@link Store.commit}).
 */
export interface Store extends AsyncDisposable {
  /**
   * The result of an action, if its manifest is known here and its files look untouched: `recall(key)`, if
   * `isPresent` says so of it.
   */
  lookup(key: ActionKey): Manifest | undefined;
  /**
   * The result of an action if its manifest is known here, whether or not its bytes are still there (collected,
   * damaged, or kept by digest only). Looks at no file.
   */
  recall(key: ActionKey): Manifest | undefined;
  /**
   * Whether the bytes of all outputs lie here and look untouched. Looks at files and reads only those that nobody
   * vouches for; a result of small files costs nothing. The log does not count.
   */
  isPresent(manifest: Manifest): boolean;
  /** What tasks of a weak key were seen to look at: the distinct shapes, the latest first. */
  shapes(weak: Digest): readonly Reads[];
  /**
   * The result whose task looked at the same values, by `traceKey`. As `recall`: its bytes may be gone. Its key is
   * another one; {@link Store.alias} gives the result a second key.
   */
  traced(trace: Digest): Manifest | undefined;
  /** All manifests known, latest first, for `why` and `stats`. */
  manifests(): Iterable<Manifest>;
  /** Sees what other processes have committed since. */
  refresh(): Promise<void>;
  /**
   * The verified bytes of an artifact; `undefined` if a file is missing or its bytes are not what they were.
   * The log of a manifest is read by `read({ kind: "file", digest: log.digest, files: { log } })`.
   */
  read(artifact: StoredArtifact): Promise<Files | undefined>;
  /**
   * Stores outputs and, after them, the manifest. Resolves once the result can be found.
   *
   * If the key has a result already:
   * - its bytes are there: it stands, whatever was computed now (compare `manifest` with what you made);
   * - its bytes are gone and the new ones are the same: they come back, and it stands;
   * - its bytes are gone and the new ones differ: the new result takes its place, for `lookup` and `recall` of every
   *   process from now on. Compare `recall(key)` before with `manifest` to tell of it. Volatile outputs may differ
   *   without a change of any artifact's digest.
   *
   * `keep: "digest"`: large files go where all processes can read them for as long as any process with this store
   * open goes on writing; afterwards `recall` still knows the result, and `isPresent` denies it. Small files and the
   * log are kept. A volatile output's digest is `digestOfValue({ volatile: key, output: name })`.
   *
   * @throws {StorageError}
   */
  commit(
    result: Omit<Manifest, "outputs">,
    outputs: Readonly<Record<string, OutputBytes>>,
    options?: CommitOptions,
  ): Promise<Committed>;
  /**
   * Records a known result under another key: `manifest` with the new key, weak key, action and provenance, and the
   * outputs as they are. No bytes move, and they need not be there. A result that the key has already stands.
   *
   * @throws {StorageError}
   */
  alias?(manifest: Manifest): Promise<Committed>;
  /** States on the way of all actions of a namespace (`stateSpace`); absent in stores that keep none. */
  states?(space: Digest): StateFolder;
  /** Waits until nobody else works on the key, and keeps others waiting until released. */
  lock(key: ActionKey): Promise<Disposable>;
  /** The same without waiting: `undefined` if somebody works on the key. */
  tryLock?(key: ActionKey): Promise<Disposable | undefined>;
  /** Waits until everything committed is durable. @throws {StorageError} */
  flush(): Promise<void>;
}
