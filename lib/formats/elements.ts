// Elements of arrays as bytes, to doubles: floats of 2, 4 and 8 bytes, integers of 1 to 8, in either byte order.
// IEEE 754 binary16 is expanded exactly; integers of 8 bytes must fit a double.

/** What the bytes of one element mean. */
export interface ElementType {
  /** `f` float, `i` signed, `u` unsigned integer, `b` truth value. */
  readonly kind: "f" | "i" | "u" | "b";
  /** Bytes of one element. */
  readonly size: number;
  readonly littleEndian: boolean;
}

/**
 * Reads `count` elements from the beginning of `bytes`.
 *
 * @throws {TypeError} if the bytes are too few, the type is none of those above, or an integer does not fit a double.
 *
 * @example
 * ```ts
 * import { readElements } from "#lib/formats/elements.ts";
 * import { assertEquals } from "@std/assert";
 * const half = { kind: "f", size: 2, littleEndian: true } as const;
 * assertEquals([...readElements(new Uint8Array([0, 0x3c, 0, 0xc0]), 2, half, "x")], [1, -2]);
 * ```
 */
export function readElements(
  bytes: Uint8Array,
  count: number,
  type: ElementType,
  what: string,
): Float64Array {
  const { kind, size, littleEndian } = type;
  if (bytes.length < count * size) {
    throw new TypeError(
      `${what} is cut short: ${bytes.length} bytes of data instead of ${count * size}`,
    );
  }
  const out = new Float64Array(count);
  if (kind === "f" && size === 8 && littleEndian) {
    new Uint8Array(out.buffer).set(bytes.subarray(0, count * 8));
    return out;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (`${kind}${size}`) {
    case "f8":
      for (let i = 0; i < count; i++) out[i] = view.getFloat64(8 * i, littleEndian);
      return out;
    case "f4":
      for (let i = 0; i < count; i++) out[i] = view.getFloat32(4 * i, littleEndian);
      return out;
    case "f2":
      for (let i = 0; i < count; i++) out[i] = halfToDouble(view.getUint16(2 * i, littleEndian));
      return out;
    case "i1":
      for (let i = 0; i < count; i++) out[i] = view.getInt8(i);
      return out;
    case "u1":
      for (let i = 0; i < count; i++) out[i] = bytes[i];
      return out;
    case "b1":
      for (let i = 0; i < count; i++) out[i] = bytes[i] === 0 ? 0 : 1;
      return out;
    case "i2":
      for (let i = 0; i < count; i++) out[i] = view.getInt16(2 * i, littleEndian);
      return out;
    case "u2":
      for (let i = 0; i < count; i++) out[i] = view.getUint16(2 * i, littleEndian);
      return out;
    case "i4":
      for (let i = 0; i < count; i++) out[i] = view.getInt32(4 * i, littleEndian);
      return out;
    case "u4":
      for (let i = 0; i < count; i++) out[i] = view.getUint32(4 * i, littleEndian);
      return out;
    case "i8":
    case "u8":
      for (let i = 0; i < count; i++) {
        const value = kind === "u"
          ? view.getBigUint64(8 * i, littleEndian)
          : view.getBigInt64(8 * i, littleEndian);
        out[i] = Number(value);
        if (!Number.isSafeInteger(out[i])) {
          throw new TypeError(`entry ${i} of ${what}, ${value}, does not fit a double exactly`);
        }
      }
      return out;
    default:
      throw new TypeError(
        `${what} has elements of type ${kind}${size}; Basin reads f2, f4, f8, i1 to i8, u1 to u8 and b1`,
      );
  }
}

/** A binary16 number: 1 sign, 5 exponent and 10 fraction bits (IEEE 754-2008, 3.6). */
function halfToDouble(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Entries of a Fortran-ordered array (first axis fastest) brought to C order.
 *
 * @example
 * ```ts
 * import { toCOrder } from "#lib/formats/elements.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...toCOrder(Float64Array.of(1, 3, 2, 4), [2, 2])], [1, 2, 3, 4]);
 * ```
 */
export function toCOrder(data: Float64Array, shape: readonly number[]): Float64Array {
  const strides: number[] = [];
  let stride = 1;
  for (const length of shape) {
    strides.push(stride);
    stride *= length;
  }
  const out = new Float64Array(data.length);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}
