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
  /** The action's {@link traceKey} for the manifest's `reads`: `traced` finds the result under it. */
  readonly trace?: Digest;
}

/** Where results are kept. Many processes may use one store at a time. */
export interface Store extends AsyncDisposable {
  /** The result of an action, if its manifest is known here and its files look untouched. */
  lookup(key: ActionKey): Manifest | undefined;
  /** The result of an action if its manifest is known here, whether or not its bytes are still there. */
  recall(key: ActionKey): Manifest | undefined;
  /** Whether the bytes of a result lie here and look untouched. Looks at files, does not read them. */
  isPresent(manifest: Manifest): boolean;
  /** What tasks of a weak key were seen to look at: the distinct shapes, the latest first. */
  shapes(weak: Digest): readonly Reads[];
  /** The result whose task looked at the same values, by {@link traceKey}. */
  traced(trace: Digest): Manifest | undefined;
  /** All manifests known, latest first, for `why` and `stats`. */
  manifests(): Iterable<Manifest>;
  /** Sees what other processes have committed since. */
  refresh(): Promise<void>;
  /** The verified bytes of an artifact; `undefined` if a file is missing or its bytes are not what they were. */
  read(artifact: StoredArtifact): Promise<Files | undefined>;
  /**
   * Stores outputs and, after them, the manifest. Resolves once the result can be found;
   * `durable` resolves once it would survive a power cut.
   * @throws {StorageError}
   */
  commit(
    result: Omit<Manifest, "outputs">,
    outputs: Readonly<Record<string, OutputBytes>>,
    options?: CommitOptions,
  ): Promise<{ readonly manifest: Manifest; readonly durable: Promise<void> }>;
  /**
   * Stores a manifest whose outputs are stored already (those of a result that `traced` found) under its own key.
   * No bytes are moved, nothing is checked.
   * @throws {StorageError}
   */
  alias?(
    manifest: Manifest,
  ): Promise<{ readonly manifest: Manifest; readonly durable: Promise<void> }>;
  /** Waits until nobody else works on the key, and keeps others waiting until released. */
  lock(key: ActionKey): Promise<Disposable>;
  /** Waits until everything committed is durable. @throws {StorageError} */
  flush(): Promise<void>;
}
