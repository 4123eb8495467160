// Where packed segments lie: one file each, in a folder of the disposable index. Failures are silent, since nobody
// depends on it.

import { createHash } from "node:crypto";
import type { Disk } from "../core/disk.ts";
import { PackedSegment } from "./packed_segment.ts";
import { type Look, sameLook } from "./stat_index.ts";
import { uniqueName } from "./unique.ts";

/** The packed segments of one store. */
export class PackedFolder {
  readonly #disk: Disk;
  readonly #folder: string | undefined;
  #names: ReadonlySet<string> | undefined;

  /**
   * @param index where the index of stores lies; without one nothing is remembered
   * @param store path of the store
   */
  constructor(disk: Disk, index: string | undefined, store: string) {
    this.#disk = disk;
    const name = createHash("sha256").update(store).digest("hex").slice(0, 16);
    this.#folder = index === undefined ? undefined : `${index}/segments-${name}`;
  }

  /** Whether anything is remembered. */
  get enabled(): boolean {
    return this.#folder !== undefined;
  }

  /** The packed form of a segment, if it was packed when the segment looked as it does. */
  async read(id: string, look: Look): Promise<PackedSegment | undefined> {
    if (this.#folder === undefined) return undefined;
    try {
      this.#names ??= new Set(await this.#disk.list(this.#folder));
      if (!this.#names.has(id)) return undefined;
      const packed = PackedSegment.read(this.#disk.readSync(`${this.#folder}/${id}`));
      return packed !== undefined && sameLook(packed.header.look, look) ? packed : undefined;
    } catch {
      return undefined;
    }
  }

  async write(id: string, bytes: Uint8Array): Promise<void> {
    if (this.#folder === undefined) return;
    const temporary = `${this.#folder}/part-${uniqueName()}`;
    try {
      await this.#disk.makeDirectory(this.#folder);
      await this.#disk.create(temporary, bytes);
      await this.#disk.rename(temporary, `${this.#folder}/${id}`);
    } catch {
      await this.#disk.remove(temporary).catch(() => {});
    }
  }
}
