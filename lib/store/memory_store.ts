// A store in memory, for tests and for running without a disk. It keeps the promises of the one on disk, apart from
// surviving the process.

import type { Files } from "../core/artifact.ts";
import { type ActionKey, type Digest, digestOf } from "../core/digest.ts";
import { digestOfFiles } from "../core/artifact.ts";
import type { Manifest, StoredArtifact, StoredFile } from "../core/manifest.ts";
import type { OutputBytes, Store } from "../core/store.ts";

/** A store in memory. `blobs` is open to tests that damage it. */
export interface MemoryStore extends Store {
  readonly blobs: Map<Digest, Uint8Array>;
}

/**
 * Makes an empty store in memory.
 *
 * @example
 * ```ts
 * import { memoryStore } from "#lib/store/memory_store.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(memoryStore().lookup(digestOf("") as never), undefined);
 * ```
 */
export function memoryStore(): MemoryStore {
  const blobs = new Map<Digest, Uint8Array>();
  const manifests = new Map<ActionKey, Manifest>();
  const held = new Map<ActionKey, Promise<void>>();
  const isWhole = ({ digest, size }: StoredFile) => {
    const bytes = blobs.get(digest);
    return bytes !== undefined && bytes.length === size && digestOf(bytes) === digest;
  };
  return {
    blobs,
    lookup(key) {
      const manifest = manifests.get(key);
      if (manifest === undefined) return undefined;
      const files = Object.values(manifest.outputs).flatMap((output) =>
        Object.values(output.files)
      );
      return files.every(isWhole) ? manifest : undefined;
    },
    recall: (key) => manifests.get(key),
    isPresent: ({ outputs }) =>
      Object.values(outputs).flatMap((output) => Object.values(output.files)).every(isWhole),
    shapes: () => [],
    traced: () => undefined,
    manifests: () => [...manifests.values()].reverse(),
    refresh: () => Promise.resolve(),
    read(artifact) {
      const files: Record<string, Uint8Array> = {};
      for (const [name, file] of Object.entries(artifact.files)) {
        if (!isWhole(file)) return Promise.resolve(undefined);
        files[name] = blobs.get(file.digest)!.slice();
      }
      return Promise.resolve(files);
    },
    commit(result, outputs) {
      const stored = Object.fromEntries(
        Object.entries(outputs).map(([port, output]) => [port, keep(output, blobs)]),
      );
      const manifest = this.lookup(result.key) ?? { ...result, outputs: stored };
      manifests.delete(result.key);
      manifests.set(result.key, manifest);
      return Promise.resolve({ manifest, durable: Promise.resolve() });
    },
    async lock(key) {
      for (let before; (before = held.get(key)) !== undefined;) await before;
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(key, promise);
      return {
        [Symbol.dispose]() {
          if (held.get(key) !== promise) return;
          held.delete(key);
          resolve();
        },
      };
    },
    flush: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function keep({ kind, files }: OutputBytes, blobs: Map<Digest, Uint8Array>): StoredArtifact {
  const stored: Record<string, StoredFile> = {};
  const digests: Record<string, Digest> = {};
  for (const [name, bytes] of Object.entries(files satisfies Files)) {
    const digest = digests[name] = digestOf(bytes);
    blobs.set(digest, bytes.slice());
    stored[name] = { digest, size: bytes.length };
  }
  return { kind, digest: digestOfFiles(kind, digests), files: stored };
}
