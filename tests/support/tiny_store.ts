// The smallest store that is one: everything in memory, locks within the process, damage on request.

import { digestOfFiles } from "#lib/core/artifact.ts";
import { type ActionKey, type Digest, digestOf } from "#lib/core/digest.ts";
import type { Files } from "#lib/core/artifact.ts";
import type { Manifest, StoredArtifact } from "#lib/core/manifest.ts";
import type { Reads } from "#lib/core/trace.ts";
import { StorageError, type Store } from "#lib/core/store.ts";

/** A store in memory, with counters and ways to hurt it. */
export class TinyStore implements Store {
  readonly blobs = new Map<Digest, Uint8Array>();
  readonly results = new Map<ActionKey, Manifest>();
  readonly counts = { lookups: 0, reads: 0, commits: 0, refreshes: 0, locks: 0, flushes: 0 };
  /** Set to make commits fail. */
  full = false;
  /** Called while a key is being locked, before the lock is given. */
  beforeLock: (key: ActionKey) => void | Promise<void> = () => {};
  readonly #locked = new Map<ActionKey, Promise<void>>();

  lookup(key: ActionKey): Manifest | undefined {
    this.counts.lookups++;
    return this.results.get(key);
  }
  recall(key: ActionKey): Manifest | undefined {
    return this.results.get(key);
  }
  isPresent(manifest: Manifest): boolean {
    return Object.values(manifest.outputs).flatMap(({ files }) => Object.values(files))
      .every(({ digest }) => this.blobs.has(digest));
  }
  shapes(weak: Digest): readonly Reads[] {
    const found = [...this.results.values()].filter((m) => m.weak === weak && m.reads);
    return found.reverse().map(({ reads }) => reads!);
  }
  traced(): Manifest | undefined {
    return undefined;
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
  ): Promise<{ manifest: Manifest; durable: Promise<void> }> {
    this.counts.commits++;
    await Promise.resolve();
    if (this.full) throw new StorageError("write", "/store/cas", "ENOSPC");
    const stored = Object.fromEntries(
      Object.entries(outputs).map(([name, { kind, files }]) => {
        const entries = Object.entries(files).map(([file, bytes]) => {
          const digest = digestOf(bytes);
          this.blobs.set(digest, bytes.slice());
          return [file, { digest, size: bytes.length }] as const;
        });
        const digests = Object.fromEntries(entries.map(([file, { digest }]) => [file, digest]));
        const digest = digestOfFiles(kind, digests);
        return [name, { kind, digest, files: Object.fromEntries(entries) }];
      }),
    );
    const manifest = { ...result, outputs: stored };
    this.results.delete(result.key);
    this.results.set(result.key, manifest);
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

  /** Flips a bit of every file of an artifact. */
  damage(artifact: StoredArtifact): void {
    for (const { digest } of Object.values(artifact.files)) {
      const bytes = this.blobs.get(digest)!.slice();
      bytes[0] ^= 1;
      this.blobs.set(digest, bytes);
    }
  }
}
