// What a segment holds, in a form that is read at once: for each key where its line lies, and its outputs. Disposable:
// it lies with the index of verified files, on a local disk, and counts only while the segment looks as it did, and was
// durable, when it was packed.
//
// A line of JSON, records of fixed size, summaries (lazy_manifest.ts), and the SHA-256 of all that.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { ActionKey, Digest } from "../core/digest.ts";
import { hexOf } from "../core/digest.ts";
import type { Look } from "./stat_index.ts";

/** One manifest of a packed segment. */
export interface PackedRecord {
  readonly key: ActionKey;
  readonly generation: number;
  readonly offset: number;
  readonly length: number;
  /** Empty if it is not known. */
  readonly summary: string;
}

/** What is told of a segment as a whole. */
export interface PackedHeader {
  readonly version: 1;
  readonly look: Look;
  readonly count: number;
  /** Tables of modules: digest, offset, length. */
  readonly modules: readonly (readonly [Digest, number, number])[];
}

/**
 * Packs a segment.
 *
 * @example
 * ```ts
 * import { PackedSegment, packSegment } from "#lib/store/packed_segment.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const record = { key: digestOf("k") as never, generation: 0, offset: 5, length: 7, summary: "[]" };
 * const packed = PackedSegment.read(packSegment({ ino: 1, size: 12, mtime: 3 }, [], [record]));
 * assertEquals([packed?.count, packed?.keyAt(0), packed?.summaryAt(0)], [1, record.key, "[]"]);
 * ```
 */
export function packSegment(
  look: Look,
  modules: PackedHeader["modules"],
  records: readonly PackedRecord[],
): Uint8Array {
  const header: PackedHeader = { version: 1, look, count: records.length, modules };
  const head = Buffer.from(JSON.stringify(header) + "\n");
  const text = records.reduce((sum, { summary }) => sum + Buffer.byteLength(summary), 0);
  const recordsAt = head.length;
  const summariesAt = recordsAt + records.length * recordSize;
  const bytes = Buffer.alloc(summariesAt + text + sumSize);
  head.copy(bytes);
  let at = recordsAt;
  let summaryAt = 0;
  for (const { key, generation, offset, length, summary } of records) {
    bytes.write(hexOf(key), at, keySize, "latin1");
    const size = bytes.write(summary, summariesAt + summaryAt);
    bytes.writeDoubleLE(offset, at + keySize);
    bytes.writeUInt32LE(length, at + keySize + 8);
    bytes.writeUInt32LE(generation, at + keySize + 12);
    bytes.writeUInt32LE(summaryAt, at + keySize + 16);
    bytes.writeUInt32LE(size, at + keySize + 20);
    at += recordSize;
    summaryAt += size;
  }
  sumOf(bytes).copy(bytes, bytes.length - sumSize);
  return bytes;
}

/** A packed segment, read. Records go by number. */
export class PackedSegment {
  readonly header: PackedHeader;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #recordsAt: number;
  readonly #summariesAt: number;

  private constructor(bytes: Uint8Array, header: PackedHeader, recordsAt: number) {
    this.header = header;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#recordsAt = recordsAt;
    this.#summariesAt = recordsAt + header.count * recordSize;
  }

  /** `undefined` if a bit of it is not as it was written. */
  static read(file: Uint8Array): PackedSegment | undefined {
    const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
    if (bytes.length < sumSize) return undefined;
    if (!sumOf(bytes).equals(bytes.subarray(bytes.length - sumSize))) return undefined;
    const end = bytes.indexOf("\n");
    const header = JSON.parse(bytes.toString("utf8", 0, end)) as PackedHeader;
    return header.version === 1 ? new PackedSegment(file, header, end + 1) : undefined;
  }

  get count(): number {
    return this.header.count;
  }

  /** The first 32 bits of a key. */
  hashAt(index: number): number {
    const at = this.#recordsAt + index * recordSize;
    let hash = 0;
    for (let i = 0; i < 8; i++) hash = (hash << 4) | digit(this.#bytes[at + i]);
    return hash;
  }

  /** Whether a record is of a key, given by its hexadecimal digits. */
  isOf(index: number, hex: string): boolean {
    const at = this.#recordsAt + index * recordSize;
    for (let i = 0; i < keySize; i++) {
      if (this.#bytes[at + i] !== hex.charCodeAt(i)) return false;
    }
    return true;
  }

  keyAt(index: number): ActionKey {
    const at = this.#recordsAt + index * recordSize;
    return `sha256:${decoder.decode(this.#bytes.subarray(at, at + keySize))}` as ActionKey;
  }

  offsetAt(index: number): number {
    return this.#view.getFloat64(this.#recordsAt + index * recordSize + keySize, true);
  }

  lengthAt(index: number): number {
    return this.#view.getUint32(this.#recordsAt + index * recordSize + keySize + 8, true);
  }

  generationAt(index: number): number {
    return this.#view.getUint32(this.#recordsAt + index * recordSize + keySize + 12, true);
  }

  summaryAt(index: number): string {
    const at = this.#recordsAt + index * recordSize + keySize;
    const from = this.#summariesAt + this.#view.getUint32(at + 16, true);
    const length = this.#view.getUint32(at + 20, true);
    return length === 0 ? "" : decoder.decode(this.#bytes.subarray(from, from + length));
  }
}

/**
 * The first 32 bits of a key, as {@link PackedSegment.hashAt} gives them.
 *
 * @example
 * ```ts
 * import { hashOf } from "#lib/store/packed_segment.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(hashOf("0000001f99"), 31);
 * ```
 */
export function hashOf(hex: string): number {
  let hash = 0;
  for (let i = 0; i < 8; i++) hash = (hash << 4) | digit(hex.charCodeAt(i));
  return hash;
}

function sumOf(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes.subarray(0, bytes.length - sumSize)).digest() as Buffer;
}

function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

const decoder = new TextDecoder();
const sumSize = 32;
const keySize = 64;
const recordSize = keySize + 24;
