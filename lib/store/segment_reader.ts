// Reads lines of segments, from memory where they are kept, else from the disk in pieces.

import type { Digest } from "../core/digest.ts";
import type { Disk } from "../core/disk.ts";
import type { Manifest, Provenance } from "../core/manifest.ts";
import type { Entry, Place, Segment } from "./segment.ts";
import { type Line, manifestOf, readLine } from "./segment_line.ts";

/** Reads manifests. */
export class SegmentReader {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** The manifest at a place; `undefined` if its line is not as it was written. */
  manifest({ segment, key, ...place }: Entry): Manifest | undefined {
    const line = this.#line(segment, place);
    if (line?.kind !== "manifest" || line.name !== key) return undefined;
    return manifestOf(line, (digest) => this.#modules(segment, digest));
  }

  #line(segment: Segment, place: Place): Line | undefined {
    const { offset, length, chunk } = place;
    if (chunk !== undefined) {
      const at = offset - chunk.offset;
      return readLine(chunk.bytes.subarray(at, at + length));
    }
    try {
      let { window } = segment;
      if (
        window === undefined || offset < window.offset ||
        offset + length > window.offset + window.bytes.length
      ) {
        // Lines that are asked for one after the other, forwards or backwards, are read many at a time; one that lies
        // elsewhere alone.
        const isNear = window !== undefined && offset + length > window.offset - nearby &&
          offset < window.offset + window.bytes.length + nearby;
        const from = isNear ? Math.max(0, offset - windowSize / 2) : offset;
        const size = isNear ? Math.max(windowSize, offset - from + length) : length;
        const bytes = this.#disk.readSync(segment.path, { offset: from, length: size });
        segment.window = window = { offset: from, bytes };
      }
      const at = offset - window.offset;
      return readLine(window.bytes.subarray(at, at + length));
    } catch {
      return undefined;
    }
  }

  #modules(segment: Segment, digest: Digest): Provenance["modules"] {
    const at = segment.modules.get(digest);
    if (at === undefined) return {};
    if (at.table !== undefined) return at.table;
    const line = this.#line(segment, at);
    const table = line?.kind === "modules" && line.name === digest
      ? line.body as Provenance["modules"]
      : {};
    segment.modules.set(digest, { ...at, table });
    return table;
  }
}

const windowSize = 256 * 1024;
const nearby = 16 * 1024;
