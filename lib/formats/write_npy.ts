// .npy files of element types that Basin computes with nowhere, but that other programs expect: truth values and complex
// numbers. Everything else is written by lib/core/npy.ts.

import { encodeNpy } from "../core/npy.ts";

/**
 * Truth values as NumPy's `bool`.
 *
 * @example
 * ```ts
 * import { encodeBooleans } from "#lib/formats/write_npy.ts";
 * import { readNpyHeader } from "#lib/formats/npy.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readNpyHeader(encodeBooleans([2], [0, 3]), "x.npy").descr, "|b1");
 * ```
 */
export function encodeBooleans(
  shape: readonly number[],
  values: ArrayLike<number>,
): Uint8Array<ArrayBuffer> {
  return retyped("|b1", shape, Uint8Array.from(values, (value) => value === 0 ? 0 : 1));
}

/**
 * Complex numbers from their parts: `complex64` from single, `complex128` from double precision.
 *
 * @throws {RangeError} if the parts differ in length.
 *
 * @example
 * ```ts
 * import { encodeComplex } from "#lib/formats/write_npy.ts";
 * import { readNpyHeader } from "#lib/formats/npy.ts";
 * import { assertEquals } from "@std/assert";
 * const bytes = encodeComplex([1], Float32Array.of(1), Float32Array.of(-2));
 * assertEquals(readNpyHeader(bytes, "x.npy").descr, "<c8");
 * assertEquals([...new Float32Array(bytes.buffer, bytes.length - 8)], [1, -2]);
 * ```
 */
export function encodeComplex(
  shape: readonly number[],
  real: ArrayLike<number>,
  imaginary: ArrayLike<number>,
): Uint8Array<ArrayBuffer> {
  if (real.length !== imaginary.length) {
    throw new RangeError(
      `Cannot make complex numbers of ${real.length} real and ${imaginary.length} imaginary parts`,
    );
  }
  const isSingle = real instanceof Float32Array && imaginary instanceof Float32Array;
  const both = isSingle ? new Float32Array(2 * real.length) : new Float64Array(2 * real.length);
  for (let i = 0; i < real.length; i++) {
    both[2 * i] = real[i];
    both[2 * i + 1] = imaginary[i];
  }
  return retyped(isSingle ? "<c8" : "<c16", shape, new Uint8Array(both.buffer));
}

/** The bytes of an array under another element type. */
function retyped(
  descr: string,
  shape: readonly number[],
  body: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const asBytes = encodeNpy({ dtype: "u1", shape, data: body });
  // The header is padded, so a longer name of the type takes up blanks at its end.
  const start = asBytes.length - body.length;
  const header = new TextDecoder("latin1").decode(asBytes.subarray(10, start));
  const wanted = header.replace("'|u1'", `'${descr}'`).trimEnd();
  if (wanted.length + 1 > header.length) throw new RangeError(`the header of ${shape} is full`);
  asBytes.set(new TextEncoder().encode(wanted.padEnd(header.length - 1) + "\n"), 10);
  return asBytes;
}
