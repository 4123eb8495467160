// Recording results: their large files first, then the manifest, and all of it durable a little later. What was recorded
// first stands. Leaves out: how bytes are put in place (stored_bytes.ts) and lines appended (manifest_log.ts).

import type { ActionKey } from "../core/digest.ts";
import type { Manifest } from "../core/manifest.ts";
import {
  type CommitOptions,
  type Committed,
  type OutputBytes,
  StorageError,
} from "../core/store.ts";
import { traceKey } from "../core/trace.ts";
import type { PendingBlob } from "./blobs.ts";
import { plainOutputs } from "./lazy_manifest.ts";
import type { Candidate } from "./results.ts";
import type { Entry } from "./segment.ts";
import { storageErrorLater } from "./storage_errors.ts";
import type { StoreParts } from "./store_parts.ts";
import { splitArtifact, splitLog, volatileDigest } from "./stored_files.ts";

/** The parts of a store that take part in recording. */
export type RecorderParts = Omit<StoreParts, "locks" | "recorder" | "states" | "refresh">;

/** Records results. */
export class Recorder {
  readonly #parts: RecorderParts;
  /** Commits of this process that were not durable when last seen. */
  readonly #ours = new Map<ActionKey, Committed>();

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** Stores outputs and then the manifest; see `Store.commit`. */
  async commit(
    result: Omit<Manifest, "outputs">,
    outputs: Readonly<Record<string, OutputBytes>>,
    { keep, log, trace }: CommitOptions,
  ): Promise<Committed> {
    const { session, index, results, bytes, traces } = this.#parts;
    const { key } = result;
    const split = Object.entries(outputs).map(([port, output]) =>
      [port, splitArtifact(output, volatileDigest(key, port))] as const
    );
    const stored = Object.fromEntries(split.map(([port, { artifact }]) => [port, artifact]));
    const printed = log === undefined ? undefined : splitLog(log);
    await session.start();
    const large = split.flatMap(([, artifact]) => artifact.blobs);
    const lasting = [...(keep === "digest" ? [] : large), ...(printed?.blobs ?? [])];
    const pending = await bytes.keep(lasting);
    if (keep === "digest") await bytes.keepForNow(large);
    const shown = trace ?? traceOf(result);
    if (shown !== undefined) traces.add(shown, { weak: result.weak, reads: result.reads!, key });
    // Whoever was first stands, so that a key keeps the result that others may have used already. If its bytes
    // were gone and ours are the same, they are back by now.
    const first = results.whole(key);
    if (first !== undefined) return await this.#stand(first, pending);
    const [gone] = index.entries(key);
    const manifest: Manifest = {
      ...result,
      outputs: stored,
      ...(keep === undefined || keep === "full" ? {} : { keep }),
      ...(printed === undefined ? {} : { log: printed.log }),
    };
    return await this.record(manifest, gone === undefined ? 0 : gone.generation + 1, pending);
  }

  /** Records a known result under another key; see `Store.alias`. */
  async alias(manifest: Manifest): Promise<Committed> {
    const { session, index, bytes, traces } = this.#parts;
    await session.start();
    const [first] = index.candidates(manifest.key);
    if (first !== undefined) return await this.#stand(first, []);
    const trace = traceOf(manifest);
    if (trace !== undefined) {
      traces.add(trace, { weak: manifest.weak, reads: manifest.reads!, key: manifest.key });
    }
    // Checked, so that the files of others that are not durable yet become so with this manifest.
    bytes.arePresent(manifest);
    return await this.record(manifest, 0, bytes.pendingOf(manifest));
  }

  /** Appends a manifest. */
  async record(
    manifest: Manifest,
    generation: number,
    pending: readonly (PendingBlob | undefined)[],
  ): Promise<Committed> {
    const { log, groups } = this.#parts;
    const outputs = plainOutputs(manifest.outputs);
    if (outputs === undefined) {
      const what = "it is damaged; `basin fsck --repair` sets it aside";
      throw new StorageError("copy the record of", manifest.key, what);
    }
    const appended = await log.append({ ...manifest, outputs }, generation);
    const blobs = pending.filter((blob) => blob !== undefined);
    const durable = storageErrorLater(groups.add(blobs, appended));
    const committed = { manifest, durable };
    this.#ours.set(manifest.key, committed);
    durable.then(() => this.#forget(manifest.key, committed), () => {});
    return committed;
  }

  /** Forgets what could not be made durable. */
  drop(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#parts.index.drop(entry);
      this.#ours.delete(entry.key);
    }
  }

  /** Lets a recorded result stand, and makes it durable if it may not be yet, as by another process. */
  async #stand(
    { entry, manifest }: Candidate,
    pending: readonly (PendingBlob | undefined)[],
  ): Promise<Committed> {
    const { bytes, groups } = this.#parts;
    const ours = this.#ours.get(manifest.key);
    if (ours !== undefined) return ours;
    const all = [...pending, ...bytes.pendingOf(manifest)];
    if (entry.offset + entry.length > entry.segment.durable) {
      return await this.record(manifest, entry.generation, all);
    }
    const blobs = all.filter((blob) => blob !== undefined);
    const durable = blobs.length === 0 ? Promise.resolve() : groups.add(blobs);
    return { manifest, durable: storageErrorLater(durable) };
  }

  #forget(key: ActionKey, committed: unknown): void {
    if (this.#ours.get(key) === committed) this.#ours.delete(key);
  }
}

/** The trace of a result that looked at no files of its inputs by name; of others only the caller knows it. */
function traceOf({ weak, reads, action }: Omit<Manifest, "outputs">) {
  return reads === undefined ? undefined : traceKey(weak, reads, action, () => undefined);
}
