// Git's index (versions 2, 3 and 4): which files are tracked, with what content, and how they looked on the disk when
// Git last saw them. Format: Documentation/gitformat-index in Git's sources.
// Leaves out split indexes, and folders that a sparse index holds in place of their files.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/** A tracked file. */
export interface IndexEntry {
  /** Relative to the checkout. */
  readonly path: string;
  /** Name of its content. */
  readonly hash: string;
  readonly mode: number;
  /** Milliseconds, as all times here. */
  readonly mtime: number;
  /** The lower 32 bits. */
  readonly size: number;
  /** The lower 32 bits. */
  readonly ino: number;
  /** Git was told not to look at it on the disk: assumed unchanged, or outside of a sparse checkout. */
  readonly ignored: boolean;
  /** Part of a merge that is not done. */
  readonly unmerged: boolean;
}

/** What an index tells. */
export interface GitIndex {
  /** In order of their paths. */
  readonly entries: readonly IndexEntry[];
  /** Name of the tree that the entries make, if Git has noted it. */
  readonly tree?: string;
}

/**
 * Reads an index.
 *
 * @throws {RangeError} if it is damaged, or of a kind that is not read.
 *
 * @example
 * ```ts
 * import { parseIndex } from "#lib/world/git/git_index.ts";
 * import { assertEquals } from "@std/assert";
 * const empty = new Uint8Array(32);
 * empty.set(new TextEncoder().encode("DIRC\0\0\0\x02"));
 * assertEquals(parseIndex(empty, 20), { entries: [] });
 * ```
 */
export function parseIndex(content: Uint8Array, hashLength: 20 | 32): GitIndex {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = bytes.length < 12 || view.getUint32(0) !== signature ? 0 : view.getUint32(4);
  if (version < 2 || version > 4) {
    throw new RangeError(`an index of version ${version} is not read`);
  }
  const count = view.getUint32(8);
  const end = bytes.length - hashLength;
  const sum = bytes.toString("hex", end);
  const algorithm = hashLength === 20 ? "sha1" : "sha256";
  // Git may be told to leave it out, and then writes zeros.
  if (
    /[^0]/.test(sum) && sum !== createHash(algorithm).update(bytes.subarray(0, end)).digest("hex")
  ) {
    throw new RangeError("the index is damaged");
  }
  const entries: IndexEntry[] = [];
  let at = 12;
  let path = "";
  for (let i = 0; i < count; i++) {
    const start = at;
    if (start + 40 + hashLength + 2 > end) throw new RangeError("the index is cut off");
    const flagsAt = start + 40 + hashLength;
    const flags = view.getUint16(flagsAt);
    const isExtended = (flags & 0x4000) !== 0;
    const more = isExtended ? view.getUint16(flagsAt + 2) : 0;
    at = flagsAt + (isExtended ? 4 : 2);
    let kept = "";
    if (version === 4) {
      // How many bytes of the path before are dropped, as an offset varint.
      let drop = bytes[at] & 127;
      while (bytes[at++] & 128) drop = (drop + 1) * 128 + (bytes[at] & 127);
      kept = dropBytes(path, drop);
    }
    const zero = bytes.indexOf(0, at);
    if (zero < 0 || zero > end) throw new RangeError("the index is cut off");
    path = kept + bytes.toString("utf8", at, zero);
    // Up to version 3 entries are padded with one to eight zeros.
    at = version === 4 ? zero + 1 : start + (zero - start + 8 & ~7);
    entries.push({
      path,
      hash: bytes.toString("hex", start + 40, flagsAt),
      mode: view.getUint32(start + 24),
      mtime: view.getUint32(start + 8) * 1000 + Math.floor(view.getUint32(start + 12) / 1e6),
      size: view.getUint32(start + 36),
      ino: view.getUint32(start + 20),
      ignored: (flags & 0x8000) !== 0 || (more & 0x4000) !== 0,
      unmerged: (flags & 0x3000) !== 0,
    });
  }
  let tree: string | undefined;
  while (at + 8 <= end) {
    const name = bytes.toString("latin1", at, at + 4);
    const length = view.getUint32(at + 4);
    if (name === "link" || name === "sdir") {
      throw new RangeError(`an index with '${name}' is not read`);
    }
    if (name === "TREE") tree = rootTree(bytes, at + 8, at + 8 + length, hashLength);
    at += 8 + length;
  }
  return tree === undefined ? { entries } : { entries, tree };
}

/** `DIRC` */
const signature = 0x44495243;

function dropBytes(path: string, count: number): string {
  const bytes = new TextEncoder().encode(path);
  return new TextDecoder().decode(bytes.subarray(0, bytes.length - count));
}

/** First entry of the extension `TREE`: an empty path, the number of its entries or -1, of subtrees, and the name. */
function rootTree(
  bytes: Buffer,
  from: number,
  to: number,
  hashLength: number,
): string | undefined {
  const line = bytes.indexOf(10, from);
  if (line < 0 || line + 1 + hashLength > to || bytes[from] !== 0) return undefined;
  const numEntries = parseInt(bytes.toString("latin1", from + 1, line));
  return numEntries >= 0 ? bytes.toString("hex", line + 1, line + 1 + hashLength) : undefined;
}
