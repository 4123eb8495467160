// NumPy's .npy files of any age: versions 1 to 3, both byte orders, C and Fortran order, all plain number types.
// Unlike lib/core/npy.ts, which reads back what Basin wrote, this takes what other programs write and says in words
// what it refuses: Python objects, complex numbers, records, texts. Format: NEP 1 and numpy.lib.format.

import { type ElementType, readElements, toCOrder } from "./elements.ts";
import {
  type ArrayFile,
  countEntries,
  type ListedArray,
  type NumericArray,
} from "./numeric_array.ts";

/** A header, read. */
export interface NpyHeader {
  /** As NumPy writes it: `<f8`, `|b1`, `<U4`, … */
  readonly descr: string;
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
  /** Where the data begin. */
  readonly offset: number;
}

/**
 * Reads the header of a .npy file alone.
 *
 * @throws {TypeError} if the bytes are none, or the header is damaged.
 *
 * @example
 * ```ts
 * import { readNpyHeader } from "#lib/formats/npy.ts";
 * import { encodeNpy } from "#lib/core/npy.ts";
 * import { assertEquals } from "@std/assert";
 * const bytes = encodeNpy({ dtype: "f8", shape: [2, 1], data: Float64Array.of(1, 2) });
 * assertEquals(readNpyHeader(bytes, "x.npy").shape, [2, 1]);
 * ```
 */
export function readNpyHeader(bytes: Uint8Array, what: string): NpyHeader {
  if (bytes.length < 10 || bytes[0] !== 0x93 || latin(bytes, 1, 6) !== "NUMPY") {
    throw new TypeError(`${what} is no .npy array: the first bytes are not \\x93NUMPY`);
  }
  if (bytes[6] < 1 || bytes[6] > 3) {
    throw new TypeError(`${what} is of .npy version ${bytes[6]}; Basin reads 1 to 3`);
  }
  const wide = bytes[6] >= 2;
  if (wide && bytes.length < 12) throw new TypeError(`${what} ends inside its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const offset = start + length;
  if (offset > bytes.length) throw new TypeError(`${what} ends inside its header`);
  if (length > 65536) {
    throw new TypeError(`${what} has a header of ${length} bytes; plain arrays need some hundred`);
  }
  const header = latin(bytes, start, offset);
  const descr = /'descr'\s*:\s*('[^']*'|\[)/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const shapeText = /'shape'\s*:\s*\(([\d\sL,]*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || shapeText === undefined) {
    throw new TypeError(
      `the header of ${what} is not understood: ${JSON.stringify(header.trim().slice(0, 120))}`,
    );
  }
  if (descr === "[") {
    throw new TypeError(
      `${what} holds records (a structured array); save each field as an array of its own, numpy.savez(path, a=x["a"], …)`,
    );
  }
  const shape = shapeText.split(",").map((part) => part.trim().replace(/L$/, ""))
    .filter((part) => part !== "").map(Number);
  return { descr: descr.slice(1, -1), shape, fortranOrder: order === "True", offset };
}

/**
 * Decodes a .npy file to doubles.
 *
 * @param what names the file in messages.
 * @throws {TypeError} if the file is damaged, or holds something else than real numbers.
 *
 * @example
 * ```ts
 * import { readNpy } from "#lib/formats/npy.ts";
 * import { encodeNpy } from "#lib/core/npy.ts";
 * import { assertEquals } from "@std/assert";
 * const bytes = encodeNpy({ dtype: "i4", shape: [2], data: Int32Array.of(1, -2) });
 * assertEquals(readNpy(bytes, "x.npy"), { shape: [2], data: Float64Array.of(1, -2) });
 * ```
 */
export function readNpy(bytes: Uint8Array, what: string): NumericArray {
  const { descr, shape, fortranOrder, offset } = readNpyHeader(bytes, what);
  const type = elementType(descr, what);
  const count = countEntries(shape, what);
  const data = readElements(bytes.subarray(offset), count, type, what);
  return { shape, data: fortranOrder && shape.length > 1 ? toCOrder(data, shape) : data };
}

/**
 * A .npy file as a file of one nameless array.
 *
 * @throws {TypeError} if the header is damaged.
 *
 * @example
 * ```ts
 * import { openNpy } from "#lib/formats/npy.ts";
 * import { encodeNpy } from "#lib/core/npy.ts";
 * import { assertEquals } from "@std/assert";
 * const bytes = encodeNpy({ dtype: "f8", shape: [1], data: Float64Array.of(7) });
 * assertEquals(openNpy(bytes).list(), [{ name: "", shape: [1], type: "<f8" }]);
 * ```
 */
export function openNpy(bytes: Uint8Array): ArrayFile {
  const what = "the .npy file";
  const { descr, shape } = readNpyHeader(bytes, what);
  const listed: readonly ListedArray[] = [{ name: "", shape, type: descr }];
  return {
    format: "npy",
    list: () => listed,
    read(name) {
      if (name !== "") {
        throw new TypeError(`a .npy file holds one array without a name; leave out array: ${name}`);
      }
      return readNpy(bytes, what);
    },
    texts: () => npyTexts(bytes),
  };
}

/**
 * The texts of a .npy array of fixed-length strings (`<U4`, `|S4`), or `undefined` if it holds something else.
 *
 * @example
 * ```ts
 * import { npyTexts } from "#lib/formats/npy.ts";
 * import { encodeNpy } from "#lib/core/npy.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(npyTexts(encodeNpy({ dtype: "f8", shape: [1], data: Float64Array.of(7) })), undefined);
 * ```
 */
export function npyTexts(bytes: Uint8Array): readonly string[] | undefined {
  const { descr, shape, offset } = readNpyHeader(bytes, "the array");
  const [, order, kind, digits] = /^([<>|=]?)([US])(\d+)$/.exec(descr) ?? [];
  if (kind === undefined) return undefined;
  const width = Number(digits) * (kind === "U" ? 4 : 1);
  const count = countEntries(shape, "the array");
  if (bytes.length < offset + count * width) {
    throw new TypeError(`an array of texts is cut short: ${bytes.length - offset} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, count * width);
  return Array.from({ length: count }, (_, i) => {
    let text = "";
    for (let at = i * width; at < (i + 1) * width; at += kind === "U" ? 4 : 1) {
      const code = kind === "U" ? view.getUint32(at, order !== ">") : view.getUint8(at);
      if (code === 0) break;
      text += code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
    }
    return text;
  });
}

function elementType(descr: string, what: string): ElementType {
  const [, order, kind, digits] = /^([<>|=]?)([a-zA-Z?])(\d*)$/.exec(descr) ?? [];
  const size = Number(digits);
  switch (kind) {
    case "f":
    case "i":
    case "u":
    case "b":
      return { kind, size, littleEndian: order !== ">" };
    case "c":
      throw new TypeError(
        `${what} holds complex numbers ('${descr}'); save x.real and x.imag as two arrays, or side by side as more units`,
      );
    case "O":
      throw new TypeError(
        `${what} holds Python objects (a pickle), as a list of arrays of unequal lengths becomes; ` +
          "save the arrays under names of their own: numpy.savez(path, **{f'trial_{i}': x for i, x in enumerate(trials)})",
      );
    case "U":
    case "S":
      throw new TypeError(`${what} holds texts ('${descr}'), not numbers`);
    case "M":
    case "m":
      throw new TypeError(
        `${what} holds dates or durations ('${descr}'); save them as numbers of milliseconds`,
      );
    default:
      throw new TypeError(`${what} has the element type '${descr}', which holds no plain numbers`);
  }
}

function latin(bytes: Uint8Array, from: number, to: number): string {
  return new TextDecoder("latin1").decode(bytes.subarray(from, to));
}
