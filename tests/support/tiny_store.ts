// The smallest store that is one: everything in memory, locks within the process, damage on request.

import { digestOfFiles } from "#lib/core/artifact.ts";
import { type ActionKey, type Digest, digestOf } from "#lib/core/digest.ts";
import type { Files } from "#lib/core/artifact.ts";
import type { Manifest, StoredArtifact } from "#lib/core/manifest.ts";
import type { Reads } from "#lib/core/trace.ts";
import { type CommitOptions, StorageError, type Store } from "#lib/core/store.ts";

/** A store in memory, with counters and ways to hurt it. */
export class TinyStore implements Store {
  readonly blobs = new Map<Digest, Uint8Array>();
  readonly results = new Map<ActionKey, Manifest>();
  /** Results by what their tasks looked at. */
  readonly traces = new Map<Digest, Manifest>();
  /** The shapes of reads by weak key, latest first. */
  readonly #shapes = new Map<Digest, Reads[]>();
  readonly counts = {
    lookups: 0,
    looks: 0,
    reads: 0,
    commits: 0,
    aliases: 0,
    refreshes: 0,
    locks: 0,
    flushes: 0,
  };
  /** Set to make commits fail. */
  full = false;
  /** Called while a key is being locked, before the lock is given. */
  beforeLock: (key: ActionKey) => void | Promise<void> = () => {};
  readonly #locked = new Map<ActionKey, Promise<void>>();

  lookup(key: ActionKey): Manifest | undefined {
    const manifest = this.recall(key);
    return manifest !== undefined && this.isPresent(manifest) ? manifest : undefined;
  }
  recall(key: ActionKey): Manifest | undefined {
    this.counts.lookups++;
    return this.results.get(key);
  }
  isPresent({ outputs }: Manifest): boolean {
    this.counts.looks++;
    for (const name in outputs) {
      const { files } = outputs[name];
      for (const file in files) if (!this.blobs.has(files[file].digest)) return false;
    }
    return true;
  }
  shapes(weak: Digest): readonly Reads[] {
    return this.#shapes.get(weak) ?? [];
  }
  traced(trace: Digest): Manifest | undefined {
    return this.traces.get(trace);
  }
  alias(manifest: Manifest): Promise<{ manifest: Manifest; durable: Promise<void> }> {
    this.counts.aliases++;
    this.results.set(manifest.key, manifest);
    return Promise.resolve({ manifest, durable: Promise.resolve() });
  }
  manifests(): Iterable<Manifest> {
    return [...this.results.values()].reverse();
  }
  refresh(): Promise<void> {
    this.counts.refreshes++;
    return Promise.resolve();
  }
  read(artifact: StoredArtifact): Promise<Files | undefined> {
    this.counts.reads++;
    const files: Record<string, Uint8Array> = {};
    for (const [name, { digest }] of Object.entries(artifact.files)) {
      const bytes = this.blobs.get(digest);
      if (bytes === undefined || digestOf(bytes) !== digest) return Promise.resolve(undefined);
      files[name] = bytes;
    }
    return Promise.resolve(files);
  }
  async commit(
    result: Omit<Manifest, "outputs">,
    outputs: Parameters<Store["commit"]>[1],
    { keep, log, trace }: CommitOptions = {},
  ): Promise<{ manifest: Manifest; durable: Promise<void> }> {
    this.counts.commits++;
    await Promise.resolve();
    if (this.full) throw new StorageError("write", "/store/cas", "ENOSPC");
    const stored = Object.fromEntries(
      Object.entries(outputs).map(([name, { kind, files, volatile }]) => {
        const entries = Object.entries(files).map(([file, bytes]) => {
          const digest = digestOf(bytes);
          this.blobs.set(digest, bytes.slice());
          return [file, { digest, size: bytes.length }] as const;
        });
        const digests = Object.fromEntries(entries.map(([file, { digest }]) => [file, digest]));
        const digest = volatile === true
          ? digestOf(`${result.key} ${name}`)
          : digestOfFiles(kind, digests);
        const shown = volatile === true ? { volatile } : {};
        return [name, { kind, digest, ...shown, files: Object.fromEntries(entries) }];
      }),
    );
    const printed = log === undefined ? {} : { log: { digest: digestOf(log), size: log.length } };
    if (log !== undefined) this.blobs.set(digestOf(log), log);
    const manifest: Manifest = { ...result, outputs: stored, ...printed };
    this.results.delete(result.key);
    this.results.set(result.key, manifest);
    if (keep === "digest") this.passing.add(manifest);
    if (trace !== undefined && result.reads !== undefined) this.#remember(manifest, trace);
    return { manifest, durable: Promise.resolve() };
  }
  async lock(key: ActionKey): Promise<Disposable> {
    this.counts.locks++;
    await this.beforeLock(key);
    while (this.#locked.has(key)) await this.#locked.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#locked.set(key, promise);
    return {
      [Symbol.dispose]: () => {
        this.#locked.delete(key);
        resolve();
      },
    };
  }
  flush(): Promise<void> {
    this.counts.flushes++;
    if (this.full) return Promise.reject(new StorageError("sync", "/store", "ENOSPC"));
    return Promise.resolve();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** Results of which only the digests are kept, until {@link TinyStore.collect}. */
  readonly passing = new Set<Manifest>();

  #remember(manifest: Manifest, trace: Digest): void {
    const text = JSON.stringify(manifest.reads);
    const shapes = this.#shapes.get(manifest.weak) ?? [];
    const others = shapes.filter((reads) => JSON.stringify(reads) !== text);
    this.#shapes.set(manifest.weak, [manifest.reads!, ...others]);
    this.traces.set(trace, manifest);
  }

  /** Removes the bytes of some results; their manifests stay. */
  collect(which: (manifest: Manifest) => boolean = (manifest) => this.passing.has(manifest)): void {
    const kept = new Set<Digest>();
    const gone = new Set<Digest>();
    for (const manifest of this.results.values()) {
      for (const { files } of Object.values(manifest.outputs)) {
        for (const { digest } of Object.values(files)) {
          (which(manifest) ? gone : kept).add(digest);
        }
      }
    }
    for (const digest of gone) if (!kept.has(digest)) this.blobs.delete(digest);
  }

  /** Flips a bit of every file of an artifact. */
  damage(artifact: StoredArtifact): void {
    for (const { digest } of Object.values(artifact.files)) {
      const bytes = this.blobs.get(digest)!.slice();
      bytes[0] ^= 1;
      this.blobs.set(digest, bytes);
    }
  }
}
