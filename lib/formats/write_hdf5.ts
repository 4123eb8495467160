// HDF5 files, written in memory by h5wasm: arrays under paths, axes named as dimension labels, what labels them as
// dimension scales, facts as attributes. h5py, MATLAB and Julia open them.

import type { DType, Tensor } from "../core/tensor.ts";
import { loadHdf5Writer, type MemoryFile, stamped } from "./hdf5_library.ts";

/** A fact about a data set or a group. Anything else is written as JSON. */
export type Hdf5Attributes = Readonly<Record<string, unknown>>;

/** An array with its place in a file. */
export interface Hdf5Array {
  /** Path without a leading slash; parts are groups, which are made. */
  readonly path: string;
  readonly tensor: Tensor;
  readonly attributes: Hdf5Attributes;
}

/** What a file holds. */
export interface Hdf5Content {
  readonly arrays: readonly Hdf5Array[];
  /** Attributes of groups by path; "" is the file itself. */
  readonly groups: Readonly<Record<string, Hdf5Attributes>>;
}

/** Bytes of arrays that one file may have here: it is made in memory, where it lies twice. */
export const maxHdf5Bytes = 2 ** 29;

/**
 * Writes a file; equal content gives equal bytes, whatever the time.
 *
 * @throws {RangeError} if the arrays have more than {@link maxHdf5Bytes} together.
 *
 * @example
 * ```ts
 * import { writeHdf5 } from "#lib/formats/write_hdf5.ts";
 * import { openHdf5 } from "#lib/formats/hdf5.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const rates = tensor(["time"], [2], Float64Array.of(1, 0.1), { units: "Hz" });
 * const bytes = await writeHdf5({ arrays: [{ path: "fit/rates", tensor: rates, attributes: {} }], groups: {} });
 * using file = await openHdf5(bytes);
 * assertEquals(file.read("fit/rates").data, rates.data);
 * ```
 */
export async function writeHdf5({ arrays, groups }: Hdf5Content): Promise<Uint8Array<ArrayBuffer>> {
  const size = arrays.reduce((sum, { tensor }) => sum + tensor.data.byteLength, 0);
  if (size > maxHdf5Bytes) {
    throw new RangeError(
      `${arrays.length} arrays of ${size} bytes do not fit into one HDF5 file here, which is made in memory ` +
        `and has up to ${maxHdf5Bytes}; write a folder of .npy files instead`,
    );
  }
  const { File, FS } = await loadHdf5Writer();
  const path = `/made${numMade++}.h5`;
  return stamped(() => {
    const file = new File(path, "w", { libver: ["earliest", "latest"] });
    try {
      file.flush();
      reserve(FS.lookupPath(path).node, size + 4096 * arrays.length);
      const made = new Map<string, Hdf5Group>([["", file]]);
      const group = (name: string): Hdf5Group => {
        const known = made.get(name);
        if (known !== undefined) return known;
        const slash = name.lastIndexOf("/");
        const created = group(name.slice(0, Math.max(0, slash))).create_group(
          name.slice(slash + 1),
        );
        made.set(name, created);
        return created;
      };
      for (const array of arrays) {
        const slash = array.path.lastIndexOf("/");
        writeArray(
          group(array.path.slice(0, Math.max(0, slash))),
          array.path.slice(slash + 1),
          array,
        );
      }
      for (const [name, attributes] of Object.entries(groups)) describe(group(name), attributes);
      file.flush();
    } finally {
      file.close();
    }
    try {
      const { contents, usedBytes } = FS.lookupPath(path).node;
      // What it wrote into is nobody's but ours once the file is gone.
      return contents instanceof Uint8Array
        ? contents.subarray(0, usedBytes) as Uint8Array<ArrayBuffer>
        : FS.readFile(path);
    } finally {
      FS.unlink(path);
    }
  });
}

let numMade = 0;

/** Makes room at once: the library would copy all that is there each time the file has grown by an eighth. */
function reserve(file: MemoryFile, bytes: number): void {
  const { contents, usedBytes } = file;
  if (!(contents instanceof Uint8Array) || contents.length >= bytes) return;
  const room = new Uint8Array(bytes);
  room.set(contents.subarray(0, usedBytes));
  file.contents = room;
}

/** The library's names of element types. `<f8` would be taken for four bytes. */
const types: Readonly<Record<DType, string>> = { f8: "<d", f4: "<f", i4: "<i", u1: "<B" };

/** What is used of a group of h5wasm. */
export interface Hdf5Group extends Hdf5Described {
  create_group(name: string): Hdf5Group;
  create_dataset(options: {
    readonly name: string;
    readonly data: ArrayLike<number> | readonly string[];
    readonly shape: readonly number[];
    readonly dtype?: string;
  }): Hdf5Dataset;
}

/** What has attributes. */
export interface Hdf5Described {
  create_attribute(name: string, data: unknown, shape?: readonly number[], dtype?: string): void;
}

/** What is used of a data set of h5wasm. */
export interface Hdf5Dataset extends Hdf5Described {
  make_scale(name: string): void;
  attach_scale(index: number, path: string): void;
  set_dimension_label(index: number, label: string): void;
  readonly path: string;
}

function writeArray(group: Hdf5Group, name: string, { tensor, attributes }: Hdf5Array): void {
  const { dims, shape, dtype, data, units, coords = {} } = tensor;
  const dataset = group.create_dataset({ name, data, shape, dtype: types[dtype] });
  if (shape.length > 0) dataset.create_attribute("dims", [...dims]);
  describe(dataset, { ...(units === undefined ? {} : { units }), ...attributes });
  // An axis of length 0 has no labels, and the library none of such an array.
  if (data.length === 0) return;
  dims.forEach((dim, index) => {
    dataset.set_dimension_label(index, dim);
    const labels = Object.hasOwn(coords, dim) ? coords[dim] : undefined;
    if (labels === undefined || labels.length !== shape[index]) return;
    const numbers = labels.every((label) => typeof label === "number");
    const scale = group.create_dataset({
      name: `${name}.${dim}`,
      shape: [labels.length],
      ...(numbers
        ? { data: Float64Array.from(labels as readonly number[]), dtype: "<d" }
        : { data: labels.map(String), dtype: "S" }),
    });
    scale.make_scale(dim);
    dataset.attach_scale(index, scale.path);
  });
}

function describe(target: Hdf5Described, attributes: Hdf5Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null) continue;
    if (typeof value === "number") target.create_attribute(name, value, [], "<d");
    else if (typeof value === "string") target.create_attribute(name, value.replaceAll("\0", ""));
    else if (isList(value, "number") && value.length > 0) {
      target.create_attribute(name, value, [value.length], "<d");
    } else if (isList(value, "string") && value.length > 0) target.create_attribute(name, value);
    else target.create_attribute(name, JSON.stringify(value).replaceAll("\0", ""));
  }
}

function isList<T extends "number" | "string">(
  value: unknown,
  type: T,
): value is (T extends "number" ? number : string)[] {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}
