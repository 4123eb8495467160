// The manifests that this process commits, appended to a segment of its own; to another one after a failure.

import type { Disk } from "../core/disk.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Layout } from "./layout.ts";
import type { Entry, Segment } from "./segment.ts";
import type { SegmentIndex } from "./segment_index.ts";
import { manifestLine, modulesLine } from "./segment_line.ts";
import { SegmentWriter } from "./segment_writer.ts";

/** Appends manifests and makes them known to the index. */
export class ManifestLog {
  readonly #disk: Disk;
  readonly #layout: Layout;
  readonly #index: SegmentIndex;
  readonly #session: string;
  #current: Promise<SegmentWriter> | undefined;
  readonly #writers: SegmentWriter[] = [];
  #numSegments = 0;

  constructor(disk: Disk, layout: Layout, index: SegmentIndex, session: string) {
    this.#disk = disk;
    this.#layout = layout;
    this.#index = index;
    this.#session = session;
  }

  /** Appends a manifest, and before it the table of its modules if the segment lacks it. @throws {DiskError} */
  async append(
    manifest: Manifest,
    generation: number,
  ): Promise<{ writer: SegmentWriter; entry: Entry }> {
    const { line, modules } = manifestLine(manifest, generation);
    const writer = await (this.#current ??= this.#open());
    const { segment } = writer;
    const lines = [line];
    if (!segment.modules.has(modules)) {
      const table = manifest.provenance.modules;
      const line = modulesLine(modules, table);
      // Where it lies is known once it is written.
      segment.modules.set(modules, { offset: 0, length: line.length, chunk: undefined, table });
      lines.unshift(line);
    }
    try {
      const offsets = await writer.append(lines);
      const offset = offsets[offsets.length - 1];
      const at = segment.modules.get(modules);
      if (lines.length > 1 && at !== undefined) {
        segment.modules.set(modules, { ...at, offset: offsets[0] });
      }
      const place = { key: manifest.key, generation, offset };
      return { writer, entry: this.#index.add(segment, place, line, manifest) };
    } catch (error) {
      this.giveUp(writer);
      throw error;
    }
  }

  /** The next manifest begins a new segment. What was appended to the old one may still become durable. */
  giveUp(writer: SegmentWriter): void {
    if (this.#writers.at(-1) === writer) this.#current = undefined;
  }

  /**
   * Closes the segments, stamped into the past, so that any later change shows in their times.
   *
   * @returns those that are whole
   */
  async close(mtime: number): Promise<ReadonlySet<Segment>> {
    await this.#current?.catch(() => {});
    for (const writer of this.#writers) writer.close(mtime);
    return new Set(this.#writers.filter(({ failed }) => !failed).map(({ segment }) => segment));
  }

  async #open(): Promise<SegmentWriter> {
    try {
      const segment = this.#index.addSegment(`${this.#session}-${this.#numSegments++}`);
      const writer = await SegmentWriter.open(this.#disk, segment, this.#layout.segments);
      this.#writers.push(writer);
      return writer;
    } catch (error) {
      this.#current = undefined;
      throw error;
    }
  }
}
