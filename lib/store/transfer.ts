// Copying results between two stores: only what is missing, verified on the way, the bytes of a result before its
// manifest, so that it can be cut off anywhere and taken up again.

import type { Digest } from "../core/digest.ts";
import type { Manifest, StoredFile } from "../core/manifest.ts";
import type { FsStore } from "./fs_store.ts";

/** What is copied. */
export interface TransferOptions {
  /** Which results; all if absent. */
  readonly select?: (manifest: Manifest) => boolean;
  /** Results copied at a time. */
  readonly jobs?: number;
  readonly progress?: (done: number, of: number) => void;
}

/** What became of the results. */
export interface TransferReport {
  /** Results that were new there. */
  readonly copied: number;
  /** Results that were known there, and whose bytes came. */
  readonly completed: number;
  /** Results that were there already. */
  readonly there: number;
  readonly files: number;
  readonly bytes: number;
  /** Results whose bytes are not here either: only what is known of them was copied. */
  readonly byDigest: number;
  /** Stages that have another result there, which stands: they are not deterministic. */
  readonly differing: readonly string[];
}

/**
 * Copies results from one store to another.
 *
 * @throws {StorageError}
 *
 * @example
 * ```ts
 * import { transfer } from "#lib/store/transfer.ts";
 * import { openFsStore } from "#lib/store/fs_store.ts";
 * import { denoWorld } from "#lib/world/deno_world.ts";
 * import { assertEquals } from "@std/assert";
 * await using from = await openFsStore(denoWorld(), "no/such/store");
 * await using to = await openFsStore(denoWorld(), "no/such/other");
 * assertEquals((await transfer(from, to)).copied, 0);
 * ```
 */
export async function transfer(
  from: FsStore,
  to: FsStore,
  { select = () => true, jobs = 8, progress = () => {} }: TransferOptions = {},
): Promise<TransferReport> {
  // Of several manifests of a key one counts.
  const keys = new Map<string, Manifest>();
  for (const manifest of from.manifests()) {
    if (keys.has(manifest.key)) continue;
    const counting = from.recallWhole(manifest.key) ?? manifest;
    if (select(counting)) keys.set(manifest.key, counting);
  }
  const waiting = [...keys.values()];
  const total = waiting.length;
  const report = { copied: 0, completed: 0, there: 0, files: 0, bytes: 0, byDigest: 0 };
  const differing = new Set<string>();
  // Results that share a file are copied at the same time; it is read once.
  const came = new Set<Digest>();
  const reading = new Map<Digest, Promise<Uint8Array | undefined>>();
  const fetch = (file: StoredFile) => {
    const already = reading.get(file.digest);
    if (already !== undefined) return already;
    const bytes = from.readFile(file).finally(() => reading.delete(file.digest));
    reading.set(file.digest, bytes);
    return bytes.then((found) => {
      if (found !== undefined && !came.has(file.digest)) {
        came.add(file.digest);
        report.files++;
        report.bytes += found.length;
      }
      return found;
    });
  };
  const work = async () => {
    for (let manifest; (manifest = waiting.pop()) !== undefined;) {
      const received = await to.receive(manifest, fetch);
      if (received.how === "differs") differing.add(manifest.provenance.stage);
      else report[received.how]++;
      if (received.lacking > 0) report.byDigest++;
      progress(total - waiting.length, total);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  await to.flush();
  for (const [trace, body] of from.traces()) {
    if (keys.has(body.key) && to.recall(body.key) !== undefined) to.learn(trace, body);
  }
  await to.flush();
  return { ...report, differing: [...differing].sort() };
}
