// The manifests that this process commits, appended to a segment of its own; to another one after a failure.

import type { Disk } from "../core/disk.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Layout } from "./layout.ts";
import type { Entry, SegmentIndex } from "./segment_index.ts";
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
      segment.modules.set(modules, { table: manifest.provenance.modules });
      lines.unshift(modulesLine(modules, manifest.provenance.modules));
    }
    try {
      const offsets = await writer.append(lines);
      const offset = offsets[offsets.length - 1];
      const { key } = manifest;
      return { writer, entry: this.#index.add(segment, { key, generation, offset }, line) };
    } catch (error) {
      this.giveUp(writer);
      throw error;
    }
  }

  /** The next manifest begins a new segment. What was appended to the old one may still become durable. */
  giveUp(writer: SegmentWriter): void {
    if (this.#writers.at(-1) === writer) this.#current = undefined;
  }

  async close(): Promise<void> {
    await this.#current?.catch(() => {});
    for (const writer of this.#writers) writer.close();
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
