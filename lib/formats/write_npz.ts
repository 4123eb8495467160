// NumPy's .npz files, written: zip archives of .npy files, stored and not packed, so that equal arrays give equal bytes
// anywhere and at any time. There is no zip64 here, so an archive ends at 4 GiB.

import { zipSync } from "fflate";

/** Bytes that an archive can have. */
export const maxNpzBytes = 2 ** 32 - 1;

/** Entries that an archive can have. */
const maxEntries = 65_535;

/**
 * Bundles .npy files by the names under which `numpy.load` gives them.
 *
 * @throws {RangeError} if the archive would be larger than 4 GiB.
 *
 * @example
 * ```ts
 * import { writeNpz } from "#lib/formats/write_npz.ts";
 * import { openNpz } from "#lib/formats/npz.ts";
 * import { encodeNpy } from "#lib/core/npy.ts";
 * import { assertEquals } from "@std/assert";
 * const b_rec = encodeNpy({ dtype: "f4", shape: [2], data: Float32Array.of(1, 2) });
 * assertEquals([...openNpz(writeNpz({ b_rec })).read("b_rec").data], [1, 2]);
 * ```
 */
export function writeNpz(arrays: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const names = Object.keys(arrays);
  const size = npzBytes(names.map((name) => [name, arrays[name].length]));
  if (size > maxNpzBytes || names.length > maxEntries) {
    throw new RangeError(
      `${names.length} arrays of ${size} bytes do not fit into a .npz file, which ends at 4 GiB; ` +
        "write a folder of .npy files instead",
    );
  }
  // A date is stored as a clock on the wall shows it: the same bytes in every time zone.
  const mtime = new Date(1980, 0, 1);
  return zipSync(
    Object.fromEntries(names.map((name) => [`${name}.npy`, [arrays[name], { level: 0, mtime }]])),
  ) as Uint8Array<ArrayBuffer>;
}

/**
 * How large an archive becomes.
 *
 * @param sizes name and bytes of each array
 *
 * @example
 * ```ts
 * import { npzBytes, writeNpz } from "#lib/formats/write_npz.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(npzBytes([["a", 3]]), writeNpz({ a: new Uint8Array(3) }).length);
 * ```
 */
export function npzBytes(sizes: readonly (readonly [name: string, bytes: number])[]): number {
  let size = 22; // the end of the list of contents
  for (const [name, bytes] of sizes) {
    const nameBytes = new TextEncoder().encode(`${name}.npy`).length;
    size += 30 + nameBytes + bytes + 46 + nameBytes;
  }
  return size;
}
