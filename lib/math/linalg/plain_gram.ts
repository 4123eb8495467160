// Gram matrices in plain loops: the meaning of gram.ts, and the faster way for small sizes.
// Blocks of rows are summed from zero and added one after the other. Sizes are not checked.

import { plainMultiplyTransposeA } from "./plain_matmul.ts";

/** Rows per block of the fixed summation order. */
export const GRAM_ROW_BLOCK = 256;

/**
 * Adds the upper triangle of AᵀA, A m×n, to that of `out`; a little below the diagonal may change too.
 *
 * @example
 * ```ts
 * import { plainAddUpperGram } from "#lib/math/linalg/plain_gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const sum = new Float64Array(1);
 * plainAddUpperGram(Float64Array.of(3, 4), 2, 1, sum);
 * assertEquals(sum[0], 25);
 * ```
 */
export function plainAddUpperGram(a: Float64Array, m: number, n: number, out: Float64Array): void {
  for (let from = 0; from < m; from += GRAM_ROW_BLOCK) {
    addUpperBlock(a, from, Math.min(m, from + GRAM_ROW_BLOCK), n, out);
  }
}

/**
 * Adds AᵀB, A m×p and B m×q, to `out`.
 *
 * @example
 * ```ts
 * import { plainAddCrossGram } from "#lib/math/linalg/plain_gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const sum = new Float64Array(1);
 * plainAddCrossGram(Float64Array.of(1, 2), Float64Array.of(3, 4), 2, 1, 1, sum);
 * assertEquals(sum[0], 11);
 * ```
 */
export function plainAddCrossGram(
  a: Float64Array,
  b: Float64Array,
  m: number,
  p: number,
  q: number,
  out: Float64Array,
): void {
  const part = new Float64Array(p * q);
  for (let from = 0; from < m; from += GRAM_ROW_BLOCK) {
    const to = Math.min(m, from + GRAM_ROW_BLOCK);
    const rowsA = a.subarray(from * p, to * p);
    const rowsB = b.subarray(from * q, to * q);
    plainMultiplyTransposeA(rowsA, rowsB, to - from, p, q, part);
    for (let i = 0; i < out.length; i++) out[i] += part[i];
  }
}

// out += upper triangle of A[from:to]ᵀ A[from:to], in 4×4 tiles (tiles on the diagonal write a little below it). Panels
// of columns keep what the tiles read in cache; they do not change any sum.
function addUpperBlock(a: Float64Array, from: number, to: number, n: number, out: Float64Array) {
  const n4 = n & ~3;
  for (let i0 = 0; i0 < n4; i0 += COLUMN_PANEL) {
    const i1 = Math.min(n4, i0 + COLUMN_PANEL);
    for (let j0 = i0; j0 < n4; j0 += COLUMN_PANEL) {
      addTiles(a, from, to, n, out, i0, i1, j0, Math.min(n4, j0 + COLUMN_PANEL));
    }
  }
  for (let j = n4; j < n; j++) addBorderColumn(a, from, to, n, out, j);
}

// The last n mod 4 columns, four rows of the result at a time.
function addBorderColumn(
  a: Float64Array,
  from: number,
  to: number,
  n: number,
  out: Float64Array,
  j: number,
): void {
  let i = 0;
  for (; i + 4 <= j; i += 4) {
    let c0 = 0, c1 = 0, c2 = 0, c3 = 0;
    for (let p = from, r = from * n + i, q = from * n + j; p < to; p++, r += n, q += n) {
      const x = a[q];
      c0 += a[r] * x, c1 += a[r + 1] * x, c2 += a[r + 2] * x, c3 += a[r + 3] * x;
    }
    out[i * n + j] += c0, out[(i + 1) * n + j] += c1;
    out[(i + 2) * n + j] += c2, out[(i + 3) * n + j] += c3;
  }
  for (; i <= j; i++) {
    let sum = 0;
    for (let p = from, r = from * n; p < to; p++, r += n) sum += a[r + i] * a[r + j];
    out[i * n + j] += sum;
  }
}

function addTiles(
  a: Float64Array,
  from: number,
  to: number,
  n: number,
  out: Float64Array,
  i0: number,
  i1: number,
  j0: number,
  j1: number,
): void {
  for (let i = i0; i < i1; i += 4) {
    for (let j = Math.max(i, j0); j < j1; j += 4) {
      let c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0;
      let c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
      for (let p = from, r = from * n + i, q = from * n + j; p < to; p++, r += n, q += n) {
        const b0 = a[q], b1 = a[q + 1], b2 = a[q + 2], b3 = a[q + 3];
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
      out[o] += c00, out[o + 1] += c01, out[o + 2] += c02, out[o + 3] += c03;
      o += n;
      out[o] += c10, out[o + 1] += c11, out[o + 2] += c12, out[o + 3] += c13;
      o += n;
      out[o] += c20, out[o + 1] += c21, out[o + 2] += c22, out[o + 3] += c23;
      o += n;
      out[o] += c30, out[o + 1] += c31, out[o + 2] += c32, out[o + 3] += c33;
    }
  }
}

const COLUMN_PANEL = 64;
