// What a process needs before it writes into a store: the folders, a name of its own, a lock that lasts as long as
// it lives, and a folder for unfinished files. Nothing of it exists until the first write, so that a store which
// cannot be written can still be read. Also removes what dead sessions left behind.

import { canonicalJson } from "../core/canonical.ts";
import { type Disk, DiskError, type DiskLock } from "../core/disk.ts";
import { StorageError } from "../core/store.ts";
import { type Layout, storeFormat } from "./layout.ts";
import { leaseSuffix } from "./leases.ts";
import { syncFolder } from "./sync_folder.ts";

/** The writing side of one open store. */
export class Session {
  /** Sorts by time; the random part makes it unique. */
  readonly id: string;
  readonly #disk: Disk;
  readonly #layout: Layout;
  readonly #folder: string;
  #started: Promise<void> | undefined;
  #lock: DiskLock | undefined;
  #numFiles = 0;
  /** Folders that hold names which are not durable yet, outermost first. */
  #toSync: string[] = [];

  constructor(disk: Disk, layout: Layout, id: string) {
    this.#disk = disk;
    this.#layout = layout;
    this.id = id;
    this.#folder = `${layout.temporary}/${id}`;
  }

  /** Whether anything was, or may have been, written. */
  get started(): boolean {
    return this.#started !== undefined;
  }

  /** A fresh path for an unfinished file. */
  readonly temporaryPath = (): string => `${this.#folder}/${this.#numFiles++}`;

  /** Makes the store ready for writing. Tried again after a failure. */
  start(): Promise<void> {
    this.#started ??= this.#start().catch((error) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  /** Makes the store's own folders durable; once is enough. */
  async sync(): Promise<void> {
    while (this.#toSync.length > 0) {
      const folder = this.#toSync[0];
      try {
        await syncFolder(this.#disk, folder);
      } catch (error) {
        // What lies above the store may be closed to us, and then was not made by us either.
        if (!(error instanceof DiskError) || !notAllowed.has(error.errno)) throw error;
      }
      this.#toSync.shift();
    }
  }

  /** Ends the session: removes its unfinished files and its lock. */
  async end(): Promise<void> {
    // What cannot be removed now is removed by whoever comes next: no reason for a finished run to fail.
    await ignoringDisk(() => removeFolder(this.#disk, this.#folder));
    this.#lock?.release();
    this.#lock = undefined;
    this.#started = undefined;
    await ignoringDisk(() => sweepTransient(this.#disk, this.#layout));
  }

  async #start(): Promise<void> {
    const { root, cas, segments, locks, format } = this.#layout;
    const above = ancestorsToSync(this.#disk, root);
    for (const folder of [cas, segments, locks]) await this.#disk.makeDirectory(folder);
    // Whoever removes files makes sure that nobody is there, and then keeps everybody out until done.
    const gate = await this.#disk.lock(this.#layout.gate);
    try {
      this.#lock ??= await this.#disk.lock(this.#layout.sessionLock(this.id));
      await this.#disk.makeDirectory(this.#folder);
    } finally {
      gate.release();
    }
    this.#toSync = [...above, root, `${root}/cas`];
    if (this.#disk.stat(format) === undefined) {
      const text = new TextEncoder().encode(canonicalJson(storeFormat) + "\n");
      const temporary = this.temporaryPath();
      await this.#disk.create(temporary, text, { sync: true });
      await this.#disk.rename(temporary, format);
    }
  }
}

/**
 * Refuses a store of a format that this code does not know.
 *
 * @throws {StorageError}
 *
 * @example
 * ```ts
 * import { checkFormat } from "#lib/store/session.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * checkFormat(denoDisk(), layoutOf("no/such/store"), () => {});
 * ```
 */
export function checkFormat(disk: Disk, layout: Layout, warn: (message: string) => void): void {
  if (disk.stat(layout.format) === undefined) return;
  let found: { format?: unknown; hash?: unknown } | null;
  try {
    found = JSON.parse(new TextDecoder().decode(disk.readSync(layout.format)));
  } catch (error) {
    if (error instanceof DiskError) throw error;
    warn(`${layout.format} is damaged; the store is taken to have format ${storeFormat.format}`);
    return;
  }
  if (found?.format === storeFormat.format && found.hash === storeFormat.hash) return;
  throw new StorageError(
    "open",
    layout.root,
    `its format is ${JSON.stringify(found)}, but this Basin knows only ${
      JSON.stringify(storeFormat)
    }`,
  );
}

/**
 * Removes what sessions left behind that ended without saying so. A store that cannot be written is left alone.
 * Returns whether a session is still alive.
 *
 * @example
 * ```ts
 * import { tidy } from "#lib/store/session.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assert } from "@std/assert";
 * const isAlive = await tidy(denoDisk(), layoutOf("no/such/store"));
 * assert(!isAlive("01hx7k"));
 * ```
 */
export async function tidy(
  disk: Disk,
  layout: Layout,
): Promise<(session: string) => boolean> {
  const alive = await removeDead(disk, layout);
  // Locks of killed processes end by themselves; only their empty files stay.
  for (const file of await disk.list(layout.locks)) {
    const name = file.endsWith(leaseSuffix) ? file.slice(0, -leaseSuffix.length) : file;
    (await tryLock(disk, `${layout.locks}/${name}`))?.release();
  }
  if (alive.size === 0) await sweepTransient(disk, layout);
  return (session) => alive.has(session);
}

/**
 * Removes the unfinished files of sessions that are no more; returns those that are.
 *
 * @example
 * ```ts
 * import { removeDead } from "#lib/store/session.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals((await removeDead(denoDisk(), layoutOf("no/such/store"))).size, 0);
 * ```
 */
export async function removeDead(disk: Disk, layout: Layout): Promise<Set<string>> {
  const alive = new Set<string>();
  for (const session of await disk.list(layout.temporary)) {
    const lock = await tryLock(disk, layout.sessionLock(session));
    if (lock === undefined) alive.add(session);
    else {
      try {
        await removeFolder(disk, `${layout.temporary}/${session}`);
      } finally {
        lock.release();
      }
    }
  }
  return alive;
}

async function ignoringDisk(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}

/** Removes what was kept for the time of a run, unless somebody is still at work. */
async function sweepTransient(disk: Disk, layout: Layout): Promise<void> {
  if (!exists(disk, layout.transient)) return;
  const gate = await tryLock(disk, layout.gate);
  if (gate === undefined) return;
  try {
    if ((await removeDead(disk, layout)).size === 0) await removeFolder(disk, layout.transient);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  } finally {
    gate.release();
  }
}

function exists(disk: Disk, path: string): boolean {
  try {
    return disk.stat(path) !== undefined;
  } catch (error) {
    if (error instanceof DiskError) return false;
    throw error;
  }
}

const notAllowed: ReadonlySet<string> = new Set(["EACCES", "EPERM", "NotCapable"]);

async function tryLock(disk: Disk, path: string): Promise<DiskLock | undefined> {
  try {
    return await disk.tryLock(path);
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
}

/**
 * Removes a folder with what is in it, as far as that is possible.
 *
 * @example
 * ```ts
 * import { removeFolder } from "#lib/store/session.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * await removeFolder(denoDisk(), "no/such/folder");
 * ```
 */
export async function removeFolder(disk: Disk, folder: string): Promise<void> {
  for (const name of await disk.list(folder).catch(() => [])) {
    const path = `${folder}/${name}`;
    if (disk.stat(path)?.isDirectory) await removeFolder(disk, path);
    else await disk.remove(path).catch(() => {});
  }
  await disk.remove(folder).catch(() => {});
}

/**
 * Two folders above, and those above them that hold names about to be made. Two, because a process that was killed
 * may have made `results/store` without making its name durable.
 */
function ancestorsToSync(disk: Disk, path: string): string[] {
  const found: string[] = [];
  let at = path;
  do {
    at = at.slice(0, Math.max(0, at.lastIndexOf("/"))) || (at.startsWith("/") ? "/" : ".");
    found.unshift(at);
  } while (at !== "/" && at !== "." && (found.length < 2 || disk.stat(at) === undefined));
  return found;
}
