// The world behind interfaces: disk, clock and processes. Real ones live at the edge; tests bring simulated ones
// that lose unsynced data, fail at the n-th call and replay from a seed.

/** What there can be at a path. */
export type DiskEntryType =
  | "file"
  | "directory"
  | "symbolic link"
  | "FIFO"
  | "socket"
  | "character device"
  | "block device"
  | "unknown";

/** What `Disk.stat` tells. Times in ms since the epoch. */
export interface DiskStat {
  readonly size: number;
  readonly mtime: number;
  /** The file system it lies on; together with `ino` the identity of a file. */
  readonly dev: number;
  readonly ino: number;
  /** How many names it has. */
  readonly nlink: number;
  readonly type: DiskEntryType;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
}

/** A file opened for appending. */
export interface AppendFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Returns once what was written would survive a power cut. */
  sync(): Promise<void>;
  /** `mtime`: stamps the file with this time first, if that can be done. */
  close(mtime?: number): void;
}

/** Part of a file: from `offset`, up to `length` bytes or to the end. */
export interface ByteRange {
  readonly offset: number;
  readonly length?: number;
}

/** A lock that ends with its holder. */
export interface DiskLock {
  release(): void;
}

/** A file system. Failures are thrown as {@link DiskError}, with the errno. */
export interface Disk {
  read(path: string, range?: ByteRange): Promise<Uint8Array>;
  readSync(path: string, range?: ByteRange): Uint8Array;
  /**
   * Creates a new file and writes it whole; `sync`: durable before it returns; `mtime`: stamped with this time
   * instead of now. Fails if it exists.
   */
  create(
    path: string,
    bytes: Uint8Array,
    options?: { readonly sync?: boolean; readonly mode?: number; readonly mtime?: number },
  ): Promise<void>;
  /**
   * The bytes of the very file that `stat` showed, which must be a regular one. Follows no link in its last part and
   * waits for nobody. Fails with `ESTALE` if something else is there by now, or if it changes while it is read.
   */
  readSeen(path: string, seen: DiskStat): Promise<Uint8Array>;
  append(path: string): Promise<AppendFile>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name. Fails with `EEXIST` if there is something of that name. */
  link(from: string, to: string): Promise<void>;
  /** Removes a file, a link or an empty directory. */
  remove(path: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  /** Makes one directory. Fails with `EEXIST` if there is something of that name. */
  makeDirectorySync(path: string): void;
  /** Removes whatever is there with all that is in it, following no links. No failure if there is nothing. */
  removeAll(path: string): Promise<void>;
  /** Names in a directory, sorted; empty if it does not exist. */
  list(path: string): Promise<readonly string[]>;
  /** Of the path itself, links not followed; `undefined` if it does not exist. */
  stat(path: string): DiskStat | undefined;
  /** Makes the content of a file durable. */
  syncFile(path: string): Promise<void>;
  /** Makes renames and creations in a directory durable. */
  syncDirectory(path: string): Promise<void>;
  /** Waits for an exclusive lock on a file (created if absent, removed on release). */
  lock(path: string): Promise<DiskLock>;
  /** The same lock if nobody holds it now, else `undefined`. */
  tryLock(path: string): Promise<DiskLock | undefined>;
}

/** A failed disk operation. */
export class DiskError extends Error {
  override readonly name = "DiskError";
  constructor(
    readonly operation: string,
    readonly path: string,
    readonly errno: string,
    detail = "",
  ) {
    super(`${operation} ${path}: ${errno}${detail === "" ? "" : ` (${detail})`}`);
  }
}

/** Time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds on a clock that never goes back. */
  monotonic(): number;
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

/** A process that ended. */
export interface SpawnResult {
  readonly code: number;
  readonly signal: string | null;
  /** Empty if the output was taken as it came. */
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** The output did not end with the process and its group: somebody who left the group holds it open. */
  readonly held: boolean;
}

/** A process that runs. */
export interface RunningProcess {
  /** Of the process, and of its group if it has one of its own. */
  readonly id: number;
  /** Ends it (and its group) at once. */
  kill(): void;
}

/** How a process is started. */
export interface SpawnOptions {
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborted: the process is asked to end (SIGTERM) and, after `graceMs`, ended (SIGKILL). */
  readonly signal: AbortSignal;
  /** How long a stopped process may take to end by itself, in ms; 5000 if nothing is said. */
  readonly graceMs?: number;
  /**
   * Whether it starts a process group: signals then go to all of it, and what is left of it when the process ends is
   * killed.
   */
  readonly group?: boolean;
  /** What it reads; nothing if absent. */
  readonly input?: ReadableStream<Uint8Array>;
  /** Takes standard output and standard error as they come. */
  readonly output?: (bytes: Uint8Array) => void;
  readonly started?: (process: RunningProcess) => void;
}

/** A process that could not be started. */
export class SpawnError extends Error {
  override readonly name = "SpawnError";
  constructor(readonly program: string, readonly errno: string, detail = "") {
    super(`start ${program}: ${errno}${detail === "" ? "" : ` (${detail})`}`);
  }
}

/** Starts processes. Failures to start one are thrown as {@link SpawnError}, with the errno. */
export interface Spawn {
  /** Resolves once the process has ended. */
  run(command: readonly string[], options: SpawnOptions): Promise<SpawnResult>;
}

/** Everything of the world that the engine uses. */
export interface World {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly spawn: Spawn;
}
