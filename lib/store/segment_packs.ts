// The packed form of segments: where manifests that nobody asked for yet are found, what is learned of the others, and
// the packing of segments that have ended.

import { type ActionKey, type Digest, hexOf } from "../core/digest.ts";
import { type Clock, type Disk, DiskError, type DiskStat } from "../core/disk.ts";
import type { Manifest } from "../core/manifest.ts";
import { summaryOf } from "./lazy_manifest.ts";
import type { PackedFolder } from "./packed_folder.ts";
import { type PackedRecord, packSegment } from "./packed_segment.ts";
import { type PackedPlace, PackedTable } from "./packed_table.ts";
import { type Entry, type Segment, sessionOf } from "./segment.ts";

/** What packing needs. */
export interface SegmentPacksOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Where packed segments lie. */
  readonly packed?: PackedFolder;
  /** Segments smaller than this are scanned faster than they are packed. */
  readonly packFrom?: number;
}

/** Packed segments. */
export class SegmentPacks {
  readonly #options: SegmentPacksOptions;
  /** Manifests that nobody asked for yet. */
  readonly #table = new PackedTable<Segment>();

  constructor(options: SegmentPacksOptions) {
    this.#options = options;
  }

  /** Takes over the packed form of a segment, if there is one of its present look. */
  async read(segment: Segment, look: DiskStat): Promise<boolean> {
    const packed = await this.#options.packed?.read(segment.id, look);
    if (packed === undefined) return false;
    segment.packed = packed;
    segment.scanned = segment.size = segment.durable = look.size;
    for (const [digest, offset, length] of packed.header.modules) {
      segment.modules.set(digest, { offset, length, chunk: undefined });
    }
    this.#table.add(segment, packed);
    return true;
  }

  /** Entries of a key that were not taken before. */
  take(key: ActionKey): readonly Entry[] {
    const places = this.#table.take(hexOf(key));
    return places.length === 0 ? none : places.map((place) => entryAt(place, key));
  }

  /** Entries of a segment that were not taken before. */
  takeAll(segment: Segment): readonly Entry[] {
    if (segment.packed === undefined) return none;
    return this.#table.takeAll(segment).map((place) => entryAt(place));
  }

  /** The outputs of an entry, if its packed form tells; else empty. */
  summaryIn({ packed }: Entry): string {
    return packed === undefined ? "" : packed.segment.summaryAt(packed.index);
  }

  /** Remembers the outputs of an entry for the next packing. */
  learn(entry: Entry, manifest: Manifest): void {
    if (this.#options.packed?.enabled !== true) return;
    if (this.summaryIn(entry) === "") entry.segment.learned.set(entry, summaryOf(manifest));
  }

  /**
   * Packs those segments of ended sessions that are whole, so that the next process need not read them.
   *
   * @param all every segment, with all its entries if it is packed already
   * @param ours those that this process has written and closed
   * @param live sessions that may still write
   */
  async pack(
    all: Iterable<Segment>,
    ours: ReadonlySet<Segment>,
    live: ReadonlySet<string>,
  ): Promise<void> {
    if (this.#options.packed?.enabled !== true) return;
    for (const segment of all) {
      if (!ours.has(segment)) {
        if (live.has(sessionOf(segment.id)) || segment.scanned < segment.size) continue;
      }
      const { packed, stale, learned } = segment;
      const isKnown = packed !== undefined && stale !== true;
      if (isKnown && learned.size * 10 <= packed.count) continue;
      try {
        await this.#pack(segment, ours.has(segment));
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
      }
    }
  }

  async #pack(segment: Segment, isOurs: boolean): Promise<void> {
    const { disk, clock, packed: folder, packFrom = defaultPackFrom } = this.#options;
    const look = disk.stat(segment.path);
    if (look === undefined || !look.isFile || look.size < packFrom) return;
    if (!isOurs && look.size !== segment.size) return;
    // The time of the segment must tell of later changes.
    if (clock.now() - look.mtime < racyMs) return;
    const rest = this.takeAll(segment);
    const entries = [...segment.entries, ...rest].sort((a, b) => a.offset - b.offset);
    const last = entries.at(-1);
    // What is packed counts without its line, which therefore must not be lost.
    if (last !== undefined && segment.durable < last.offset + last.length) {
      await disk.syncFile(segment.path);
    }
    const { ino, size, mtime } = look;
    const records = this.#records(entries, segment.learned);
    await folder?.write(segment.id, packSegment({ ino, size, mtime }, modulesOf(segment), records));
  }

  #records(entries: readonly Entry[], learned: ReadonlyMap<Entry, string>): PackedRecord[] {
    return entries.map((entry) => {
      const { key, generation, offset, length } = entry;
      const summary = learned.get(entry) ?? this.summaryIn(entry);
      return { key, generation, offset, length, summary };
    });
  }
}

function entryAt(
  { owner, packed, index }: PackedPlace<Segment>,
  key: ActionKey = packed.keyAt(index),
): Entry {
  return {
    segment: owner,
    key,
    generation: packed.generationAt(index),
    offset: packed.offsetAt(index),
    length: packed.lengthAt(index),
    chunk: undefined,
    packed: { segment: packed, index },
  };
}

function modulesOf({ modules }: Segment): [Digest, number, number][] {
  const found: [Digest, number, number][] = [];
  for (const [digest, at] of modules) found.push([digest, at.offset, at.length]);
  return found;
}

const none: readonly never[] = [];
const racyMs = 2000;
const defaultPackFrom = 64 * 1024;
