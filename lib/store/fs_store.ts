// The store on a file system: results in append-only segments, large files under their digest, and nothing that
// many processes at once, a kill or a power cut could tear. The files are described in `.github/store_format.md`.

import { randomBytes } from "node:crypto";
import type { Files } from "../core/artifact.ts";
import type { ActionKey, Digest } from "../core/digest.ts";
import { type Clock, type Disk, DiskError } from "../core/disk.ts";
import type { Manifest, StoredArtifact, StoredFile } from "../core/manifest.ts";
import {
  type CommitOptions,
  type Committed,
  type OutputBytes,
  StorageError,
  type Store,
} from "../core/store.ts";
import { type Reads, traceKey } from "../core/trace.ts";
import type { PendingBlob } from "./blobs.ts";
import { GroupCommit } from "./group_commit.ts";
import { KeyLocks } from "./key_locks.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { type LeasedDisk, type LeaseOptions, withLeases } from "./leases.ts";
import { plainOutputs } from "./lazy_manifest.ts";
import { ManifestLog } from "./manifest_log.ts";
import { PackedFolder } from "./packed_folder.ts";
import { keepRun, type KeptRun } from "./roots.ts";
import { type Entry, sessionOf } from "./segment.ts";
import { SegmentIndex } from "./segment_index.ts";
import type { TraceBody } from "./segment_line.ts";
import { checkFormat, Session, tidy } from "./session.ts";
import { orStorageError, storageError, storageErrorLater } from "./storage_errors.ts";
import { StoredBytes } from "./stored_bytes.ts";
import { filesOf, splitArtifact, splitLog, volatileDigest } from "./stored_files.ts";
import { TraceLog } from "./trace_log.ts";

/** How a store is opened. */
export interface FsStoreOptions {
  /** Folder of the disposable index of verified files, on a local disk. Without it every process hashes anew. */
  readonly index?: string;
  /** Told of damage that was found and passed over. */
  readonly warn?: (message: string) => void;
  /** How long commits are collected before they are made durable together, in ms. */
  readonly groupMs?: number;
  /** Leaves alone what dead sessions left behind, as in a store that belongs to others. */
  readonly readOnly?: boolean;
  /** How locks are kept where the kernel has none. */
  readonly leases?: LeaseOptions;
  /** Segments from this size on are packed into the index, in bytes. */
  readonly packFrom?: number;
  /** Makes the names of sessions; they must be unique and sort by time. */
  readonly newId?: () => string;
}

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
    const store = new FsStore(world, layout, options);
    const isAlive = options.readOnly ? () => true : await tidy(world.disk, layout);
    await store.refresh();
    store.warnOfTorn(isAlive);
    return store;
  } catch (error) {
    throw storageError(error);
  }
}

/** What came of a result of another store. */
export interface Received {
  readonly how: "copied" | "completed" | "there" | "differs";
  readonly files: number;
  readonly bytes: number;
  /** Files that are not here, and were not there. */
  readonly lacking: number;
}

/** A store on a file system. Made by {@link openFsStore}. */
export class FsStore implements Store {
  readonly #warn: (message: string) => void;
  readonly #world: { readonly disk: LeasedDisk; readonly clock: Clock; readonly layout: Layout };
  readonly #index: SegmentIndex;
  readonly #bytes: StoredBytes;
  readonly #session: Session;
  readonly #groups: GroupCommit;
  readonly #locks: KeyLocks;
  readonly #log: ManifestLog;
  readonly #traces: TraceLog;
  /** Commits of this process that were not durable when last seen. */
  readonly #ours = new Map<ActionKey, Committed>();
  #closing: Promise<void> | undefined;

  /** Use {@link openFsStore}. */
  constructor(
    { disk, clock }: { readonly disk: LeasedDisk; readonly clock: Clock },
    layout: Layout,
    { index, packFrom, warn = () => {}, groupMs = 100, newId = () => newSessionId(clock) }:
      FsStoreOptions,
  ) {
    this.#warn = warn;
    this.#world = { disk, clock, layout };
    this.#session = new Session(disk, layout, newId());
    const packed = new PackedFolder(disk, index, layout.root);
    this.#index = new SegmentIndex({
      disk,
      clock,
      layout,
      warn,
      packed,
      ...(packFrom !== undefined && { packFrom }),
    });
    const { temporaryPath } = this.#session;
    this.#bytes = new StoredBytes({ disk, clock, layout, warn, temporaryPath, index, newId });
    this.#traces = new TraceLog(disk, layout, this.#session.id, warn);
    this.#locks = new KeyLocks(disk, layout.locks);
    this.#log = new ManifestLog(disk, layout, this.#index, this.#session.id);
    this.#groups = new GroupCommit({
      clock,
      groupMs,
      blobs: this.#bytes.kept,
      syncSession: () => this.#session.sync(),
      onDurable: () => this.#bytes.vouchForFound(),
      onFailed: (entries, writer) => {
        for (const entry of entries) {
          this.#index.drop(entry);
          this.#ours.delete(entry.key);
        }
        if (writer !== undefined) this.#log.giveUp(writer);
      },
    });
  }

  lookup(key: ActionKey): Manifest | undefined {
    return this.#whole(key)?.manifest;
  }

  recall(key: ActionKey): Manifest | undefined {
    const entries = this.#index.entries(key);
    if (entries.length === 0) return undefined;
    if (entries.length === 1) return this.#index.load(entries[0]);
    const candidates = this.#index.candidates(key);
    if (candidates.length < 2) return candidates[0]?.manifest;
    return candidates.find(({ manifest }) => this.isPresent(manifest))?.manifest ??
      candidates[0].manifest;
  }

  isPresent(manifest: Manifest): boolean {
    return this.#bytes.arePresent(manifest);
  }

  shapes(weak: Digest): readonly Reads[] {
    return this.#traces.shapes(weak);
  }

  traced(trace: Digest): Manifest | undefined {
    const key = this.#traces.key(trace);
    return key === undefined ? undefined : this.recall(key);
  }

  manifests(): Iterable<Manifest> {
    return this.#index.manifests();
  }

  async refresh(): Promise<void> {
    await orStorageError(() => this.#refresh());
  }

  async read(artifact: StoredArtifact): Promise<Files | undefined> {
    const names = Object.keys(artifact.files);
    const contents = await orStorageError(() =>
      Promise.all(names.map((name) => this.#bytes.read(artifact.files[name])))
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
    { keep, log, trace }: CommitOptions = {},
  ): Promise<Committed> {
    return orStorageError(async () => {
      const { key } = result;
      const split = Object.entries(outputs).map(([port, output]) =>
        [port, splitArtifact(output, volatileDigest(key, port))] as const
      );
      const stored = Object.fromEntries(split.map(([port, { artifact }]) => [port, artifact]));
      const printed = log === undefined ? undefined : splitLog(log);
      await this.#session.start();
      const large = split.flatMap(([, artifact]) => artifact.blobs);
      const lasting = [...(keep === "digest" ? [] : large), ...(printed?.blobs ?? [])];
      const pending = await this.#bytes.keep(lasting);
      if (keep === "digest") await this.#bytes.keepForNow(large);
      const shown = trace ?? traceOf(result);
      if (shown !== undefined) {
        this.#traces.add(shown, { weak: result.weak, reads: result.reads!, key });
      }
      // Whoever was first stands, so that a key keeps the result that others may have used already. If its bytes
      // were gone and ours are the same, they are back by now.
      const first = this.#whole(key);
      if (first !== undefined) return await this.#stand(first, pending);
      const [gone] = this.#index.entries(key);
      const manifest: Manifest = {
        ...result,
        outputs: stored,
        ...(keep === undefined || keep === "full" ? {} : { keep }),
        ...(printed === undefined ? {} : { log: printed.log }),
      };
      return await this.#record(manifest, gone === undefined ? 0 : gone.generation + 1, pending);
    });
  }

  /**
   * Takes over a result of another store: the files that are missing here, and then its manifest. A result of the
   * same key that is known here stands.
   *
   * @param readFile the verified bytes of a file there; `undefined` if they are not there, either
   * @throws {StorageError}
   */
  receive(
    manifest: Manifest,
    readFile: (file: StoredFile) => Promise<Uint8Array | undefined>,
  ): Promise<Received> {
    return orStorageError(async () => {
      const [known] = this.#index.candidates(manifest.key);
      const came = { files: 0, bytes: 0, lacking: 0 };
      if (known !== undefined && !sameOutputs(known.manifest, manifest)) {
        return { how: "differs", ...came };
      }
      const standing = known?.manifest ?? manifest;
      const pending: (PendingBlob | undefined)[] = [];
      for (const { file } of filesOf(standing)) {
        if (!this.#bytes.kept.check(file)) {
          const bytes = await readFile(file);
          if (bytes === undefined) {
            came.lacking++;
            continue;
          }
          await this.#session.start();
          await this.#bytes.keep([{ digest: file.digest, bytes }]);
          came.files++;
          came.bytes += bytes.length;
        }
        pending.push(this.#bytes.kept.pending(file.digest));
      }
      if (known === undefined) {
        await this.#session.start();
        await this.#record(manifest, 0, pending);
        return { how: "copied", ...came };
      }
      if (came.files > 0) {
        storageErrorLater(this.#groups.add(pending.filter((blob) => blob !== undefined)));
      }
      return { how: came.files > 0 ? "completed" : "there", ...came };
    });
  }

  /** The verified bytes of one file of a result; `undefined` if they are not there. */
  async readFile(file: StoredFile): Promise<Uint8Array | undefined> {
    return await orStorageError(() => this.#bytes.read(file));
  }

  /** As `recall`, but with everything that is known read and checked. */
  recallWhole(key: ActionKey): Manifest | undefined {
    const entries = this.#index.entries(key);
    const chosen = entries.length < 2
      ? entries[0]
      : (this.#whole(key) ?? this.#index.candidates(key)[0])?.entry;
    return chosen === undefined ? undefined : this.#index.loadWhole(chosen);
  }

  /** All traces known. */
  traces(): Iterable<readonly [Digest, TraceBody]> {
    return this.#traces.entries();
  }

  /** Notes a trace of another store. */
  learn(trace: Digest, body: TraceBody): void {
    if (this.#traces.key(trace) === undefined) this.#traces.add(trace, body);
  }

  alias(manifest: Manifest): Promise<Committed> {
    return orStorageError(async () => {
      await this.#session.start();
      const [first] = this.#index.candidates(manifest.key);
      if (first !== undefined) return await this.#stand(first, []);
      const trace = traceOf(manifest);
      if (trace !== undefined) {
        this.#traces.add(trace, { weak: manifest.weak, reads: manifest.reads!, key: manifest.key });
      }
      // Checked, so that the files of others that are not durable yet become so with this manifest.
      this.isPresent(manifest);
      return await this.#record(manifest, 0, this.#bytes.pendingOf(manifest));
    });
  }

  async lock(key: ActionKey): Promise<Disposable> {
    return await orStorageError(async () => {
      await this.#session.start();
      return await this.#refreshed(await this.#locks.lock(key));
    });
  }

  /** Like {@link lock}, but does not wait: `undefined` if somebody works on the key. @throws {StorageError} */
  async tryLock(key: ActionKey): Promise<Disposable | undefined> {
    return await orStorageError(async () => {
      await this.#session.start();
      const lock = await this.#locks.tryLock(key);
      return lock === undefined ? undefined : await this.#refreshed(lock);
    });
  }

  /**
   * Notes that `gc` is to keep the results of a run. A store that cannot be written is left as it is.
   *
   * @throws {StorageError}
   */
  async keepRun(run: KeptRun): Promise<void> {
    const { disk, layout, clock } = this.#world;
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
    await orStorageError(() => this.#groups.flush());
    await this.#traces.flush();
    await this.#bytes.vouchForFound();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#bytes.vouchForFound();
      this.#bytes.close();
      const ours = await this.#log.close(this.#world.clock.now() - stampMs);
      await this.#index.pack(ours);
      await this.#traces.close();
      if (this.#session.started) await this.#session.end();
      await this.#world.disk.settled();
    }
  }

  /** Tells of segments that end within a line although nobody writes them any more. */
  warnOfTorn(isAlive: (session: string) => boolean): void {
    for (const { id, path, scanned, size } of this.#index.unfinished()) {
      if (isAlive(sessionOf(id))) continue;
      this.#warn(`${path} ends within a line: ${size - scanned} bytes were passed over`);
    }
  }

  async #refresh(): Promise<void> {
    await this.#index.refresh();
    await this.#traces.refresh(this.#index.live);
  }

  /** The result that counts, if its bytes are there. */
  #whole(key: ActionKey): Candidate | undefined {
    return this.#index.candidates(key).find(({ manifest }) => this.isPresent(manifest));
  }

  /** Lets a recorded result stand, and makes it durable if it may not be yet, as by another process. */
  async #stand(
    { entry, manifest }: Candidate,
    pending: readonly (PendingBlob | undefined)[],
  ): Promise<Committed> {
    const ours = this.#ours.get(manifest.key);
    if (ours !== undefined) return ours;
    if (entry.offset + entry.length > entry.segment.durable) {
      const all = [...pending, ...this.#bytes.pendingOf(manifest)];
      return await this.#record(manifest, entry.generation, all);
    }
    const blobs = [...pending, ...this.#bytes.pendingOf(manifest)].filter((blob) =>
      blob !== undefined
    );
    const durable = blobs.length === 0 ? Promise.resolve() : this.#groups.add(blobs);
    return { manifest, durable: storageErrorLater(durable) };
  }

  /** Appends a manifest. */
  async #record(
    manifest: Manifest,
    generation: number,
    pending: readonly (PendingBlob | undefined)[],
  ): Promise<Committed> {
    const outputs = plainOutputs(manifest.outputs);
    if (outputs === undefined) {
      const what = "it is damaged; `basin fsck --repair` sets it aside";
      throw new StorageError("copy the record of", manifest.key, what);
    }
    const appended = await this.#log.append({ ...manifest, outputs }, generation);
    const blobs = pending.filter((blob) => blob !== undefined);
    const durable = storageErrorLater(this.#groups.add(blobs, appended));
    const committed = { manifest, durable };
    this.#ours.set(manifest.key, committed);
    durable.then(() => this.#forget(manifest.key, committed), () => {});
    return committed;
  }

  /** A lock together with all that its last holder committed. */
  async #refreshed(lock: Disposable): Promise<Disposable> {
    try {
      await this.#refresh();
      return lock;
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  #forget(key: ActionKey, committed: unknown): void {
    if (this.#ours.get(key) === committed) this.#ours.delete(key);
  }
}

function sameOutputs(a: Manifest, b: Manifest): boolean {
  const ports = Object.keys(a.outputs);
  return ports.length === Object.keys(b.outputs).length &&
    ports.every((port) => a.outputs[port].digest === b.outputs[port]?.digest);
}

/** A manifest that may count, and where it lies. */
interface Candidate {
  readonly entry: Entry;
  readonly manifest: Manifest;
}

/** The trace of a result that looked at no files of its inputs by name; of others only the caller knows it. */
function traceOf({ weak, reads, action }: Omit<Manifest, "outputs">): Digest | undefined {
  return reads === undefined ? undefined : traceKey(weak, reads, action, () => undefined);
}

const stampMs = 10_000;
const readOnly: ReadonlySet<string> = new Set(["EROFS", "EACCES", "EPERM", "NotCapable"]);

/** 48 bits of time and 80 of chance, in digits that sort. */
function newSessionId(clock: Clock): string {
  const time = Math.max(0, Math.floor(clock.now())).toString(16).padStart(12, "0");
  return time + randomBytes(10).toString("hex");
}
