// Segments and the manifests in them, as a process knows them. Leaves out: reading and writing.

import type { ActionKey, Digest } from "../core/digest.ts";
import type { Provenance } from "../core/manifest.ts";
import type { PackedSegment } from "./packed_segment.ts";

/** Where one manifest lies. */
export interface Entry {
  readonly segment: Segment;
  readonly key: ActionKey;
  /** 0 for the first result of a key; a higher one takes the place of all lower ones. */
  readonly generation: number;
  readonly offset: number;
  readonly length: number;
  /** The bytes that hold the line, while they are kept in memory. */
  readonly chunk: Chunk | undefined;
  /** Where its packed form is. */
  readonly packed?: { readonly segment: PackedSegment; readonly index: number };
}

/** One segment, as far as it was read. */
export interface Segment {
  readonly id: string;
  readonly path: string;
  /** Everything before it was looked at. */
  scanned: number;
  /** Size when it was last looked at. */
  size: number;
  /** Everything before it is known to have become durable. */
  durable: number;
  readonly entries: Entry[];
  readonly modules: Map<Digest, ModulesAt>;
  /** What was learned of entries since the segment was scanned or packed. */
  readonly learned: Map<Entry, string>;
  /** The part that was read last. */
  window?: Chunk;
  packed?: PackedSegment;
  /** Its packed form tells of what is damaged. */
  stale?: boolean;
}

/** Where a line lies in its segment. */
export type Place = Pick<Entry, "offset" | "length" | "chunk">;

/** A part of a segment. */
export interface Chunk {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A table of modules: where it lies until it is asked for, then itself. */
export type ModulesAt = Place & { readonly table?: Provenance["modules"] };

/**
 * A segment of which nothing was read.
 *
 * @example
 * ```ts
 * import { newSegment } from "#lib/store/segment.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(newSegment("a-0", "ac/a-0.ndjson").entries, []);
 * ```
 */
export function newSegment(id: string, path: string): Segment {
  return {
    id,
    path,
    scanned: 0,
    size: 0,
    durable: 0,
    entries: [],
    modules: new Map(),
    learned: new Map(),
  };
}

/**
 * The order of results of one key: the latest generation first, then by segment and place.
 *
 * @example
 * ```ts
 * import { byRank, newSegment } from "#lib/store/segment.ts";
 * import { assert } from "@std/assert";
 * const segment = newSegment("a-0", "");
 * const entry = { segment, key: "" as never, generation: 0, offset: 9, length: 1, chunk: undefined };
 * assert(byRank(entry, { ...entry, generation: 1 }) > 0);
 * ```
 */
export function byRank(a: Entry, b: Entry): number {
  if (a.generation !== b.generation) return b.generation - a.generation;
  if (a.segment.id !== b.segment.id) return a.segment.id < b.segment.id ? -1 : 1;
  return a.offset - b.offset;
}

/**
 * The session that wrote a segment.
 *
 * @example
 * ```ts
 * import { sessionOf } from "#lib/store/segment.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(sessionOf("01hx7k-0"), "01hx7k");
 * ```
 */
export function sessionOf(segment: string): string {
  const dash = segment.lastIndexOf("-");
  return dash < 0 ? segment : segment.slice(0, dash);
}
