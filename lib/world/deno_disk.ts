// The real disk, over Deno. Every failure is a DiskError with the system's own name for it.
// Leaves out: what is written where; see the store and the run folders.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import {
  type AppendFile,
  type Disk,
  type DiskEntryType,
  DiskError,
  type DiskLock,
  type DiskStat,
} from "../core/disk.ts";

/**
 * The file system of this machine.
 *
 * @example
 * ```ts
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(denoDisk().stat("no/such/file"), undefined);
 * ```
 */
export function denoDisk(): Disk {
  return disk;
}

/** Up to here an append is written synchronously: a round trip to another thread costs more than the copy. */
const syncAppendLimit = 256 * 1024;

const disk: Disk = {
  read: (path, range) =>
    attempt("read", path, async () => {
      requireFile(path);
      if (range === undefined) return await Deno.readFile(path);
      using file = await Deno.open(path);
      const length = range.length ?? Math.max(0, (await file.stat()).size - range.offset);
      await file.seek(range.offset, Deno.SeekMode.Start);
      const bytes = new Uint8Array(length);
      let at = 0;
      for (let n; at < length && (n = await file.read(bytes.subarray(at))) !== null;) at += n;
      return bytes.subarray(0, at);
    }),

  readSync: (path, range) =>
    attemptSync("read", path, () => {
      requireFile(path);
      if (range === undefined) return Deno.readFileSync(path);
      using file = Deno.openSync(path);
      const length = range.length ?? Math.max(0, file.statSync().size - range.offset);
      file.seekSync(range.offset, Deno.SeekMode.Start);
      const bytes = new Uint8Array(length);
      let at = 0;
      for (let n; at < length && (n = file.readSync(bytes.subarray(at))) !== null;) at += n;
      return bytes.subarray(0, at);
    }),

  create: (path, bytes, options = {}) =>
    attempt("create", path, async () => {
      if (options.mode === undefined && options.mtime === undefined && !options.sync) {
        // One round trip to another thread instead of three. Given a mode it would pass over the umask.
        return await Deno.writeFile(path, bytes, { createNew: true });
      }
      using file = await Deno.open(path, {
        write: true,
        createNew: true,
        mode: options.mode ?? 0o666,
      });
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      if (options.mtime !== undefined) {
        const time = new Date(options.mtime);
        file.utimeSync(time, time);
      }
      if (options.sync) await file.sync();
    }),

  readSeen: (path, seen) => attempt("read", path, () => readSeen(path, seen)),

  append: (path) =>
    attempt("open", path, async () => {
      return appendFile(path, await Deno.open(path, { append: true, create: true }));
    }),

  rename: (from, to) => attempt("rename", to, () => Deno.rename(from, to)),

  link: (from, to) => attempt("link", to, () => Deno.link(from, to)),

  remove: (path) => attempt("remove", path, () => Deno.remove(path)),

  makeDirectory: (path) => attempt("create", path, () => Deno.mkdir(path, { recursive: true })),

  makeDirectorySync: (path) => attemptSync("create", path, () => Deno.mkdirSync(path)),

  removeAll: (path) =>
    attempt("remove", path, async () => {
      try {
        await Deno.remove(path, { recursive: true });
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }),

  list: (path) =>
    attempt("list", path, () => {
      try {
        return Promise.resolve(Array.from(Deno.readDirSync(path), (entry) => entry.name).sort());
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return Promise.resolve([]);
        throw error;
      }
    }),

  stat: (path) =>
    attemptSync("stat", path, () => {
      try {
        return diskStat(Deno.lstatSync(path));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        if (error instanceof Deno.errors.NotADirectory) return undefined;
        throw error;
      }
    }),

  syncFile: syncPath,
  syncDirectory: syncPath,

  lock: async (path) => (await acquire(path, true))!,

  tryLock: (path) => acquire(path, false),
};

function diskStat(info: Deno.FileInfo): DiskStat {
  const { size, mtime, dev, ino, nlink, isFile, isDirectory, isSymlink } = info;
  return {
    size,
    mtime: mtime?.getTime() ?? 0,
    dev,
    ino: ino ?? 0,
    nlink: nlink ?? 1,
    type: isFile
      ? "file"
      : isDirectory
      ? "directory"
      : isSymlink
      ? "symbolic link"
      : specialType(info),
    isFile,
    isDirectory,
    isSymlink,
  };
}

function specialType(info: Deno.FileInfo): DiskEntryType {
  if (info.isFifo) return "FIFO";
  if (info.isSocket) return "socket";
  if (info.isCharDevice) return "character device";
  return info.isBlockDevice ? "block device" : "unknown";
}

/** Above this a file is read piece by piece, in between of which others get their turn. */
const readAtOnce = 8 * 1024 * 1024;

/**
 * `node:fs`, because it can open without waiting for the other end of a FIFO. What was opened is compared with what
 * was seen, so it does not matter that a link would be followed.
 */
async function readSeen(path: string, seen: DiskStat): Promise<Uint8Array> {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const check = () => {
      const { dev, ino, size, mtimeMs } = fstatSync(file);
      const same = dev === seen.dev && ino === seen.ino && size === seen.size &&
        Math.floor(mtimeMs) === Math.floor(seen.mtime);
      if (!same) throw new DiskError("read", path, "ESTALE", "it changed while it was read");
    };
    check();
    const bytes = new Uint8Array(seen.size);
    for (let at = 0; at < bytes.length;) {
      const n = readSync(file, bytes, at, Math.min(readAtOnce, bytes.length - at), null);
      if (n === 0) break;
      at += n;
      if (at < bytes.length) await new Promise((resolve) => setTimeout(resolve));
    }
    check();
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Devices and pipes have no end, or no beginning: a workflow that names one must not hang. Folders fail by themselves. */
function requireFile(path: string): void {
  const { isFile, isDirectory } = Deno.statSync(path);
  if (!isFile && !isDirectory) throw new DiskError("read", path, "EINVAL", "not a regular file");
}

function appendFile(path: string, file: Deno.FsFile): AppendFile {
  return {
    write: (bytes) =>
      attempt("write", path, async () => {
        const small = bytes.length <= syncAppendLimit;
        for (let at = 0; at < bytes.length;) {
          const rest = bytes.subarray(at);
          at += small ? file.writeSync(rest) : await file.write(rest);
        }
      }),
    sync: () => attempt("sync", path, () => file.sync()),
    close(mtime) {
      try {
        if (mtime !== undefined) file.utimeSync(new Date(mtime), new Date(mtime));
      } catch {
        // A file system that keeps no times has nothing to be stamped.
      } finally {
        file.close();
      }
    },
  };
}

/** fsync works on a file opened for reading, so it needs no right to write. */
function syncPath(path: string): Promise<void> {
  return attempt("sync", path, async () => {
    using file = await Deno.open(path);
    await file.sync();
  });
}

/**
 * One try at the kernel's lock on a file. The holder removes the file when it is done, so whoever gets a lock on
 * a file that is no longer the one at that path has to open the path again. `undefined`: somebody else has it,
 * and we are not to wait.
 */
function acquire(path: string, wait: boolean): Promise<DiskLock | undefined> {
  return attempt("lock", path, async () => {
    while (true) {
      const file = Deno.openSync(path, { write: true, create: true });
      try {
        if (!file.tryLockSync(true)) {
          if (!wait) {
            file.close();
            return undefined;
          }
          await file.lock(true);
        }
        const opened = file.statSync();
        const there = disk.stat(path);
        if (there !== undefined && there.ino === opened.ino) return held(path, file);
        file.close();
      } catch (error) {
        file.close();
        throw error;
      }
    }
  });
}

function held(path: string, file: Deno.FsFile): DiskLock {
  let released = false;
  return {
    release() {
      if (released) return;
      released = true;
      try {
        Deno.removeSync(path);
      } catch {
        // The lock itself ends with the file handle; a name left behind does no harm.
      }
      file.close();
    },
  };
}

async function attempt<T>(operation: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw diskError(operation, path, error);
  }
}

function attemptSync<T>(operation: string, path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw diskError(operation, path, error);
  }
}

function diskError(operation: string, path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DiskError) return error;
  const code = (error as { code?: unknown }).code;
  const detail = error.message.replace(/: \w+ '.*'(?: -> '.*')?$/s, "");
  const number = /\(os error (\d+)\)/.exec(error.message)?.[1] ?? "";
  const errno = typeof code === "string" ? code : errnoOfNumber[number] ?? error.name;
  return new DiskError(operation, path, errno, detail);
}

/** Errors of Linux that Deno gives no code. */
const errnoOfNumber: Readonly<Record<string, string>> = {
  4: "EINTR",
  23: "ENFILE",
  27: "EFBIG",
  37: "ENOLCK",
  116: "ESTALE",
  117: "EUCLEAN",
  122: "EDQUOT",
};
