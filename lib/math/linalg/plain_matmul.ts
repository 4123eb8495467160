// The products of matmul.ts in plain loops: their meaning, and the faster way for small sizes.
// Each entry is summed over the inner index in ascending order whatever the tile it falls in.
//
// 4×4 register tiles: 16 multiply-adds for 8 loads. Ragged borders use 2×2 tiles, then single dots.

import { fillBorders } from "./matmul_borders.ts";

/**
 * A·B for A (m×k) and B (k×n), written to `out` (m×n). Sizes are not checked.
 *
 * @example
 * ```ts
 * import { plainMultiply } from "#lib/math/linalg/plain_matmul.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const c = new Float64Array(2);
 * plainMultiply(Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6), 2, 2, 1, c);
 * assertEquals(c, Float64Array.of(17, 39));
 * ```
 */
export function plainMultiply(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
  out: Float64Array,
): void {
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
  fillBorders(a, k, 1, b, n, 1, m, k, n, out);
}

/**
 * Aᵀ·B for A (k×m) and B (k×n), written to `out` (m×n). Sizes are not checked.
 *
 * @example
 * ```ts
 * import { plainMultiplyTransposeA } from "#lib/math/linalg/plain_matmul.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const c = new Float64Array(2);
 * plainMultiplyTransposeA(Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6), 2, 2, 1, c);
 * assertEquals(c, Float64Array.of(23, 34));
 * ```
 */
export function plainMultiplyTransposeA(
  a: Float64Array,
  b: Float64Array,
  k: number,
  m: number,
  n: number,
  out: Float64Array,
): void {
  out.fill(0);
  for (let from = 0; from < k; from += PANEL) {
    addTransposeAPanel(a, b, from, Math.min(k, from + PANEL), m, n, out);
  }
  fillBorders(a, 1, m, b, n, 1, m, k, n, out);
}

/**
 * A·Bᵀ for A (m×k) and B (n×k), written to `out` (m×n). Sizes are not checked.
 *
 * @example
 * ```ts
 * import { plainMultiplyTransposeB } from "#lib/math/linalg/plain_matmul.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const c = new Float64Array(2);
 * plainMultiplyTransposeB(Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6), 2, 2, 1, c);
 * assertEquals(c, Float64Array.of(17, 39));
 * ```
 */
export function plainMultiplyTransposeB(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
  out: Float64Array,
): void {
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
  fillBorders(a, k, 1, b, 1, k, m, k, n, out);
}

// out += A[from:to]ᵀ B[from:to] in full 4×4 tiles; the accumulators go on from `out`, so panels do not change the
// order of the sum. A panel of both factors stays in cache while all tiles pass over it.
function addTransposeAPanel(
  a: Float64Array,
  b: Float64Array,
  from: number,
  to: number,
  m: number,
  n: number,
  out: Float64Array,
): void {
  const m4 = m & ~3;
  const n4 = n & ~3;
  for (let i = 0; i < m4; i += 4) {
    for (let j = 0; j < n4; j += 4) {
      const o0 = i * n + j;
      const o1 = o0 + n;
      const o2 = o1 + n;
      const o3 = o2 + n;
      let c00 = out[o0], c01 = out[o0 + 1], c02 = out[o0 + 2], c03 = out[o0 + 3];
      let c10 = out[o1], c11 = out[o1 + 1], c12 = out[o1 + 2], c13 = out[o1 + 3];
      let c20 = out[o2], c21 = out[o2 + 1], c22 = out[o2 + 2], c23 = out[o2 + 3];
      let c30 = out[o3], c31 = out[o3 + 1], c32 = out[o3 + 2], c33 = out[o3 + 3];
      for (let p = from, r = from * m + i, q = from * n + j; p < to; p++, q += n, r += m) {
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
      out[o0] = c00, out[o0 + 1] = c01, out[o0 + 2] = c02, out[o0 + 3] = c03;
      out[o1] = c10, out[o1 + 1] = c11, out[o1 + 2] = c12, out[o1 + 3] = c13;
      out[o2] = c20, out[o2 + 1] = c21, out[o2 + 2] = c22, out[o2 + 3] = c23;
      out[o3] = c30, out[o3 + 1] = c31, out[o3 + 2] = c32, out[o3 + 3] = c33;
    }
  }
}

const PANEL = 256;
