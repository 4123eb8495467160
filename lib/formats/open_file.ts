// Opens a file of recorded data: told by its bytes which format it is, since files come without their names.

import { openDelimited } from "./delimited.ts";
import { isHdf5, openHdf5 } from "./hdf5.ts";
import { openJson } from "./json_arrays.ts";
import { openNpy } from "./npy.ts";
import { openNpz } from "./npz.ts";
import type { ArrayFile } from "./numeric_array.ts";

/** Formats that are read. MATLAB's .mat of version 7.3 and NWB are `hdf5`. */
export const formats = ["npy", "npz", "hdf5", "csv", "tsv", "json"] as const;

/** One of {@link formats}. */
export type Format = typeof formats[number];

/**
 * Opens bytes as what they are, or as the format that is said. A file in HDF5 is to be closed after use.
 *
 * @throws {TypeError} if the format is none of these, or the file is damaged.
 *
 * @example
 * ```ts
 * import { openFile } from "#lib/formats/open_file.ts";
 * import { assertEquals } from "@std/assert";
 * const file = await openFile(new TextEncoder().encode("a,b\n1,2\n"));
 * assertEquals([...file.read("").data], [1, 2]);
 * ```
 */
export async function openFile(
  bytes: Uint8Array,
  format: Format | "auto" = "auto",
): Promise<ArrayFile & Partial<Disposable>> {
  switch (format === "auto" ? formatOf(bytes) : format) {
    case "npy":
      return openNpy(bytes);
    case "npz":
      return openNpz(bytes);
    case "hdf5":
      return await openHdf5(bytes);
    case "json":
      return openJson(bytes);
    case "csv":
      return openDelimited(bytes, ",");
    case "tsv":
      return openDelimited(bytes, "\t");
    case "text":
      return openDelimited(bytes);
  }
}

/** Beginnings of files that people try, and what to do about them. */
const others: readonly (readonly [string, string])[] = [
  ["\x80", "a Python pickle; save the arrays with numpy.savez, which any program can open"],
  ["MATLAB 5.0", "a MATLAB file of version 5 to 7; save it with save(…, '-v7.3'), which is HDF5"],
  ["\x1f\x8b", "packed by gzip; unpack it first"],
  ["BZh", "packed by bzip2; unpack it first"],
  ["\xfd7zXZ", "packed by xz; unpack it first"],
  ["(\xb5/\xfd", "packed by zstd; unpack it first"],
  ["PAR1", "Parquet; save it as .csv or .npz"],
  ["ARROW1", "Arrow; save it as .csv or .npz"],
  ["\xd0\xcf\x11\xe0", "an old Office document; save the sheet as .csv"],
  ["CDF", "NetCDF 3; save it as NetCDF 4, which is HDF5"],
];

function formatOf(bytes: Uint8Array): Format | "text" {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  if (start.startsWith("\x93NUMPY")) return "npy";
  if (start.startsWith("PK\x03\x04") || start.startsWith("PK\x05\x06")) return "npz";
  if (isHdf5(bytes)) return "hdf5";
  if (bytes.length === 0) throw new TypeError("the file is empty");
  const other = others.find(([magic]) => start.startsWith(magic));
  if (other !== undefined) throw new TypeError(`the file is ${other[1]}`);
  if (bytes.subarray(0, 4096).includes(0)) {
    throw new TypeError(
      "the file is binary and none of .npy, .npz, HDF5; Basin reads these, .csv, .tsv and .json",
    );
  }
  const text = new TextDecoder().decode(bytes.subarray(0, 4096)).replace(/^\ufeff/, "").trimStart();
  return text.startsWith("{") || text.startsWith("[") ? "json" : "text";
}
