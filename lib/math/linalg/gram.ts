// Gram matrices AᵀA and the column centring that usually precedes them.
// Row blocks of fixed size are summed one after the other, so a result is a function of the data alone
// and a later parallel version that adds block results in order can reproduce it.

import { multiplyTransposeA } from "./matmul.ts";
import { requireShape } from "./require_shape.ts";

/** Rows per block of the fixed summation order. */
export const GRAM_ROW_BLOCK = 256;

/**
 * AᵀA (n×n, exactly symmetric) of A (m×n): m·n² operations. Singular values taken from it lose
 * those below about 1e-8 of the largest; see svd.ts for the accurate way.
 *
 * @throws {RangeError} if an array's length does not fit the sizes.
 *
 * @example
 * ```ts
 * import { gram } from "#lib/math/linalg/gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(gram(Float64Array.of(1, 2, 3, 4), 2, 2), Float64Array.of(10, 14, 14, 20));
 * ```
 */
export function gram(
  a: Float64Array,
  m: number,
  n: number,
  out: Float64Array = new Float64Array(n * n),
): Float64Array {
  requireShape("gram", "a", a, m, n);
  requireShape("gram", "out", out, n, n);
  out.fill(0);
  for (let from = 0; from < m; from += GRAM_ROW_BLOCK) {
    addUpperBlock(a, from, Math.min(m, from + GRAM_ROW_BLOCK), n, out);
  }
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) out[i * n + j] = out[j * n + i];
  }
  return out;
}

/**
 * AᵀB (p×q) of A (m×p) and B (m×q), summed in the same row blocks as `gram`: `crossGram(a, a, …)` has the
 * bytes of `gram(a, …)`, and over many rows the rounding is smaller than in one running sum.
 *
 * @throws {RangeError} if an array's length does not fit the sizes.
 *
 * @example
 * ```ts
 * import { crossGram } from "#lib/math/linalg/gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(crossGram(Float64Array.of(1, 2), Float64Array.of(3, 4), 2, 1, 1), Float64Array.of(11));
 * ```
 */
export function crossGram(
  a: Float64Array,
  b: Float64Array,
  m: number,
  p: number,
  q: number,
  out: Float64Array = new Float64Array(p * q),
): Float64Array {
  requireShape("crossGram", "a", a, m, p);
  requireShape("crossGram", "b", b, m, q);
  requireShape("crossGram", "out", out, p, q);
  out.fill(0);
  const part = new Float64Array(p * q);
  for (let from = 0; from < m; from += GRAM_ROW_BLOCK) {
    const to = Math.min(m, from + GRAM_ROW_BLOCK);
    const rowsA = a.subarray(from * p, to * p);
    const rowsB = b.subarray(from * q, to * q);
    multiplyTransposeA(rowsA, rowsB, to - from, p, q, part);
    for (let i = 0; i < out.length; i++) out[i] += part[i];
  }
  return out;
}

/**
 * Subtracts from each column of A (m×n) its mean; returns the centred copy (or `out`, which may be
 * `a` itself). The mean is corrected once by the mean of the residuals, so that a large offset does
 * not survive as rounding.
 *
 * @throws {RangeError} if an array's length does not fit the sizes.
 *
 * @example
 * ```ts
 * import { centreColumns } from "#lib/math/linalg/gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(centreColumns(Float64Array.of(1, 10, 3, 20), 2, 2), Float64Array.of(-1, -5, 1, 5));
 * ```
 */
export function centreColumns(
  a: Float64Array,
  m: number,
  n: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  requireShape("centreColumns", "a", a, m, n);
  requireShape("centreColumns", "out", out, m, n);
  if (m === 0) return out;
  const mean = columnSums(a, m, n);
  for (let j = 0; j < n; j++) mean[j] /= m;
  subtractRow(a, mean, m, n, out);
  const rest = columnSums(out, m, n);
  for (let j = 0; j < n; j++) rest[j] /= m;
  return subtractRow(out, rest, m, n, out);
}

function columnSums(a: Float64Array, m: number, n: number): Float64Array {
  const sums = new Float64Array(n);
  for (let i = 0, p = 0; i < m; i++) {
    for (let j = 0; j < n; j++, p++) sums[j] += a[p];
  }
  return sums;
}

function subtractRow(a: Float64Array, row: Float64Array, m: number, n: number, out: Float64Array) {
  for (let i = 0, p = 0; i < m; i++) {
    for (let j = 0; j < n; j++, p++) out[p] = a[p] - row[j];
  }
  return out;
}

// out += upper triangle of A[from:to]ᵀ A[from:to], in 4×4 tiles (tiles on the diagonal write a little below it).
function addUpperBlock(a: Float64Array, from: number, to: number, n: number, out: Float64Array) {
  const n4 = n & ~3;
  for (let i = 0; i < n4; i += 4) {
    for (let j = i; j < n4; j += 4) {
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
  for (let j = n4; j < n; j++) {
    for (let i = 0; i <= j; i++) {
      let sum = 0;
      for (let p = from, r = from * n; p < to; p++, r += n) sum += a[r + i] * a[r + j];
      out[i * n + j] += sum;
    }
  }
}
