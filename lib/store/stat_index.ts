// Which content-addressed files were verified, and how they looked then: inode, size and time. A file that still
// looks so is trusted without reading it. Disposable and outside the store: losing it only costs hashing again.
// An entry is written only after the file was hashed and made durable, so a power cut leaves no false one.

import { createHash } from "node:crypto";
import type { Digest } from "../core/digest.ts";
import type { AppendFile, Disk, DiskStat } from "../core/disk.ts";

/** How a file looks from outside. */
export type Look = Pick<DiskStat, "ino" | "size" | "mtime">;

/** Verified files by digest. Failures to read or write it are silent: it only saves work. */
export class StatIndex {
  readonly #disk: Disk;
  readonly #folder: string | undefined;
  readonly #path: string;
  readonly #newId: () => string;
  #looks: Map<string, Look> | undefined;
  #file: AppendFile | undefined;
  #failed = false;
  #lines: string[] = [];

  /**
   * @param folder where the index of a store lies; without one nothing is remembered
   * @param store path of the store, which gives the file its name
   */
  constructor(disk: Disk, folder: string | undefined, store: string, newId: () => string) {
    this.#disk = disk;
    this.#folder = folder;
    const name = createHash("sha256").update(store).digest("hex").slice(0, 16);
    this.#path = `${folder}/verified-${name}.txt`;
    this.#newId = newId;
  }

  /** Whether the file of a digest looks as it did when it was verified. */
  vouches(digest: Digest, look: Look): boolean {
    this.#looks ??= this.#load();
    const known = this.#looks.get(digest);
    return known !== undefined && sameLook(known, look);
  }

  /** Notes files that were hashed and made durable. */
  add(digest: Digest, look: Look): void {
    this.#looks ??= this.#load();
    this.#looks.set(digest, look);
    this.#lines.push(lineOf(digest, look));
  }

  /** Takes back what was noted of a file. */
  forget(digest: Digest): void {
    this.#looks ??= this.#load();
    if (!this.#looks.delete(digest)) return;
    this.#lines.push(lineOf(digest, gone));
  }

  /** Writes what is new. */
  async save(): Promise<void> {
    if (this.#lines.length === 0 || this.#folder === undefined || this.#failed) return;
    const text = this.#lines.join("");
    this.#lines = [];
    try {
      if (this.#file === undefined) {
        await this.#disk.makeDirectory(this.#folder);
        await this.#compact();
        this.#file = await this.#disk.append(this.#path);
      }
      await this.#file.write(new TextEncoder().encode(text));
    } catch {
      this.#failed = true;
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #numLines = 0;

  #load(): Map<string, Look> {
    const looks = new Map<string, Look>();
    if (this.#folder === undefined) return looks;
    try {
      const text = new TextDecoder().decode(this.#disk.readSync(this.#path));
      for (const line of text.split("\n")) {
        this.#numLines++;
        const [digest, ino, size, mtime, end] = line.split(" ");
        if (end !== ".") continue;
        const look = { ino: Number(ino), size: Number(size), mtime: Number(mtime) };
        if (look.size === gone.size) looks.delete(digest);
        else looks.set(digest, look);
      }
    } catch {
      // There is none yet, or it cannot be read: every file is hashed once more.
    }
    return looks;
  }

  /** Rewrites the file when most of its lines are superseded. What others append meanwhile may be lost. */
  async #compact(): Promise<void> {
    const looks = this.#looks ?? this.#load();
    if (this.#numLines < 2 * looks.size + 1000) return;
    const text = Array.from(looks, ([digest, look]) => lineOf(digest, look)).join("");
    const temporary = `${this.#path}.${this.#newId()}`;
    await this.#disk.create(temporary, new TextEncoder().encode(text));
    await this.#disk.rename(temporary, this.#path);
  }
}

/**
 * Whether two looks are the same.
 *
 * @example
 * ```ts
 * import { sameLook } from "#lib/store/stat_index.ts";
 * import { assert } from "@std/assert";
 * const look = { ino: 1, size: 2, mtime: 3 };
 * assert(sameLook(look, { ...look }) && !sameLook(look, { ...look, mtime: 4 }));
 * ```
 */
export function sameLook(a: Look, b: Look): boolean {
  return a.size === b.size && a.mtime === b.mtime && a.ino === b.ino;
}

const gone: Look = { ino: 0, size: -1, mtime: 0 };

/** The full stop shows that the line is whole. */
function lineOf(digest: string, { ino, size, mtime }: Look): string {
  return `${digest} ${ino} ${size} ${mtime} .\n`;
}
