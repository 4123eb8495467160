// The store's interface: results by key, bytes by digest.

import type { Files } from "./artifact.ts";
import type { ActionKey } from "./digest.ts";
import type { Manifest, StoredArtifact } from "./manifest.ts";

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
}

/** Where results are kept. Many processes may use one store at a time. */
export interface Store extends AsyncDisposable {
  /** The result of an action, if its manifest is known here and its files look untouched. */
  lookup(key: ActionKey): Manifest | undefined;
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
  ): Promise<{ readonly manifest: Manifest; readonly durable: Promise<void> }>;
  /** Waits until nobody else works on the key, and keeps others waiting until released. */
  lock(key: ActionKey): Promise<Disposable>;
  /** Waits until everything committed is durable. @throws {StorageError} */
  flush(): Promise<void>;
}
