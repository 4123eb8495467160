// NumPy's .npz files: zip archives of .npy files, each an array by the name of its entry.

import { type NpyHeader, npyTexts, readNpy, readNpyHeader } from "./npy.ts";
import { type ArrayFile, findArray, type ListedArray } from "./numeric_array.ts";
import { readEntry, zipEntries, type ZipEntry } from "./zip.ts";

const what = "the .npz file";

/** Headers are shorter; only this much of an entry is unpacked to list it. */
const headerBytes = 4096;

/**
 * Opens a .npz file. Arrays are unpacked when they are read.
 *
 * @throws {TypeError} if the archive is damaged, or holds no .npy files.
 *
 * @example
 * ```ts
 * import { openNpz } from "#lib/formats/npz.ts";
 * import { encodeNpy } from "#lib/core/npy.ts";
 * import { zipSync } from "fflate";
 * import { assertEquals } from "@std/assert";
 * const array = encodeNpy({ dtype: "f8", shape: [1], data: Float64Array.of(7) });
 * const file = openNpz(zipSync({ "rates.npy": array }, { mtime: "1980-01-01" }));
 * assertEquals([...file.read("rates").data], [7]);
 * ```
 */
export function openNpz(bytes: Uint8Array): ArrayFile {
  const entries = new Map<string, ZipEntry>();
  const all = zipEntries(bytes, what);
  for (const entry of all) {
    if (entry.name.endsWith(".npy")) entries.set(entry.name.slice(0, -4), entry);
  }
  if (entries.size === 0) {
    const names = all.slice(0, 10).map(({ name }) => name).join(", ");
    const torch = all.some(({ name }) => name.endsWith("data.pkl"));
    throw new TypeError(
      `the file is a zip archive without .npy arrays in it (it holds ${names || "nothing"}); ` +
        (torch ? "it looks like torch.save: " : "") + "save with numpy.savez",
    );
  }
  let listed: readonly ListedArray[] | undefined;
  const list = () =>
    listed ??= [...entries].map(([name, entry]) => {
      const { shape, descr } = headerOf(bytes, entry);
      return { name, shape, type: descr };
    });
  const unpacked = (name: string) => {
    const entry = entries.get(name) ?? entries.get(findArray(list(), name, what).name)!;
    return readEntry(bytes, entry, what);
  };
  return {
    format: "npz",
    list,
    read: (name) => readNpy(unpacked(name), `'${name}' of ${what}`),
    texts: (name) => npyTexts(unpacked(name)),
  };
}

function headerOf(bytes: Uint8Array, entry: ZipEntry): NpyHeader {
  return readNpyHeader(readEntry(bytes, entry, what, headerBytes), `'${entry.name}' of ${what}`);
}
