// Zip archives, read: stored and deflated entries, zip64, checked sums. Sizes that an archive declares are believed only
// as far as deflate can reach, so that a bomb is refused before anything is allocated. Unpacking is fflate's.
// Format: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.

import { inflateSync } from "fflate";
import { maxArrayBytes } from "./numeric_array.ts";

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** A byte of deflate gives 1032 at most. */
const maxRatio = 1032;
const maxEntries = 100_000;

/**
 * The entries of an archive, from its central directory.
 *
 * @throws {TypeError} if there is none, or it is damaged.
 *
 * @example
 * ```ts
 * import { zipEntries } from "#lib/formats/zip.ts";
 * import { zipSync } from "fflate";
 * import { assertEquals } from "@std/assert";
 * const bytes = zipSync({ "a.npy": new Uint8Array([1, 2]) }, { mtime: "1980-01-01" });
 * assertEquals(zipEntries(bytes, "the .npz file").map(({ name, size }) => [name, size]), [["a.npy", 2]]);
 * ```
 */
export function zipEntries(bytes: Uint8Array, what: string): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { start, count } = directoryOf(view, what);
  const entries: ZipEntry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) {
      throw damaged(what, `its list of contents breaks off after ${i} of ${count} entries`);
    }
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const commentLength = view.getUint16(at + 32, true);
    const end = at + 46 + nameLength + extraLength;
    if (end > bytes.length) throw damaged(what, "an entry of its list of contents is cut short");
    const sizes = { size: 0, packed: 0, offset: 0 };
    sizes.packed = view.getUint32(at + 20, true);
    sizes.size = view.getUint32(at + 24, true);
    sizes.offset = view.getUint32(at + 42, true);
    widen(view, at + 46 + nameLength, end, sizes);
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)),
      isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedSize: sizes.packed,
      size: sizes.size,
      offset: sizes.offset,
    });
    at = end + commentLength;
  }
  return entries;
}

/**
 * The bytes of one entry, checked against its sum.
 *
 * @param limit bytes wanted from the beginning; the sum is then not checked.
 * @throws {TypeError} if the entry is damaged, encrypted, packed in another way, or declares more than it can hold.
 *
 * @example
 * ```ts
 * import { readEntry, zipEntries } from "#lib/formats/zip.ts";
 * import { zipSync } from "fflate";
 * import { assertEquals } from "@std/assert";
 * const bytes = zipSync({ a: new Uint8Array(1000) }, { mtime: "1980-01-01" });
 * assertEquals(readEntry(bytes, zipEntries(bytes, "x")[0], "x"), new Uint8Array(1000));
 * ```
 */
export function readEntry(
  bytes: Uint8Array,
  entry: ZipEntry,
  what: string,
  limit = Infinity,
): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { name, offset, packedSize, size } = entry;
  const where = `'${name}' of ${what}`;
  if (entry.isEncrypted) throw new TypeError(`${where} is encrypted; save it without a password`);
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== 0x04034b50) {
    throw damaged(what, `'${name}' is not where its list of contents says`);
  }
  const from = offset + 30 + view.getUint16(offset + 26, true) +
    view.getUint16(offset + 28, true);
  if (from + packedSize > bytes.length) throw damaged(what, `'${name}' is cut short`);
  const packed = bytes.subarray(from, from + packedSize);
  const possible = entry.method === 0 ? packedSize : packedSize * maxRatio + 1032;
  if (size > possible || size > maxArrayBytes + 65536) {
    throw new TypeError(
      `${where} declares ${size} bytes, more than its ${packedSize} packed bytes can hold or than Basin reads at once`,
    );
  }
  const wanted = Math.min(size, limit);
  const data = unpack(packed, wanted, entry, where, what).subarray(0, wanted);
  if (data.length < wanted) {
    throw damaged(what, `'${name}' holds ${data.length} bytes instead of ${size}`);
  }
  if (limit >= size && crc32(data) !== entry.crc) {
    throw damaged(what, `'${name}' does not have the check sum that it was written with`);
  }
  return data;
}

function unpack(
  packed: Uint8Array,
  wanted: number,
  entry: ZipEntry,
  where: string,
  what: string,
): Uint8Array {
  const { method, name } = entry;
  if (method === 0) return packed.subarray(0, wanted);
  if (method !== 8) {
    throw new TypeError(
      `${where} is packed by method ${method}; Basin reads stored and deflated entries, as numpy.savez and savez_compressed write`,
    );
  }
  try {
    // What does not fit into `out` is dropped, so memory stays within it.
    return inflateSync(packed, { out: new Uint8Array(wanted) });
  } catch (error) {
    // A stored block does not fit into a part.
    if (wanted < entry.size) return unpack(packed, entry.size, entry, where, what);
    throw damaged(what, `'${name}' cannot be unpacked (${(error as Error).message})`);
  }
}

/** Where the central directory begins and how many entries it has. */
function directoryOf(view: DataView, what: string): { start: number; count: number } {
  const lowest = Math.max(0, view.byteLength - 22 - 65535);
  for (let at = view.byteLength - 22; at >= lowest; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    let count = view.getUint16(at + 10, true);
    let start = view.getUint32(at + 16, true);
    const locator = at - 20;
    if (locator >= 0 && view.getUint32(locator, true) === 0x07064b50) {
      const end64 = Number(view.getBigUint64(locator + 8, true));
      if (end64 + 56 > view.byteLength || view.getUint32(end64, true) !== 0x06064b50) {
        throw damaged(what, "its zip64 end is not where it says");
      }
      count = Number(view.getBigUint64(end64 + 32, true));
      start = Number(view.getBigUint64(end64 + 48, true));
    }
    if (count > maxEntries) {
      throw new TypeError(`${what} lists ${count} entries; Basin reads up to ${maxEntries}`);
    }
    return { start, count };
  }
  throw damaged(what, "its end is missing");
}

/** Sizes that do not fit 32 bits stand in an extra field of id 1, in this order, each only if its place is full. */
function widen(
  view: DataView,
  from: number,
  to: number,
  sizes: { size: number; packed: number; offset: number },
): void {
  for (let at = from; at + 4 <= to;) {
    const id = view.getUint16(at, true);
    const end = Math.min(to, at + 4 + view.getUint16(at + 2, true));
    if (id === 1) {
      let field = at + 4;
      for (const name of ["size", "packed", "offset"] as const) {
        if (sizes[name] !== 0xffffffff || field + 8 > end) continue;
        sizes[name] = Number(view.getBigUint64(field, true));
        field += 8;
      }
    }
    at = end;
  }
}

function damaged(what: string, how: string): TypeError {
  return new TypeError(`${what} is damaged: ${how}; copy or save it again`);
}

let crcTable: Uint32Array | undefined;

/** CRC-32 of ISO 3309, bit by bit into a table, then byte by byte. */
function crc32(bytes: Uint8Array): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
