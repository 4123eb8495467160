// The store on a file system: results in append-only segments, large files under their digest, and nothing that
// many processes at once, a kill or a power cut could tear. The files are described in `.github/store_format.md`.

import type { Files } from "../core/artifact.ts";
import type { ActionKey, Digest } from "../core/digest.ts";
import { type Clock, type Disk, DiskError } from "../core/disk.ts";
import type { Manifest, StoredArtifact, StoredFile } from "../core/manifest.ts";
import type { CommitOptions, Committed, OutputBytes, StateFolder, Store } from "../core/store.ts";
import type { Reads } from "../core/trace.ts";
import type { KeyLock } from "./key_locks.ts";
import { layoutOf } from "./layout.ts";
import { withLeases } from "./leases.ts";
import { type ReadFile, receive, type Received } from "./receiver.ts";
import { keepRun, type KeptRun } from "./roots.ts";
import { sessionOf } from "./segment.ts";
import type { TraceBody } from "./segment_line.ts";
import { checkFormat, tidy } from "./session.ts";
import {
  type FsStoreOptions,
  type StoreParts,
  storeParts,
  type StorePlace,
} from "./store_parts.ts";
import { orStorageError, storageError } from "./storage_errors.ts";

export type { FsStoreOptions } from "./store_parts.ts";

/**
 * Opens the store in a folder. Nothing is written before the first commit, so a store that cannot be written
 * can be read.
 *
 * @throws {StorageError} if the store cannot be read or has a format that this code does not know.
 *
 * @example
 * ```ts
 * import { openFsStore } from "#lib/store/fs_store.ts";
 * import { denoWorld } from "#lib/world/deno_world.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * await using store = await openFsStore(denoWorld(), "no/such/store");
 * assertEquals(store.lookup(digestOf("") as never), undefined);
 * ```
 */
export async function openFsStore(
  { disk, clock }: { readonly disk: Disk; readonly clock: Clock },
  root: string,
  options: FsStoreOptions = {},
): Promise<FsStore> {
  const world = { disk: withLeases(disk, clock, options.leases), clock };
  const layout = layoutOf(root);
  const warn = options.warn ?? (() => {});
  try {
    checkFormat(world.disk, layout, warn);
    const store = new FsStore({ ...world, layout }, options);
    const isAlive = options.readOnly ? () => true : await tidy(world.disk, layout);
    await store.refresh();
    store.warnOfTorn(isAlive);
    return store;
  } catch (error) {
    throw storageError(error);
  }
}

/** A store on a file system. Made by {@link openFsStore}. */
export class FsStore implements Store {
  readonly #place: StorePlace;
  readonly #warn: (message: string) => void;
  readonly #parts: StoreParts;
  #closing: Promise<void> | undefined;

  /** Use {@link openFsStore}. */
  constructor(place: StorePlace, options: FsStoreOptions) {
    this.#place = place;
    this.#warn = options.warn ?? (() => {});
    this.#parts = storeParts(place, options);
  }

  lookup(key: ActionKey): Manifest | undefined {
    return this.#parts.results.whole(key)?.manifest;
  }

  recall(key: ActionKey): Manifest | undefined {
    return this.#parts.results.recall(key);
  }

  isPresent(manifest: Manifest): boolean {
    return this.#parts.bytes.arePresent(manifest);
  }

  shapes(weak: Digest): readonly Reads[] {
    return this.#parts.traces.shapes(weak);
  }

  traced(trace: Digest): Manifest | undefined {
    const key = this.#parts.traces.key(trace);
    return key === undefined ? undefined : this.recall(key);
  }

  manifests(): Iterable<Manifest> {
    return this.#parts.index.manifests();
  }

  async refresh(): Promise<void> {
    await orStorageError(() => this.#parts.refresh());
  }

  async read(artifact: StoredArtifact): Promise<Files | undefined> {
    const names = Object.keys(artifact.files);
    const contents = await orStorageError(() =>
      Promise.all(names.map((name) => this.#parts.bytes.read(artifact.files[name])))
    );
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < names.length; i++) {
      const bytes = contents[i];
      if (bytes === undefined) return undefined;
      files[names[i]] = bytes;
    }
    return files;
  }

  commit(
    result: Omit<Manifest, "outputs">,
    outputs: Readonly<Record<string, OutputBytes>>,
    options: CommitOptions = {},
  ): Promise<Committed> {
    return orStorageError(() => this.#parts.recorder.commit(result, outputs, options));
  }

  /**
   * Takes over a result of another store: the files that are missing here, and then its manifest. A result of the
   * same key that is known here stands.
   *
   * @param readFile the verified bytes of a file there; `undefined` if they are not there, either
   * @throws {StorageError}
   */
  receive(manifest: Manifest, readFile: ReadFile): Promise<Received> {
    return orStorageError(() => receive(manifest, readFile, this.#parts));
  }

  /** The verified bytes of one file of a result; `undefined` if they are not there. */
  async readFile(file: StoredFile): Promise<Uint8Array | undefined> {
    return await orStorageError(() => this.#parts.bytes.read(file));
  }

  /** As `recall`, but with everything that is known read and checked. */
  recallWhole(key: ActionKey): Manifest | undefined {
    return this.#parts.results.recallWhole(key);
  }

  /** All traces known. */
  traces(): Iterable<readonly [Digest, TraceBody]> {
    return this.#parts.traces.entries();
  }

  /** Notes a trace of another store. */
  learn(trace: Digest, body: TraceBody): void {
    if (this.#parts.traces.key(trace) === undefined) this.#parts.traces.add(trace, body);
  }

  states(space: Digest): StateFolder {
    return this.#parts.states(space);
  }

  alias(manifest: Manifest): Promise<Committed> {
    return orStorageError(() => this.#parts.recorder.alias(manifest));
  }

  async lock(key: ActionKey): Promise<Disposable> {
    return await orStorageError(async () => {
      await this.#parts.session.start();
      return await this.#refreshed(await this.#parts.locks.lock(key));
    });
  }

  /** Like {@link lock}, but does not wait: `undefined` if somebody works on the key. @throws {StorageError} */
  async tryLock(key: ActionKey): Promise<Disposable | undefined> {
    return await orStorageError(async () => {
      await this.#parts.session.start();
      const lock = await this.#parts.locks.tryLock(key);
      return lock === undefined ? undefined : await this.#refreshed(lock);
    });
  }

  /**
   * Notes that `gc` is to keep the results of a run. A store that cannot be written is left as it is.
   *
   * @throws {StorageError}
   */
  async keepRun(run: KeptRun): Promise<void> {
    const { disk, layout, clock } = this.#place;
    try {
      if (disk.stat(layout.locks) === undefined) return;
      const gate = await disk.lock(layout.gate);
      try {
        await keepRun(disk, clock, layout, run);
      } finally {
        gate.release();
      }
    } catch (error) {
      if (error instanceof DiskError && readOnly.has(error.errno)) return;
      throw storageError(error);
    }
  }

  async flush(): Promise<void> {
    await orStorageError(() => this.#parts.groups.flush());
    await this.#parts.traces.flush();
    await this.#parts.bytes.vouchForFound();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#parts.bytes.vouchForFound();
      this.#parts.bytes.close();
      const ours = await this.#parts.log.close(this.#place.clock.now() - stampMs);
      await this.#parts.index.pack(ours);
      await this.#parts.traces.close();
      await this.#parts.locks.end();
      if (this.#parts.session.started) await this.#parts.session.end();
      await this.#place.disk.settled();
    }
  }

  /** Tells of segments that end within a line although nobody writes them any more. */
  warnOfTorn(isAlive: (session: string) => boolean): void {
    for (const { id, path, scanned, size } of this.#parts.index.unfinished()) {
      if (isAlive(sessionOf(id))) continue;
      this.#warn(`${path} ends within a line: ${size - scanned} bytes were passed over`);
    }
  }

  /** A lock together with all that its last holder committed. */
  async #refreshed(lock: KeyLock): Promise<Disposable> {
    try {
      if (!lock.isFresh) await this.#parts.refresh();
      return lock;
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }
}

const stampMs = 10_000;
const readOnly: ReadonlySet<string> = new Set(["EROFS", "EACCES", "EPERM", "NotCapable"]);
