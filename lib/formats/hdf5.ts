// HDF5 files (and MATLAB's .mat of version 7.3, and NWB, which are HDF5), read in memory by h5wasm: the HDF5 library
// compiled to wasm. Only its thin layer is used, because that tells sizes before anything is allocated, and hands over
// bytes of every element type.

import { type ElementType, readElements } from "./elements.ts";
import { because, guarded, type Library, loadHdf5, type Metadata } from "./hdf5_library.ts";
import {
  type ArrayFile,
  countEntries,
  describeArrays,
  findArray,
  type ListedArray,
  maxArrayBytes,
  type NumericArray,
} from "./numeric_array.ts";

const what = "the HDF5 file";
const maxChunkBytes = 2 ** 28;
/** Where the signature may stand: after nothing, or after a block of the writer's own (MATLAB). */
const signatureAt = [0, 512, 1024, 2048];
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Whether bytes are an HDF5 file.
 *
 * @example
 * ```ts
 * import { isHdf5 } from "#lib/formats/hdf5.ts";
 * import { assert } from "@std/assert";
 * assert(isHdf5(new Uint8Array([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])));
 * ```
 */
export function isHdf5(bytes: Uint8Array): boolean {
  return signatureAt.some((at) => signature.every((byte, i) => bytes[at + i] === byte));
}

/**
 * Opens an HDF5 file. Its data sets are listed by path without a leading slash, `recording/rates`; those below
 * links to other files are not there. Close it after use.
 *
 * @throws {TypeError} if the library cannot open it.
 *
 * @example
 * ```ts
 * import { openHdf5 } from "#lib/formats/hdf5.ts";
 * import { assertRejects } from "@std/assert";
 * await assertRejects(() => openHdf5(new Uint8Array(100)), TypeError, "cannot be opened");
 * ```
 */
export async function openHdf5(bytes: Uint8Array): Promise<ArrayFile & Disposable> {
  const library = await loadHdf5();
  const path = `/data${numOpened++}.h5`;
  library.FS.writeFile(path, bytes);
  const file = guarded(() =>
    library.open(
      path,
      library.H5F_ACC_RDONLY,
      false,
      library.H5F_LIBVER_EARLIEST,
      library.H5F_LIBVER_LATEST,
    )
  );
  if (file <= 0n) {
    library.FS.unlink(path);
    throw new TypeError(`${what} cannot be opened${because()}; copy or save it again`);
  }
  return new Hdf5File(library, file, path, bytes.length);
}

let numOpened = 0;

class Hdf5File implements ArrayFile, Disposable {
  readonly format = "hdf5";
  readonly #library: Library;
  readonly #file: bigint;
  readonly #path: string;
  readonly #numBytes: number;
  #listed: readonly ListedArray[] | undefined;

  constructor(library: Library, file: bigint, path: string, numBytes: number) {
    this.#library = library;
    this.#file = file;
    this.#path = path;
    this.#numBytes = numBytes;
  }

  list(): readonly ListedArray[] {
    return this.#listed ??= this.#names().map((name) => {
      const metadata = guarded(() => this.#library.get_dataset_metadata(this.#file, name));
      return { name, shape: metadata.shape ?? [], type: typeText(metadata) };
    });
  }

  read(given: string): NumericArray {
    const name = given.replace(/^\/+|\/+$/g, "");
    const metadata = this.#metadata(name);
    const where = `'${name}' of ${what}`;
    if (metadata.shape === null) {
      throw new TypeError(`${where} is empty (a data set without a shape)`);
    }
    const type = elementType(metadata, where);
    const count = countEntries(metadata.shape, where);
    this.#requirePlausible(name, metadata, count * type.size);
    const bytes = this.#bytes(name, count * type.size, where);
    return { shape: metadata.shape, data: readElements(bytes, count, type, where) };
  }

  texts(given: string): readonly string[] | undefined {
    const name = given.replace(/^\/+|\/+$/g, "");
    const metadata = this.#metadata(name);
    if (metadata.type !== kinds.text || metadata.shape === null) return undefined;
    const where = `'${name}' of ${what}`;
    const count = countEntries(metadata.shape, where);
    const { size } = metadata;
    if (size * count > maxArrayBytes) throw new TypeError(`${where} holds too many texts`);
    const bytes = this.#bytes(name, size * count, where);
    const heap = this.#library.HEAPU8;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: count }, (_, i) => {
      const [from, within] = metadata.vlen
        ? [view.getUint32(4 * i, true), heap]
        : [i * size, bytes];
      const to = within.indexOf(0, from);
      const most = metadata.vlen ? from + 65536 : from + size;
      return new TextDecoder().decode(within.slice(from, to < 0 ? most : Math.min(to, most)));
    });
  }

  [Symbol.dispose](): void {
    try {
      guarded(() => this.#library.close_file(this.#file));
    } catch {
      // The library has been put back; it knows no file any more.
    }
    this.#library.FS.unlink(this.#path);
  }

  #names(): readonly string[] {
    const names = guarded(() => this.#library.get_names(this.#file, "/", true));
    return names.filter((name) => this.#isDataset(name));
  }

  #isDataset(name: string): boolean {
    return guarded(() => this.#library.get_type(this.#file, name)) === this.#library.H5G_DATASET;
  }

  #metadata(name: string): Metadata {
    if (name === "" || !this.#isDataset(name)) {
      const inside = this.list().filter((array) => array.name.startsWith(`${name}/`));
      if (name !== "" && inside.length > 0) {
        throw new TypeError(
          `'${name}' of ${what} is a group; name an array in it: ${describeArrays(inside)}`,
        );
      }
      findArray(this.list(), name, what);
    }
    return guarded(() => this.#library.get_dataset_metadata(this.#file, name));
  }

  /** A file that lies about its sizes would fill the memory. */
  #requirePlausible(name: string, metadata: Metadata, numBytes: number): void {
    const where = `'${name}' of ${what}`;
    const { chunks, size } = metadata;
    if (chunks === null) {
      // Contiguous data that were never written are not in the file; they read as zeros.
      if (numBytes > this.#numBytes && numBytes > 2 ** 24) {
        throw new TypeError(
          `${where} declares ${numBytes} bytes, but the file has ${this.#numBytes}; it is damaged or was never written`,
        );
      }
      return;
    }
    const chunkBytes = chunks.reduce((product, length) => product * length, size);
    if (!(chunkBytes <= maxChunkBytes)) {
      throw new TypeError(
        `${where} has chunks of ${chunkBytes} bytes; Basin reads chunks of up to ${maxChunkBytes}: save it again with smaller ones`,
      );
    }
    const filters = guarded(() => this.#library.get_dataset_filters(this.#file, name));
    const unknown = filters.find(({ id }) => !knownFilters.has(id));
    if (unknown !== undefined) {
      throw new TypeError(
        `${where} is packed by the filter '${
          unknown.name || unknown.id
        }', which Basin does not have; ` +
          "save it with compression='gzip', or without",
      );
    }
  }

  #bytes(name: string, numBytes: number, where: string): Uint8Array {
    const library = this.#library;
    const pointer = guarded(() => library._malloc(Math.max(numBytes, 8)));
    if (pointer === 0) throw new TypeError(`${where} does not fit into the memory of the reader`);
    try {
      const status = guarded(() =>
        library.get_dataset_data(this.#file, name, null, null, null, BigInt(pointer))
      );
      if (status < 0) {
        throw new TypeError(`${where} cannot be read${because()}; copy or save the file again`);
      }
      return library.HEAPU8.slice(pointer, pointer + numBytes);
    } finally {
      library._free(pointer);
    }
  }
}

/** HDF5's classes of types (H5Tpublic.h). */
const kinds = { integer: 0, float: 1, text: 3, bits: 4, compound: 6, enumeration: 8, vlen: 9 };

/** deflate, shuffle, fletcher32, szip, nbit, scaleoffset: those that the library itself has. */
const knownFilters = new Set([1, 2, 3, 4, 5, 6]);

function elementType(metadata: Metadata, where: string): ElementType {
  const { type, size, signed } = metadata;
  // The library hands over the byte order of this machine's wasm, whatever the file has.
  const littleEndian = true;
  if (type === kinds.float && [2, 4, 8].includes(size)) return { kind: "f", size, littleEndian };
  if (type === kinds.integer || (type === kinds.enumeration && metadata.enum_type?.type === 0)) {
    return { kind: signed ? "i" : "u", size, littleEndian };
  }
  const members = metadata.compound_type?.members.map(({ name }) => name) ?? [];
  if (type === kinds.compound && members.join() === "r,i") {
    throw new TypeError(
      `${where} holds complex numbers; save real and imaginary parts as two arrays, or side by side as more units`,
    );
  }
  const hint = type === kinds.vlen
    ? "save rows of unequal length as data sets of their own, or padded with NaN"
    : "save plain numbers: float64, float32 or integers";
  throw new TypeError(`${where} holds ${typeText(metadata)}, which are no plain numbers; ${hint}`);
}

function typeText({ type, size, signed, compound_type }: Metadata): string {
  switch (type) {
    case kinds.float:
      return `f${size}`;
    case kinds.integer:
      return `${signed ? "i" : "u"}${size}`;
    case kinds.text:
      return "texts";
    case kinds.compound:
      return `records (${compound_type?.members.map(({ name }) => name).join(", ")})`;
    case kinds.enumeration:
      return "enumeration";
    case kinds.vlen:
      return "rows of unequal length";
    default:
      return `type ${type}`;
  }
}
