// Least squares with a ridge through the singular value decomposition, and the decomposition of a matrix of any shape
// that it needs. No normal equations: singular values are not squared before they are divided by.

import { multiply, multiplyTransposeA } from "../linalg/matmul.ts";
import { svd, tallSvd } from "../linalg/svd.ts";

/** Leading parts of A ≈ left diag(s) rightᵀ. */
export interface LeadingSvd {
  /** m×count, row-major. */
  readonly left: Float64Array;
  /** All k = min(m, n), descending. */
  readonly s: Float64Array;
  /** n×count; the entry of largest magnitude of each column is positive. */
  readonly right: Float64Array;
  readonly count: number;
}

/**
 * Singular values of A (m×n) and the leading `choose(s)` pairs of vectors: about 4mn² + 2mn·count operations for a tall A.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { leadingSvd } from "#lib/math/control/ridge_fit.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { s, right } = leadingSvd(Float64Array.of(3, 0, 0, 4, 0, 0), 3, 2, () => 1);
 * assertAlmostEquals(s[0], 4, 1e-14);
 * assertAlmostEquals(right[1], 1, 1e-14);
 * ```
 */
export function leadingSvd(
  a: Float64Array,
  m: number,
  n: number,
  choose: (s: Float64Array) => number,
): LeadingSvd {
  if (m >= n) {
    const { left, s, right } = tallSvd(a, m, n, { numLeft: choose });
    const count = m === 0 ? 0 : left.length / m;
    return signed({ left, s, right: firstColumns(right, n, n, count), count }, m, n);
  }
  const { u, s, v } = svd(a, m, n);
  const count = choose(s);
  const left = firstColumns(u, m, m, count);
  return signed({ left, s, right: firstColumns(v, n, m, count), count }, m, n);
}

/**
 * 1/s with a ridge λ: s/(s² + λ), and 0 for an s that is 0.
 *
 * @example
 * ```ts
 * import { filteredInverse } from "#lib/math/control/ridge_fit.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([filteredInverse(2, 0), filteredInverse(2, 4), filteredInverse(0, 0)], [0.5, 0.25, 0]);
 * ```
 */
export function filteredInverse(s: number, ridge: number): number {
  // Not s·s, which may overflow or vanish.
  return s === 0 ? 0 : 1 / (s + ridge / s);
}

/** A regression of Y on X. */
export interface RidgeFit {
  /** p×q. */
  readonly coefficients: Float64Array;
  /** X·coefficients, m×q. */
  readonly fitted: Float64Array;
}

/**
 * argmin over Θ (p×q) of ‖Y − XΘ‖² + λ‖Θ‖² for X (m×p) and Y (m×q). Without a ridge directions of X below rounding
 * (1e-12 of its largest singular value) are left out, which gives the Θ of least norm.
 *
 * @throws {RangeError} if a length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { ridgeFit } from "#lib/math/control/ridge_fit.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { coefficients } = ridgeFit(Float64Array.of(1, 2), Float64Array.of(2, 4), 2, 1, 1, 5);
 * assertAlmostEquals(coefficients[0], 1, 1e-15); // 10 / (5 + 5)
 * ```
 */
export function ridgeFit(
  x: Float64Array,
  y: Float64Array,
  m: number,
  p: number,
  q: number,
  ridge: number,
): RidgeFit {
  const { left, s, right, count } = leadingSvd(x, m, p, (s) => numericalRank(s, ROUNDING));
  const onLeft = multiplyTransposeA(left, y, m, count, q);
  const weighted = new Float64Array(count * q);
  const shrunk = new Float64Array(count * q);
  for (let i = 0, at = 0; i < count; i++) {
    const inverse = filteredInverse(s[i], ridge);
    for (let j = 0; j < q; j++, at++) {
      weighted[at] = inverse * onLeft[at];
      shrunk[at] = s[i] * inverse * onLeft[at];
    }
  }
  return {
    coefficients: multiply(right, weighted, p, count, q),
    fitted: multiply(left, shrunk, m, count, q),
  };
}

/**
 * How many singular values exceed `tolerance` times the first.
 *
 * @example
 * ```ts
 * import { numericalRank } from "#lib/math/control/ridge_fit.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(numericalRank(Float64Array.of(2, 1, 1e-15), 1e-12), 2);
 * ```
 */
export function numericalRank(s: Float64Array, tolerance: number): number {
  let rank = 0;
  while (rank < s.length && s[rank] > tolerance * s[0]) rank++;
  return rank;
}

function firstColumns(a: Float64Array, m: number, n: number, count: number): Float64Array {
  if (count === n) return a;
  const out = new Float64Array(m * count);
  for (let i = 0; i < m; i++) out.set(a.subarray(i * n, i * n + count), i * count);
  return out;
}

function signed(found: LeadingSvd, m: number, n: number): LeadingSvd {
  const { left, right, count } = found;
  for (let j = 0; j < count; j++) {
    let largest = 0;
    for (let i = 1; i < n; i++) {
      if (Math.abs(right[i * count + j]) > Math.abs(right[largest * count + j])) largest = i;
    }
    if (right[largest * count + j] >= 0) continue;
    for (let i = 0; i < n; i++) right[i * count + j] = -right[i * count + j];
    for (let i = 0; i < m; i++) left[i * count + j] = -left[i * count + j];
  }
  return found;
}

/** Of the largest singular value: below it a direction of the data is rounding. */
const ROUNDING = 1e-12;
