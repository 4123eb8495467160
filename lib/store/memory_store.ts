// A store in memory, for tests and for running without a disk. It keeps the promises of the one on disk, apart from
// surviving the process; what is kept by digest only stays as long as the store.

import type { Files } from "../core/artifact.ts";
import { type ActionKey, type Digest, digestOf } from "../core/digest.ts";
import { digestOfFiles } from "../core/artifact.ts";
import type { Manifest, StoredArtifact, StoredFile } from "../core/manifest.ts";
import type { OutputBytes, StateFolder, Store } from "../core/store.ts";
import { canonicalJson } from "../core/canonical.ts";
import { type Reads, traceKey } from "../core/trace.ts";
import { volatileDigest } from "./stored_files.ts";

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
  const traces = new Map<Digest, ActionKey>();
  const shapes = new Map<Digest, Map<string, Reads>>();
  const held = new Map<ActionKey, Promise<void>>();
  const spaces = new Map<Digest, StateFolder>();
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
    shapes: (weak) => [...shapes.get(weak)?.values() ?? []].reverse(),
    traced(trace) {
      const key = traces.get(trace);
      return key === undefined ? undefined : manifests.get(key);
    },
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
    commit(result, outputs, { keep, log, trace } = {}) {
      const { key, weak, reads, action } = result;
      const stored = Object.fromEntries(
        Object.entries(outputs).map(([port, output]) => {
          const digest = output.volatile ? volatileDigest(key, port) : undefined;
          return [port, store(output, blobs, digest)];
        }),
      );
      if (reads !== undefined) note(trace ?? traceKey(weak, reads, action, () => undefined));
      const manifest = this.lookup(key) ?? {
        ...result,
        outputs: stored,
        ...(keep === "digest" ? { keep } : {}),
        ...(log === undefined || log.length === 0 ? {} : { log: file(log, blobs) }),
      };
      manifests.delete(key);
      manifests.set(key, manifest);
      return Promise.resolve({ manifest, durable: Promise.resolve() });

      function note(shown: Digest | undefined): void {
        if (shown === undefined) return;
        traces.set(shown, key);
        const known = shapes.get(weak) ?? new Map<string, Reads>();
        shapes.set(weak, known);
        const text = canonicalJson(reads);
        known.delete(text);
        known.set(text, reads!);
      }
    },
    alias(manifest) {
      const known = manifests.get(manifest.key) ?? manifest;
      manifests.set(manifest.key, known);
      return Promise.resolve({ manifest: known, durable: Promise.resolve() });
    },
    states(space) {
      let folder = spaces.get(space);
      if (folder === undefined) spaces.set(space, folder = memoryStates());
      return folder;
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

function store(
  { kind, files }: OutputBytes,
  blobs: Map<Digest, Uint8Array>,
  volatile: Digest | undefined,
): StoredArtifact {
  const stored: Record<string, StoredFile> = {};
  const digests: Record<string, Digest> = {};
  for (const [name, bytes] of Object.entries(files satisfies Files)) {
    stored[name] = file(bytes, blobs);
    digests[name] = stored[name].digest;
  }
  return volatile === undefined
    ? { kind, digest: digestOfFiles(kind, digests), files: stored }
    : { kind, digest: volatile, volatile: true, files: stored };
}

function file(bytes: Uint8Array, blobs: Map<Digest, Uint8Array>): StoredFile {
  const digest = digestOf(bytes);
  blobs.set(digest, bytes.slice());
  return { digest, size: bytes.length };
}

/**
 * States of one namespace in memory.
 *
 * @example
 * ```ts
 * import { memoryStates } from "#lib/store/memory_store.ts";
 * import { assertEquals } from "@std/assert";
 * const states = memoryStates();
 * await states.save("epoch 3", Uint8Array.of(1), { of: "train" });
 * await states.save("epoch 3", Uint8Array.of(2), { of: "train" });
 * assertEquals(await states.load("epoch 3"), Uint8Array.of(1));
 * ```
 */
export function memoryStates(): StateFolder {
  const states = new Map<string, { readonly of: string; readonly bytes: Uint8Array }>();
  return {
    list: () => Promise.resolve([...states.keys()].sort()),
    owner: () => Promise.resolve(states.values().next().value?.of),
    load: (label) => Promise.resolve(states.get(label)?.bytes.slice()),
    save(label, bytes, { of, replace = false }) {
      if (replace || !states.has(label)) states.set(label, { of, bytes: bytes.slice() });
      return Promise.resolve();
    },
    drop(labels) {
      for (const label of labels) states.delete(label);
      return Promise.resolve();
    },
  };
}
