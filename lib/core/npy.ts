// NumPy's .npy format, written canonically: version 1.0, header padded to 64 bytes, C order, little endian.
// Reads also versions 2 and 3, big-endian and Fortran-ordered files. No pickles, ever.
// Format: numpy.org, "numpy.lib.format", NEP 1.

import type { DataOf, DType } from "./tensor.ts";

/** What a .npy file holds. */
export interface NpyArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: DataOf[DType];
}

const descriptors: Record<DType, string> = { f8: "<f8", f4: "<f4", i4: "<i4", u1: "|u1" };

/**
 * Encodes an array as .npy bytes; equal arrays give equal bytes.
 *
 * @example
 * ```ts
 * import { decodeNpy, encodeNpy } from "#lib/core/npy.ts";
 * import { assertEquals } from "@std/assert";
 * const bytes = encodeNpy({ dtype: "f8", shape: [2], data: Float64Array.of(1, 2) });
 * assertEquals(bytes.length, 64 * 2 + 16);
 * assertEquals(decodeNpy(bytes).data, Float64Array.of(1, 2));
 * ```
 */
export function encodeNpy(array: NpyArray): Uint8Array<ArrayBuffer> {
  const shape = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(", ")})`;
  const dict = `{'descr': '${
    descriptors[array.dtype]
  }', 'fortran_order': False, 'shape': ${shape}, }`;
  const headerLength = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const body = array.data.byteLength;
  const out = new Uint8Array(10 + headerLength + body);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, headerLength & 255, headerLength >> 8]);
  out.set(new TextEncoder().encode(dict.padEnd(headerLength - 1) + "\n"), 10);
  out.set(new Uint8Array(array.data.buffer, array.data.byteOffset, body), 10 + headerLength);
  return out;
}

/**
 * Decodes .npy bytes. The result shares memory with `bytes` where alignment allows.
 * Wider or narrower numeric types are converted: `f2`… are refused, integers of 8 bytes become `f8`
 * when exact, booleans become `u1`.
 *
 * @throws {TypeError} if the bytes are no .npy file, hold Python objects, or are cut short.
 *
 * @example
 * ```ts
 * import { decodeNpy } from "#lib/core/npy.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => decodeNpy(new Uint8Array(3)), TypeError, "not a .npy file");
 * ```
 */
export function decodeNpy(bytes: Uint8Array): NpyArray {
  if (bytes.length < 10 || bytes[0] !== 0x93 || text(bytes, 1, 6) !== "NUMPY") {
    throw new TypeError("not a .npy file: the first bytes are not \\x93NUMPY");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (end > bytes.length) throw new TypeError("the .npy file ends inside its header");
  const header = text(bytes, start, end);
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const fortran = /'fortran_order':\s*True/.test(header);
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (descr === undefined || shapeText === undefined) {
    throw new TypeError(`the .npy header is not understood: ${header.trim()}`);
  }
  const shape = shapeText.split(",").map((part) => part.trim()).filter((part) => part !== "")
    .map(Number);
  const size = shape.reduce((product, length) => product * length, 1);
  if (!shape.every((length) => Number.isInteger(length) && length >= 0)) {
    throw new TypeError(
      `the .npy header has the shape (${shapeText}), which is no list of lengths`,
    );
  }
  const array = readElements(bytes, view, end, size, descr);
  return fortran && shape.length > 1 ? toCOrder(array, shape) : { ...array, shape };
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return new TextDecoder("latin1").decode(bytes.subarray(from, to));
}

type Elements = { readonly dtype: DType; readonly data: DataOf[DType] };

function readElements(
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  size: number,
  descr: string,
): Elements {
  const little = descr[0] !== ">";
  const type = descr.slice(1);
  const itemSize = Number(type.slice(1));
  if (type[0] === "O") {
    throw new TypeError(
      "the .npy file holds Python objects (a pickle); export it as plain numbers",
    );
  }
  if (bytes.length < offset + size * itemSize) {
    throw new TypeError(
      `the .npy file is cut short: ${bytes.length - offset} bytes of data instead of ${
        size * itemSize
      }`,
    );
  }
  const at = bytes.byteOffset + offset;
  const direct = little && at % itemSize === 0;
  const buffer = bytes.buffer as ArrayBuffer;
  switch (type) {
    case "f8":
      if (direct) return { dtype: "f8", data: new Float64Array(buffer, at, size) };
      return {
        dtype: "f8",
        data: Float64Array.from(
          { length: size },
          (_, i) => view.getFloat64(offset + 8 * i, little),
        ),
      };
    case "f4":
      if (direct) return { dtype: "f4", data: new Float32Array(buffer, at, size) };
      return {
        dtype: "f4",
        data: Float32Array.from(
          { length: size },
          (_, i) => view.getFloat32(offset + 4 * i, little),
        ),
      };
    case "i4":
      return {
        dtype: "i4",
        data: Int32Array.from({ length: size }, (_, i) => view.getInt32(offset + 4 * i, little)),
      };
    case "i2":
      return {
        dtype: "i4",
        data: Int32Array.from({ length: size }, (_, i) => view.getInt16(offset + 2 * i, little)),
      };
    case "i1":
      return {
        dtype: "i4",
        data: Int32Array.from({ length: size }, (_, i) => view.getInt8(offset + i)),
      };
    case "i8":
    case "u8":
      return { dtype: "f8", data: exactLongs(view, offset, size, little, type === "u8") };
    case "u1":
    case "b1":
      return { dtype: "u1", data: bytes.slice(offset, offset + size) };
    default:
      throw new TypeError(
        `the .npy file holds '${descr}'; Basin reads f8, f4, i1, i2, i4, i8, u1, u8 and b1`,
      );
  }
}

function exactLongs(
  view: DataView,
  offset: number,
  size: number,
  little: boolean,
  unsigned: boolean,
): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => {
    const value = unsigned
      ? view.getBigUint64(offset + 8 * i, little)
      : view.getBigInt64(offset + 8 * i, little);
    const number = Number(value);
    if (!Number.isSafeInteger(number)) {
      throw new TypeError(`entry ${i} of the .npy file, ${value}, does not fit a double exactly`);
    }
    return number;
  });
}

function toCOrder(array: Elements, shape: readonly number[]): NpyArray {
  const { data } = array;
  const out = data.slice();
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < out.length; i++) {
    let from = 0;
    for (let axis = 0; axis < shape.length; axis++) from += index[axis] * strides[axis];
    out[i] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return { dtype: array.dtype, shape, data: out };
}
