// Dense products of flat row-major f64 matrices: A·B, Aᵀ·B and A·Bᵀ.
// Each entry is summed over the inner index in ascending order whatever the tile it falls in, so the
// bytes of a result do not depend on blocking. Leaves out symmetric products (gram.ts).
//
// 4×4 register tiles: 16 multiply-adds for 8 loads. Ragged borders use 2×2 tiles, then single dots.

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
  const m4 = m & ~3;
  const n4 = n & ~3;
  for (let i = 0; i < m4; i += 4) {
    const r0 = i * k;
    const r1 = r0 + k;
    const r2 = r1 + k;
    const r3 = r2 + k;
    for (let j = 0; j < n4; j += 4) {
      let c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0;
      let c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
      let q = j;
      for (let p = 0; p < k; p++, q += n) {
        const b0 = b[q], b1 = b[q + 1], b2 = b[q + 2], b3 = b[q + 3];
        let x = a[r0 + p];
        c00 += x * b0, c01 += x * b1, c02 += x * b2, c03 += x * b3;
        x = a[r1 + p];
        c10 += x * b0, c11 += x * b1, c12 += x * b2, c13 += x * b3;
        x = a[r2 + p];
        c20 += x * b0, c21 += x * b1, c22 += x * b2, c23 += x * b3;
        x = a[r3 + p];
        c30 += x * b0, c31 += x * b1, c32 += x * b2, c33 += x * b3;
      }
      let o = i * n + j;
      out[o] = c00, out[o + 1] = c01, out[o + 2] = c02, out[o + 3] = c03;
      o += n;
      out[o] = c10, out[o + 1] = c11, out[o + 2] = c12, out[o + 3] = c13;
      o += n;
      out[o] = c20, out[o + 1] = c21, out[o + 2] = c22, out[o + 3] = c23;
      o += n;
      out[o] = c30, out[o + 1] = c31, out[o + 2] = c32, out[o + 3] = c33;
    }
  }
  borders(a, k, 1, b, n, 1, m, k, n, out);
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
  const m4 = m & ~3;
  const n4 = n & ~3;
  for (let i = 0; i < m4; i += 4) {
    for (let j = 0; j < n4; j += 4) {
      let c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0;
      let c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
      let r = i;
      let q = j;
      for (let p = 0; p < k; p++, q += n, r += m) {
        const b0 = b[q], b1 = b[q + 1], b2 = b[q + 2], b3 = b[q + 3];
        let x = a[r];
        c00 += x * b0, c01 += x * b1, c02 += x * b2, c03 += x * b3;
        x = a[r + 1];
        c10 += x * b0, c11 += x * b1, c12 += x * b2, c13 += x * b3;
        x = a[r + 2];
        c20 += x * b0, c21 += x * b1, c22 += x * b2, c23 += x * b3;
        x = a[r + 3];
        c30 += x * b0, c31 += x * b1, c32 += x * b2, c33 += x * b3;
      }
      let o = i * n + j;
      out[o] = c00, out[o + 1] = c01, out[o + 2] = c02, out[o + 3] = c03;
      o += n;
      out[o] = c10, out[o + 1] = c11, out[o + 2] = c12, out[o + 3] = c13;
      o += n;
      out[o] = c20, out[o + 1] = c21, out[o + 2] = c22, out[o + 3] = c23;
      o += n;
      out[o] = c30, out[o + 1] = c31, out[o + 2] = c32, out[o + 3] = c33;
    }
  }
  borders(a, 1, m, b, n, 1, m, k, n, out);
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
  const m4 = m & ~3;
  const n4 = n & ~3;
  for (let i = 0; i < m4; i += 4) {
    const r0 = i * k;
    const r1 = r0 + k;
    const r2 = r1 + k;
    const r3 = r2 + k;
    for (let j = 0; j < n4; j += 4) {
      let c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0;
      let c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
      const q0 = j * k;
      const q1 = q0 + k;
      const q2 = q1 + k;
      const q3 = q2 + k;
      for (let p = 0; p < k; p++) {
        const b0 = b[q0 + p], b1 = b[q1 + p], b2 = b[q2 + p], b3 = b[q3 + p];
        let x = a[r0 + p];
        c00 += x * b0, c01 += x * b1, c02 += x * b2, c03 += x * b3;
        x = a[r1 + p];
        c10 += x * b0, c11 += x * b1, c12 += x * b2, c13 += x * b3;
        x = a[r2 + p];
        c20 += x * b0, c21 += x * b1, c22 += x * b2, c23 += x * b3;
        x = a[r3 + p];
        c30 += x * b0, c31 += x * b1, c32 += x * b2, c33 += x * b3;
      }
      let o = i * n + j;
      out[o] = c00, out[o + 1] = c01, out[o + 2] = c02, out[o + 3] = c03;
      o += n;
      out[o] = c10, out[o + 1] = c11, out[o + 2] = c12, out[o + 3] = c13;
      o += n;
      out[o] = c20, out[o + 1] = c21, out[o + 2] = c22, out[o + 3] = c23;
      o += n;
      out[o] = c30, out[o + 1] = c31, out[o + 2] = c32, out[o + 3] = c33;
    }
  }
  borders(a, k, 1, b, 1, k, m, k, n, out);
  return out;
}

// What 4×4 tiles leave over: the last n mod 4 columns of the full row tiles, then the last m mod 4 rows.
// A(i, p) lies at i·rowA + p·stepA and B(p, j) at p·stepB + j·colB.
function borders(
  a: Float64Array,
  rowA: number,
  stepA: number,
  b: Float64Array,
  stepB: number,
  colB: number,
  m: number,
  k: number,
  n: number,
  out: Float64Array,
): void {
  const m4 = m & ~3;
  const n4 = n & ~3;
  if (n4 < n) region(a, rowA, stepA, b, stepB, colB, 0, m4, n4, n, k, n, out);
  if (m4 < m) region(a, rowA, stepA, b, stepB, colB, m4, m, 0, n, k, n, out);
}

function region(
  a: Float64Array,
  rowA: number,
  stepA: number,
  b: Float64Array,
  stepB: number,
  colB: number,
  i0: number,
  i1: number,
  j0: number,
  j1: number,
  k: number,
  n: number,
  out: Float64Array,
): void {
  let i = i0;
  for (; i + 1 < i1; i += 2) {
    let j = j0;
    for (; j + 1 < j1; j += 2) {
      let c00 = 0, c01 = 0, c10 = 0, c11 = 0;
      let r0 = i * rowA;
      let r1 = r0 + rowA;
      let q0 = j * colB;
      let q1 = q0 + colB;
      for (let p = 0; p < k; p++, r0 += stepA, r1 += stepA, q0 += stepB, q1 += stepB) {
        const x = a[r0], y = a[r1], b0 = b[q0], b1 = b[q1];
        c00 += x * b0, c01 += x * b1, c10 += y * b0, c11 += y * b1;
      }
      const o = i * n + j;
      out[o] = c00, out[o + 1] = c01, out[o + n] = c10, out[o + n + 1] = c11;
    }
    if (j < j1) {
      out[i * n + j] = dot(a, i * rowA, stepA, b, j * colB, stepB, k);
      out[(i + 1) * n + j] = dot(a, (i + 1) * rowA, stepA, b, j * colB, stepB, k);
    }
  }
  if (i < i1) {
    for (let j = j0; j < j1; j++) {
      out[i * n + j] = dot(a, i * rowA, stepA, b, j * colB, stepB, k);
    }
  }
}

function dot(
  a: Float64Array,
  fromA: number,
  stepA: number,
  b: Float64Array,
  fromB: number,
  stepB: number,
  k: number,
): number {
  let sum = 0;
  for (let p = 0, r = fromA, q = fromB; p < k; p++, r += stepA, q += stepB) sum += a[r] * b[q];
  return sum;
}
