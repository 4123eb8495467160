// All manifests of a store by key, read from its segments, or from their packed form while they look as they did when
// they were packed. Opening looks for line ends and keys only; a line is checked and parsed when it is asked for.
// Leaves out: writing (segment_writer.ts).

import type { ActionKey, Digest } from "../core/digest.ts";
import { DiskError } from "../core/disk.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Layout } from "./layout.ts";
import { lazyManifest } from "./lazy_manifest.ts";
import { LineSource } from "./line_source.ts";
import { byRank, type Chunk, type Entry, newSegment, type Segment, sessionOf } from "./segment.ts";
import { glance, readLine } from "./segment_line.ts";
import { SegmentPacks, type SegmentPacksOptions } from "./segment_packs.ts";
import { SegmentReader } from "./segment_reader.ts";
import { WatchedFolder } from "./watched_folder.ts";

/** What the index needs. */
export interface SegmentIndexOptions extends SegmentPacksOptions {
  readonly layout: Layout;
  readonly warn: (message: string) => void;
  /** Lines are kept in memory up to this many bytes, and read again from the segment beyond. */
  readonly memoryLimit?: number;
  /** The session of this process, whose segments need not be read. */
  readonly session?: string;
}

/** Manifests by key. */
export class SegmentIndex {
  readonly #options: SegmentIndexOptions;
  readonly #segments = new Map<string, Segment>();
  readonly #byKey = new Map<ActionKey, Entry | Entry[]>();
  readonly #packs: SegmentPacks;
  readonly #reader: SegmentReader;
  /** Sessions whose segments may still grow. */
  #live: readonly string[] = [];
  readonly #segmentsFolder: WatchedFolder;
  readonly #sessionsFolder: WatchedFolder;
  #listed: readonly string[] = [];
  #memoryLeft: number;
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;

  constructor(options: SegmentIndexOptions) {
    const { disk, clock, layout } = options;
    this.#options = options;
    this.#segmentsFolder = new WatchedFolder(disk, clock, layout.segments);
    this.#sessionsFolder = new WatchedFolder(disk, clock, layout.temporary);
    this.#packs = new SegmentPacks(options);
    this.#reader = new SegmentReader(options.disk);
    this.#memoryLeft = options.memoryLimit ?? defaultMemoryLimit;
  }

  /** Results of a key: the latest generation first, and within it the first committed. */
  entries(key: ActionKey): readonly Entry[] {
    for (const entry of this.#packs.take(key)) this.#insert(entry);
    const found = this.#byKey.get(key);
    return found === undefined ? [] : Array.isArray(found) ? found : [found];
  }

  /** The manifests of a key that may count: of its latest generation, the first committed first. */
  candidates(key: ActionKey): readonly { readonly entry: Entry; readonly manifest: Manifest }[] {
    const found: { entry: Entry; manifest: Manifest }[] = [];
    for (const entry of this.entries(key)) {
      if (found.length > 0 && found[0].entry.generation !== entry.generation) break;
      const manifest = this.load(entry);
      if (manifest !== undefined) found.push({ entry, manifest });
    }
    return found;
  }

  /** Every manifest, latest segment first. Damaged ones are passed over. */
  *manifests(): Generator<Manifest> {
    const segments = [...this.#segments.values()].sort((a, b) => a.id < b.id ? 1 : -1);
    for (const segment of segments) {
      for (const entry of this.#packs.takeAll(segment)) this.#insert(entry);
      segment.entries.sort((a, b) => a.offset - b.offset);
      for (let i = segment.entries.length - 1; i >= 0; i--) {
        const manifest = this.loadWhole(segment.entries[i]);
        if (manifest !== undefined) yield manifest;
      }
    }
  }

  /** The manifest at a place, as far as it is known without its line if that suffices for the outputs. */
  load(entry: Entry): Manifest | undefined {
    const summary = this.#packs.summaryIn(entry);
    if (summary === "") return this.loadWhole(entry);
    return lazyManifest(summary, entry.key, new LineSource(this, entry));
  }

  /** The manifest at a place; `undefined`, and forgotten, if its line is not as it was written. */
  loadWhole(entry: Entry): Manifest | undefined {
    const manifest = this.#reader.manifest(entry);
    if (manifest !== undefined) {
      this.#packs.learn(entry, manifest);
      return manifest;
    }
    this.drop(entry);
    entry.segment.stale = true;
    // A result that was made again since is no news.
    if (!this.#byKey.has(entry.key)) {
      this.#options.warn(
        `${entry.segment.path} is damaged at byte ${entry.offset}: the result there counts as absent`,
      );
    }
    return undefined;
  }

  /** Adds a segment of our own, which is never read from disk. */
  addSegment(id: string): Segment {
    const path = this.#options.layout.segment(id);
    const segment = { ...newSegment(id, path), scanned: Infinity };
    this.#segments.set(id, segment);
    return segment;
  }

  /** Adds a manifest whose line was written at an offset of our own segment. */
  add(
    segment: Segment,
    { key, generation, offset }: Pick<Entry, "key" | "generation" | "offset">,
    line: Uint8Array,
    manifest: Manifest,
  ): Entry {
    const chunk = this.#keep({ offset, bytes: line });
    const entry = { segment, key, generation, offset, length: line.length, chunk };
    this.#packs.learn(entry, manifest);
    return this.#insert(entry);
  }

  /** Forgets a manifest. */
  drop(entry: Entry): void {
    const rest = this.entries(entry.key).filter((other) => other !== entry);
    if (rest.length === 0) this.#byKey.delete(entry.key);
    else this.#byKey.set(entry.key, rest.length === 1 ? rest[0] : rest);
    const at = entry.segment.entries.indexOf(entry);
    if (at >= 0) entry.segment.entries.splice(at, 1);
  }

  /**
   * Reads what was written since the last time. Segments of sessions that have ended never grow, so most of a
   * large store costs nothing here.
   */
  refresh(): Promise<void> {
    // One at a time; those who ask while one is under way share the next.
    this.#queued ??= this.#running.then(() => {
      this.#queued = undefined;
      const reading = this.#read();
      this.#running = reading.catch(() => {});
      return reading;
    });
    return this.#queued;
  }

  async #read(): Promise<void> {
    const ids = await this.#newSegments();
    const sessions = new Set(this.#live);
    this.#live = await this.#sessionsFolder.names();
    for (const session of this.#live) sessions.add(session);
    if (this.#options.session !== undefined) sessions.delete(this.#options.session);
    if (sessions.size > 0) {
      for (const id of this.#segments.keys()) {
        if (sessions.has(sessionOf(id))) ids.push(id);
      }
    }
    for (const id of ids) {
      try {
        await this.#readOn(id);
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        this.#options.warn(
          `${error.path} cannot be read (${error.errno}): its results count as absent`,
        );
      }
    }
  }

  /** Sessions that had a folder for unfinished files when last looked. */
  get live(): readonly string[] {
    return this.#live;
  }

  /**
   * Packs what can be packed, so that the next process need not read it.
   *
   * @param ours segments that this process has written and closed
   */
  async pack(ours: ReadonlySet<Segment>): Promise<void> {
    await this.#packs.pack(this.#segments.values(), ours, new Set(this.#live));
  }

  /** Segments that end within a line: torn if their session has ended. */
  unfinished(): readonly Segment[] {
    return [...this.#segments.values()].filter(({ scanned, size }) => scanned < size);
  }

  async #newSegments(): Promise<string[]> {
    const names = await this.#segmentsFolder.names();
    if (names === this.#listed) return [];
    this.#listed = names;
    return names.filter((name) => name.endsWith(suffix))
      .map((name) => name.slice(0, -suffix.length))
      .filter((id) => !this.#segments.has(id));
  }

  async #readOn(id: string): Promise<void> {
    const { disk, layout } = this.#options;
    const path = layout.segment(id);
    const segment = this.#segments.get(id) ?? newSegment(id, path);
    const look = disk.stat(path);
    const size = look?.size ?? 0;
    if (look?.isFile && !this.#segments.has(id) && await this.#packs.read(segment, look)) {
      this.#segments.set(id, segment);
      return;
    }
    if (size <= segment.size || segment.scanned === Infinity) {
      this.#segments.set(id, segment);
      return;
    }
    let at = segment.scanned;
    while (at < size) {
      const length = Math.min(size - at, chunkSize);
      const bytes = await disk.read(path, { offset: at, length });
      const used = this.#scan(segment, { offset: at, bytes });
      if (used === 0) {
        if (bytes.length < chunkSize) break;
        at = await this.#skipLongLine(segment, at, size);
      } else at += used;
      segment.scanned = at;
    }
    segment.size = size;
    this.#segments.set(id, segment);
  }

  /** A line longer than a chunk: read as one piece. */
  async #skipLongLine(segment: Segment, from: number, size: number): Promise<number> {
    const bytes = await this.#options.disk.read(segment.path, {
      offset: from,
      length: size - from,
    });
    const used = this.#scan(segment, { offset: from, bytes });
    return used === 0 ? size : from + used;
  }

  /** Notes the lines that end within the chunk; returns how many bytes they take. */
  #scan(segment: Segment, chunk: Chunk): number {
    const { bytes, offset } = chunk;
    if (bytes.indexOf(lineEnd) < 0) return 0;
    const kept = this.#keep(chunk);
    let damaged = 0;
    let at = 0;
    for (let end; (end = bytes.indexOf(lineEnd, at)) >= 0; at = end + 1) {
      const seen = glance(bytes, at);
      const place = { offset: offset + at, length: end + 1 - at, chunk: kept };
      if (seen === undefined) damaged++;
      else if (seen.kind === "manifest") {
        const { generation = 0 } = seen;
        this.#insert({ segment, key: seen.name as ActionKey, generation, ...place });
      } else if (seen.kind === "modules") segment.modules.set(seen.name as Digest, place);
      else if (seen.kind === "durable") {
        const mark = readLine(bytes.subarray(at, end + 1));
        if (mark !== undefined) segment.durable = Math.max(segment.durable, Number(mark.name));
      }
    }
    if (damaged > 0) {
      this.#options.warn(`${segment.path} has ${damaged} damaged lines, which were passed over`);
    }
    return at;
  }

  #insert(entry: Entry): Entry {
    entry.segment.entries.push(entry);
    const found = this.#byKey.get(entry.key);
    if (found === undefined) this.#byKey.set(entry.key, entry);
    else {
      const all = (Array.isArray(found) ? found : [found]).concat(entry);
      this.#byKey.set(entry.key, all.sort(byRank));
    }
    return entry;
  }

  #keep(chunk: Chunk): Chunk | undefined {
    if (chunk.bytes.length > this.#memoryLeft) return undefined;
    this.#memoryLeft -= chunk.bytes.length;
    return chunk;
  }
}

const suffix = ".ndjson";
const lineEnd = 10;
const chunkSize = 8 * 1024 * 1024;
const defaultMemoryLimit = 64 * 1024 * 1024;
