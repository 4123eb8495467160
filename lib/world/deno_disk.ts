// The real disk, over Deno. Every failure is a DiskError with the system's own name for it.
// Leaves out: what is written where; see the store and the run folders.

import { type AppendFile, type Disk, DiskError, type DiskLock } from "../core/disk.ts";

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

  append: (path) =>
    attempt("open", path, async () => {
      return appendFile(path, await Deno.open(path, { append: true, create: true }));
    }),

  rename: (from, to) => attempt("rename", to, () => Deno.rename(from, to)),

  link: (from, to) => attempt("link", to, () => Deno.link(from, to)),

  remove: (path) => attempt("remove", path, () => Deno.remove(path)),

  makeDirectory: (path) => attempt("create", path, () => Deno.mkdir(path, { recursive: true })),

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
        const { size, mtime, ino, isFile, isDirectory, isSymlink } = Deno.lstatSync(path);
        const time = mtime?.getTime() ?? 0;
        return { size, mtime: time, ino: ino ?? 0, isFile, isDirectory, isSymlink };
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
    close: () => file.close(),
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
  if (!(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  const detail = error.message.replace(/: \w+ '.*'(?: -> '.*')?$/s, "");
  return new DiskError(operation, path, typeof code === "string" ? code : error.name, detail);
}
