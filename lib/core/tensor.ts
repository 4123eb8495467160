// A tensor: numbers with named axes. Axes are always named, so that trials and time cannot change places unseen.

/** Element types that Basin stores, by NumPy's names. */
export type DType = "f8" | "f4" | "i4" | "u1";

/** The typed array behind each element type. */
export interface DataOf {
  f8: Float64Array;
  f4: Float32Array;
  i4: Int32Array;
  u1: Uint8Array;
}

/** Numbers in C order (last axis fastest) with the name of every axis, slowest first. */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D;
  readonly dims: readonly string[];
  readonly shape: readonly number[];
  readonly data: DataOf[D];
  /** Physical unit of the entries; absent when dimensionless. */
  readonly units?: string;
  /** Labels along an axis, by its name. */
  readonly coords?: Readonly<Record<string, readonly (string | number)[]>>;
}

/**
 * Makes a tensor and checks that names, shape and data belong together.
 *
 * @throws {RangeError} if the number of entries is not the product of the shape, or if dims and shape differ in length.
 *
 * @example
 * ```ts
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const t = tensor(["trial", "unit"], [2, 3], new Float64Array(6));
 * assertEquals(t.dtype, "f8");
 * ```
 */
export function tensor<T extends DataOf[DType]>(
  dims: readonly string[],
  shape: readonly number[],
  data: T,
  extra: { units?: string; coords?: Readonly<Record<string, readonly (string | number)[]>> } = {},
): Tensor<DTypeOf<T>> {
  const size = shape.reduce((product, length) => product * length, 1);
  if (dims.length !== shape.length) {
    throw new RangeError(`tensor() got ${dims.length} axis names (${dims}) for shape [${shape}]`);
  }
  if (size !== data.length) {
    throw new RangeError(
      `tensor() got ${data.length} entries for ${describeShape(dims, shape)}, which needs ${size}`,
    );
  }
  return { dtype: dtypeOf(data) as DTypeOf<T>, dims, shape, data: data as never, ...extra };
}

/** The element type that belongs to a typed array type. */
export type DTypeOf<T> = T extends Float64Array ? "f8"
  : T extends Float32Array ? "f4"
  : T extends Int32Array ? "i4"
  : T extends Uint8Array ? "u1"
  : never;

/**
 * Element type of a typed array.
 *
 * @example
 * ```ts
 * import { dtypeOf } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(dtypeOf(new Float32Array(1)), "f4");
 * ```
 */
export function dtypeOf(data: DataOf[DType]): DType {
  if (data instanceof Float64Array) return "f8";
  if (data instanceof Float32Array) return "f4";
  if (data instanceof Int32Array) return "i4";
  return "u1";
}

/**
 * Shape in words, for messages: `trial 200 × time 50 × unit 64`.
 *
 * @example
 * ```ts
 * import { describeShape } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(describeShape(["trial", "unit"], [2, 3]), "trial 2 × unit 3");
 * ```
 */
export function describeShape(dims: readonly string[], shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : shape.map((n, i) => `${dims[i] ?? "?"} ${n}`).join(" × ");
}

/**
 * Refuses a tensor whose axes are not the declared ones, in the declared order.
 *
 * @throws {TypeError} naming both, and saying when the axes are only in another order.
 *
 * @example
 * ```ts
 * import { requireDims, tensor } from "#lib/core/tensor.ts";
 * import { assertThrows } from "@std/assert";
 * const t = tensor(["time", "trial"], [2, 3], new Float64Array(6));
 * assertThrows(() => requireDims(t, ["trial", "time"], "states"), TypeError, "another order");
 * ```
 */
export function requireDims(value: Tensor, dims: readonly string[], what: string): void {
  if (value.dims.length === dims.length && dims.every((name, i) => value.dims[i] === name)) return;
  const swapped = [...value.dims].sort().join() === [...dims].sort().join();
  throw new TypeError(
    `${what} must have the axes ${dims.join(" × ")}, but has ${
      describeShape(value.dims, value.shape)
    }` + (swapped ? " (the same axes in another order: transpose them first)" : ""),
  );
}
