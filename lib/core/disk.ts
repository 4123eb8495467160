// The world behind interfaces: disk, clock and processes. Real ones live at the edge; tests bring simulated ones
// that lose unsynced data, fail at the n-th call and replay from a seed.

/** What `Disk.stat` tells. Times in ms since the epoch. */
export interface DiskStat {
  readonly size: number;
  readonly mtime: number;
  readonly ino: number;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
}

/** A file opened for appending. */
export interface AppendFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Returns once what was written would survive a power cut. */
  sync(): Promise<void>;
  close(): void;
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
  append(path: string): Promise<AppendFile>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name. Fails with `EEXIST` if there is something of that name. */
  link(from: string, to: string): Promise<void>;
  /** Removes a file, a link or an empty directory. */
  remove(path: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
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
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** Starts processes. */
export interface Spawn {
  run(
    command: readonly string[],
    options: {
      readonly cwd: string;
      readonly env: Readonly<Record<string, string>>;
      readonly signal: AbortSignal;
    },
  ): Promise<SpawnResult>;
}

/** Everything of the world that the engine uses. */
export interface World {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly spawn: Spawn;
}
