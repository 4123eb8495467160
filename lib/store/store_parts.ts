// The parts of a store on a file system, put together.

import { randomBytes } from "node:crypto";
import type { Clock } from "../core/disk.ts";
import { GroupCommit } from "./group_commit.ts";
import { KeyLocks } from "./key_locks.ts";
import type { Layout } from "./layout.ts";
import type { LeasedDisk, LeaseOptions } from "./leases.ts";
import { ManifestLog } from "./manifest_log.ts";
import { PackedFolder } from "./packed_folder.ts";
import { Recorder } from "./recorder.ts";
import { Results } from "./results.ts";
import type { Digest } from "../core/digest.ts";
import type { StateFolder } from "../core/store.ts";
import { SegmentIndex } from "./segment_index.ts";
import { Session } from "./session.ts";
import { statesIn } from "./states.ts";
import { StoredBytes } from "./stored_bytes.ts";
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

/** Where a store lies. */
export interface StorePlace {
  readonly disk: LeasedDisk;
  readonly clock: Clock;
  readonly layout: Layout;
}

/** What a store consists of. */
export interface StoreParts {
  readonly session: Session;
  readonly locks: KeyLocks;
  readonly index: SegmentIndex;
  readonly results: Results;
  readonly bytes: StoredBytes;
  readonly log: ManifestLog;
  readonly groups: GroupCommit;
  readonly traces: TraceLog;
  readonly recorder: Recorder;
  /** States on the way, by namespace. */
  readonly states: (space: Digest) => StateFolder;
  /** Sees what others have committed. */
  readonly refresh: () => Promise<void>;
}

/**
 * Puts a store together; nothing is read or written.
 *
 * @example
 * ```ts ignore
 * const { index, session } = storeParts({ disk, clock, layout }, {});
 * ```
 */
export function storeParts(
  { disk, clock, layout }: StorePlace,
  options: FsStoreOptions,
): StoreParts {
  const { index: folder, packFrom, warn = () => {}, groupMs = 100 } = options;
  const newId = options.newId ?? (() => newSessionId(clock));
  const world = { disk, clock, layout, warn };
  const session = new Session(disk, layout, newId());
  const index = new SegmentIndex({
    ...world,
    session: session.id,
    packed: new PackedFolder(disk, folder, layout.root),
    ...(packFrom !== undefined && { packFrom }),
  });
  const { temporaryPath } = session;
  const bytes = new StoredBytes({ ...world, temporaryPath, index: folder, newId });
  const log = new ManifestLog(disk, layout, index, session.id);
  const groups = new GroupCommit({
    clock,
    groupMs,
    blobs: bytes.kept,
    syncSession: () => session.sync(),
    onDurable: () => bytes.vouchForFound(),
    onFailed: (entries, writer) => {
      recorder.drop(entries);
      if (writer !== undefined) log.giveUp(writer);
    },
  });
  const traces = new TraceLog(world, session.id, warn);
  const results = new Results(index, bytes);
  const recorder = new Recorder({ session, index, results, bytes, log, groups, traces });
  const refresh = async () => {
    await index.refresh();
    await traces.refresh(index.live);
  };
  const locks = new KeyLocks({ disk, clock, layout, session: session.id, refresh });
  const states = (space: Digest) => statesIn(space, { disk, layout, session, warn });
  return { session, locks, index, results, bytes, log, groups, traces, recorder, states, refresh };
}

/** 48 bits of time and 80 of chance, in digits that sort. */
function newSessionId(clock: Clock): string {
  const time = Math.max(0, Math.floor(clock.now())).toString(16).padStart(12, "0");
  return time + randomBytes(10).toString("hex");
}
