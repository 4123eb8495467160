// Group commit: everything committed within a short time becomes durable together, the files first, then the
// segment that speaks of them, by one sync each. Groups are made durable one after another.

import type { Clock } from "../core/disk.ts";
import type { Blobs, PendingBlob } from "./blobs.ts";
import type { Entry } from "./segment.ts";
import type { SegmentWriter } from "./segment_writer.ts";

/** Commits that become durable together. */
interface Group {
  /** Where its manifests were appended; none if only bytes came back. */
  writer: SegmentWriter | undefined;
  readonly blobs: Set<PendingBlob>;
  readonly entries: Entry[];
  readonly durable: Promise<void>;
  readonly settle: { resolve(): void; reject(error: unknown): void };
  cancelTimer(): void;
}

/** What group commit needs. */
export interface GroupCommitOptions {
  readonly clock: Clock;
  readonly blobs: Blobs;
  /** Makes what lies above blobs and segments durable. */
  readonly syncSession: () => Promise<void>;
  /** How long a group stays open, in ms. */
  readonly groupMs: number;
  /** Called after a group became durable. */
  readonly onDurable: () => Promise<void>;
  /** Called with what a failed group had committed. */
  readonly onFailed: (entries: readonly Entry[], writer: SegmentWriter | undefined) => void;
}

/** Collects commits into groups and makes them durable. */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #open: Group | undefined;
  #tail: Promise<void> = Promise.resolve();
  #failures: unknown[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Adds files, and the manifest that was appended after them, if there is one; resolves once they are durable. */
  add(
    blobs: readonly PendingBlob[],
    appended?: { readonly writer: SegmentWriter; readonly entry: Entry },
  ): Promise<void> {
    const writer = this.#open?.writer;
    if (appended !== undefined && writer !== undefined && writer !== appended.writer) this.#close();
    const group = this.#open ??= this.#begin();
    if (appended !== undefined) {
      group.writer = appended.writer;
      group.entries.push(appended.entry);
    }
    for (const blob of blobs) group.blobs.add(blob);
    return group.durable;
  }

  /** Waits until everything added is durable. Throws what kept something from it since the last call. */
  async flush(): Promise<void> {
    this.#close();
    await this.#tail;
    if (this.#failures.length === 0) return;
    const [first] = this.#failures;
    this.#failures = [];
    throw first;
  }

  #begin(): Group {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Whoever waits sees the failure, and so does flush(); nobody has to wait.
    promise.catch(() => {});
    const cancelTimer = this.#options.clock.after(this.#options.groupMs, () => {
      if (this.#open === group) this.#close();
    });
    const group: Group = {
      writer: undefined,
      blobs: new Set(),
      entries: [],
      durable: promise,
      settle: { resolve, reject },
      cancelTimer,
    };
    return group;
  }

  #close(): void {
    const group = this.#open;
    if (group === undefined) return;
    this.#open = undefined;
    group.cancelTimer();
    this.#tail = this.#tail.then(() => this.#sync(group));
  }

  async #sync(group: Group): Promise<void> {
    const { blobs, syncSession, onDurable, onFailed } = this.#options;
    try {
      await syncSession();
      await blobs.sync(group.blobs);
      const last = group.entries.at(-1);
      await group.writer?.sync(last && last.offset + last.length);
    } catch (error) {
      this.#failures.push(error);
      onFailed(group.entries, group.writer);
      await blobs.discard(group.blobs, error);
      group.settle.reject(error);
      return;
    }
    await onDurable();
    group.settle.resolve();
  }
}
