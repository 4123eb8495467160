// Dense products of flat row-major f64 matrices: A·B, Aᵀ·B and A·Bᵀ.
// Each entry is summed over the inner index in ascending order, whatever its place and whichever way it is
// computed: plain loops (plain_matmul.ts) for small sizes, wasm (lib/wasm/dense.ts) for others. Leaves out symmetric
// products (gram.ts).

import { product } from "#lib/wasm/dense.ts";
import { plainMultiply, plainMultiplyTransposeA, plainMultiplyTransposeB } from "./plain_matmul.ts";
import { requireShape } from "./require_shape.ts";

/**
 * A·B for A (m×k) and B (k×n), written to `out` (m×n) if given; `out` must not overlap the inputs.
 *
 * @throws {RangeError} if an array's length does not fit the sizes.
 *
 * @example
 * ```ts
 * import { multiply } from "#lib/math/linalg/matmul.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const c = multiply(Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6), 2, 2, 1);
 * assertEquals(c, Float64Array.of(17, 39));
 * ```
 */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  requireShape("multiply", "a", a, m, k);
  requireShape("multiply", "b", b, k, n);
  requireShape("multiply", "out", out, m, n);
  if (wasmPays(m, k, n)) {
    product(
      { data: a, cols: k, transposed: false },
      { data: b, cols: n, transposed: false },
      m,
      k,
      n,
      out,
    );
  } else {
    plainMultiply(a, b, m, k, n, out);
  }
  return out;
}

/**
 * Aᵀ·B for A (k×m) and B (k×n), written to `out` (m×n) if given; `out` must not overlap the inputs.
 *
 * @throws {RangeError} if an array's length does not fit the sizes.
 *
 * @example
 * ```ts
 * import { multiplyTransposeA } from "#lib/math/linalg/matmul.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const c = multiplyTransposeA(Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6), 2, 2, 1);
 * assertEquals(c, Float64Array.of(23, 34));
 * ```
 */
export function multiplyTransposeA(
  a: Float64Array,
  b: Float64Array,
  k: number,
  m: number,
  n: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  requireShape("multiplyTransposeA", "a", a, k, m);
  requireShape("multiplyTransposeA", "b", b, k, n);
  requireShape("multiplyTransposeA", "out", out, m, n);
  if (wasmPays(m, k, n)) {
    product(
      { data: a, cols: m, transposed: true },
      { data: b, cols: n, transposed: false },
      m,
      k,
      n,
      out,
    );
  } else {
    plainMultiplyTransposeA(a, b, k, m, n, out);
  }
  return out;
}

/**
 * A·Bᵀ for A (m×k) and B (n×k), written to `out` (m×n) if given; `out` must not overlap the inputs.
 *
 * @throws {RangeError} if an array's length does not fit the sizes.
 *
 * @example
 * ```ts
 * import { multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const c = multiplyTransposeB(Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6), 2, 2, 1);
 * assertEquals(c, Float64Array.of(17, 39));
 * ```
 */
export function multiplyTransposeB(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  requireShape("multiplyTransposeB", "a", a, m, k);
  requireShape("multiplyTransposeB", "b", b, n, k);
  requireShape("multiplyTransposeB", "out", out, m, n);
  if (wasmPays(m, k, n)) {
    product(
      { data: a, cols: k, transposed: false },
      { data: b, cols: k, transposed: true },
      m,
      k,
      n,
      out,
    );
  } else {
    plainMultiplyTransposeB(a, b, m, k, n, out);
  }
  return out;
}

/**
 * Whether wasm is the faster way for a product of these sizes. Either gives the same bytes.
 *
 * @example
 * ```ts
 * import { wasmPays } from "#lib/math/linalg/matmul.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([wasmPays(4, 4, 4), wasmPays(64, 64, 64)], [false, true]);
 * ```
 */
export function wasmPays(m: number, k: number, n: number): boolean {
  return m * n * k >= 2048 && m * n >= 16;
}
