// The content-addressed files: written under another name and renamed, never changed, verified when first read,
// and trusted without reading only while they look as they did when they were verified.

import { type Digest, digestOf, hexOf } from "../core/digest.ts";
import { type Clock, type Disk, DiskError } from "../core/disk.ts";
import type { StoredFile } from "../core/manifest.ts";
import type { Layout } from "./layout.ts";
import { syncFolder } from "./sync_folder.ts";
import { type Look, sameLook, type StatIndex } from "./stat_index.ts";

/** A file that is in place, but would not survive a power cut yet. */
export interface PendingBlob {
  readonly digest: Digest;
  readonly path: string;
  readonly folder: string;
  readonly look: Look;
  /** Whether this process wrote it. */
  readonly ours: boolean;
  /** Whether its time is old enough that any later change would show in it. */
  readonly telling: boolean;
  /** Why it could not be made durable. */
  failed?: unknown;
}

/** What blobs need. */
export interface BlobsOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly layout: Layout;
  readonly index: StatIndex;
  readonly warn: (message: string) => void;
  /** A fresh path on the store's file system, in a folder that exists. */
  readonly temporaryPath: () => string;
}

/** What this process knows of a file while it looks like that. */
interface Known {
  readonly look: Look;
  readonly good: boolean;
  /** Whether this process has read and hashed it, rather than written it or found it vouched for. */
  readonly read: boolean;
}

/** The blobs of a store. */
export class Blobs {
  readonly #options: BlobsOptions;
  readonly #known = new Map<Digest, Known>();
  readonly #pending = new Map<Digest, PendingBlob>();
  readonly #writing = new Map<Digest, Promise<PendingBlob | undefined>>();
  /** Folders that exist, and those whose names are durable. */
  readonly #folders = new Set<string>();
  readonly #durableFolders = new Set<string>();
  /** Called with a file that was found whole, so that it can be made durable and vouched for. */
  onFound: (blob: PendingBlob) => void = () => {};

  constructor(options: BlobsOptions) {
    this.#options = options;
  }

  /**
   * Puts bytes in place, unless a file that is known to be good holds them already. Returns the file if
   * it is not durable yet.
   */
  put(digest: Digest, bytes: Uint8Array): Promise<PendingBlob | undefined> {
    const already = this.#writing.get(digest);
    if (already !== undefined) return already;
    const writing = this.#put(digest, bytes).finally(() => this.#writing.delete(digest));
    this.#writing.set(digest, writing);
    return writing;
  }

  /** A good file that is there already, if it is not durable yet. */
  pending(digest: Digest): PendingBlob | undefined {
    return this.#pending.get(digest);
  }

  /** Whether the file is there and, as far as its look tells, whole. Hashes it if nobody vouches for it. */
  check(file: StoredFile): boolean {
    const { disk, layout } = this.#options;
    const { path } = layout.blob(file.digest);
    const look = this.#look(path);
    if (look === undefined || look.size !== file.size) return false;
    const known = this.#known.get(file.digest);
    if (known !== undefined && sameLook(known.look, look)) return known.good;
    if (this.#options.index.vouches(file.digest, look)) {
      this.#known.set(file.digest, { look, good: true, read: false });
      return true;
    }
    try {
      return this.#judge(file.digest, look, disk.readSync(path));
    } catch (error) {
      this.#unreadable(path, error);
      return false;
    }
  }

  /** The bytes of a file, hashed when this process reads them for the first time. */
  async read(file: StoredFile): Promise<Uint8Array | undefined> {
    const { disk, layout } = this.#options;
    const { path } = layout.blob(file.digest);
    const look = this.#look(path);
    if (look === undefined || look.size !== file.size) return undefined;
    let bytes: Uint8Array;
    try {
      bytes = await disk.read(path);
    } catch (error) {
      return this.#unreadable(path, error);
    }
    const known = this.#known.get(file.digest);
    const trusted = known !== undefined && known.good && known.read && sameLook(known.look, look);
    if (trusted && bytes.length === file.size) return bytes;
    return this.#judge(file.digest, look, bytes) ? bytes : undefined;
  }

  /** Makes files and the folders that name them durable, then vouches for them. */
  async sync(blobs: Iterable<PendingBlob>): Promise<void> {
    const { disk, layout, index } = this.#options;
    const all = [...blobs];
    const failed = all.find((blob) => blob.failed !== undefined);
    if (failed !== undefined) throw failed.failed;
    const waiting = all.filter((blob) => this.#pending.get(blob.digest) === blob);
    await Promise.all(waiting.map((blob) => disk.syncFile(blob.path)));
    const folders = new Set(waiting.map((blob) => blob.folder));
    for (const folder of folders) await syncFolder(disk, folder);
    if ([...folders].some((folder) => !this.#durableFolders.has(folder))) {
      await syncFolder(disk, layout.cas);
      for (const folder of folders) this.#durableFolders.add(folder);
    }
    for (const blob of waiting) {
      this.#pending.delete(blob.digest);
      if (blob.telling) index.add(blob.digest, blob.look);
    }
  }

  /** Takes back files of ours that could not be made durable: what the disk holds of them is anybody's guess. */
  async discard(blobs: Iterable<PendingBlob>, reason: unknown): Promise<void> {
    for (const blob of blobs) {
      if (this.#pending.get(blob.digest) !== blob) continue;
      blob.failed = reason;
      this.#pending.delete(blob.digest);
      this.#known.delete(blob.digest);
      if (blob.ours) await this.#options.disk.remove(blob.path).catch(() => {});
    }
  }

  async #put(digest: Digest, bytes: Uint8Array): Promise<PendingBlob | undefined> {
    const { disk, layout, clock, temporaryPath } = this.#options;
    const { path, folder } = layout.blob(digest);
    if (!this.#folders.has(folder)) {
      await disk.makeDirectory(folder);
      this.#folders.add(folder);
    }
    for (let attempt = 0; !this.check({ digest, size: bytes.length }); attempt++) {
      const occupied = attempt > 0 || disk.stat(path) !== undefined;
      const temporary = temporaryPath();
      try {
        // Stamped into the past, so that any later change shows in the time, however coarse times are.
        const mtime = clock.now() - stampMs;
        await disk.create(temporary, bytes, { mode: 0o444, mtime, sync: occupied });
        if (occupied) await this.#replace(temporary, path);
        else if (!await this.#place(temporary, path)) continue;
      } finally {
        await disk.remove(temporary).catch(() => {});
      }
      const look = this.#look(path);
      if (look === undefined) continue;
      this.#known.set(digest, { look, good: true, read: false });
      this.#pending.set(digest, { digest, path, folder, look, ours: true, telling: true });
    }
    return this.#pending.get(digest);
  }

  /**
   * Gives a file its name unless somebody else just did. A rename would put our file, not yet durable, in the
   * place of theirs, which may have been promised to be.
   */
  async #place(temporary: string, path: string): Promise<boolean> {
    const { disk } = this.#options;
    try {
      await disk.link(temporary, path);
      return true;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      if (error.errno === "EEXIST") return false;
      if (!withoutLinks.has(error.errno)) throw error;
      await disk.syncFile(temporary);
      await disk.rename(temporary, path);
      return true;
    }
  }

  /** Puts a durable file in the place of a damaged one. A folder there is moved out of the way. */
  async #replace(temporary: string, path: string): Promise<void> {
    const { disk, temporaryPath } = this.#options;
    if (disk.stat(path)?.isDirectory) await disk.rename(path, temporaryPath());
    await disk.rename(temporary, path);
  }

  #look(path: string): Look | undefined {
    try {
      const stat = this.#options.disk.stat(path);
      return stat?.isFile ? { ino: stat.ino, size: stat.size, mtime: stat.mtime } : undefined;
    } catch (error) {
      return this.#unreadable(path, error);
    }
  }

  #unreadable(path: string, error: unknown): undefined {
    if (!(error instanceof DiskError)) throw error;
    this.#options.warn(`${path} cannot be read (${error.errno}): its result counts as absent`);
  }

  #judge(digest: Digest, look: Look, bytes: Uint8Array): boolean {
    const { layout, index, clock, warn } = this.#options;
    const { path, folder } = layout.blob(digest);
    const good = bytes.length === look.size && digestOf(bytes) === digest;
    const before = this.#known.get(digest);
    const telling = Math.abs(clock.now() - look.mtime) > racyMs;
    if (telling) this.#known.set(digest, { look, good, read: true });
    else this.#known.delete(digest);
    if (good) {
      if (!this.#pending.has(digest) && !index.vouches(digest, look)) {
        const blob = { digest, path, folder, look, telling, ours: false };
        this.#pending.set(digest, blob);
        this.onFound(blob);
      }
      return true;
    }
    this.#pending.delete(digest);
    index.forget(digest);
    if (before === undefined || before.good || !sameLook(before.look, look)) {
      const name = hexOf(digest).slice(0, 12);
      warn(`${path} does not hold the bytes named ${name}…: their result counts as absent`);
    }
    return false;
  }
}

/** What file systems without hard links say. */
const withoutLinks: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);
const stampMs = 10_000;
const racyMs = 2000;
