// Singular value decomposition, accurate also for small singular values: QR of the tall matrix, then the decomposition of
// its triangle (triangle_svd.ts). Small values come out with high relative accuracy when ill-conditioning is a matter
// of column scale, and at worst with error eps·σ₁.
// About 4mn² + 4mnr operations for r left vectors beside those on the n×n triangle. From a size on in wasm.

import { factorQr, multiplyQ } from "#lib/wasm/tall_qr.ts";
import { dividedBy, exactScale } from "./exact_scale.ts";
import { factorColumns, reflectRows, upperTriangle } from "./householder.ts";
import { requireFinite, requireShape } from "./require_shape.ts";
import { transpose } from "./transpose.ts";
import { type SvdAccuracy, triangleSvd, triangleValues } from "./triangle_svd.ts";

/** A = U diag(s) Vᵀ with U m×k, V n×k, k = min(m, n); s descending. */
export interface Svd {
  readonly u: Float64Array;
  readonly s: Float64Array;
  readonly v: Float64Array;
}

/** How many left vectors, and how exact small singular values are to be (`relative` unless said otherwise). */
export interface TallSvdOptions {
  /** A number, or a function of the singular values. Default: all. */
  readonly numLeft?: number | ((s: Float64Array) => number);
  readonly accuracy?: SvdAccuracy;
}

/**
 * Thin SVD of A (m×n). Both factors have orthonormal columns whatever the rank. The component of
 * largest magnitude of each column of V is positive.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { svd } from "#lib/math/linalg/svd.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { s } = svd(Float64Array.of(3, 0, 0, 0, 4, 0), 2, 3);
 * assertAlmostEquals(s[0], 4, 1e-14);
 * assertAlmostEquals(s[1], 3, 1e-14);
 * ```
 */
export function svd(a: Float64Array, m: number, n: number): Svd {
  requireShape("svd", "a", a, m, n);
  requireFinite("svd", "a", a);
  if (m < n) {
    const { left: v, s, right: u } = tallSvd(transpose(a, m, n), n, m);
    fixSigns(v, n, u, m, m);
    return { u, s, v };
  }
  const { left: u, s, right: v } = tallSvd(a, m, n);
  fixSigns(v, n, u, m, n);
  return { u, s, v };
}

/**
 * SVD of a tall matrix (m ≥ n, row-major, entries finite) with only the leading r = `numLeft` left vectors: `left` is m×r, `right`
 * n×n, vectors in columns. Signs are not fixed.
 *
 * @throws {RangeError} if m < n, numLeft is not in [0, n] or the length does not fit.
 *
 * @example
 * ```ts
 * import { tallSvd } from "#lib/math/linalg/svd.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { s, left } = tallSvd(Float64Array.of(3, 4), 2, 1, { numLeft: 1 });
 * assertAlmostEquals(s[0], 5, 1e-14);
 * assertAlmostEquals(Math.abs(left[1]), 0.8, 1e-15);
 * ```
 */
export function tallSvd(
  a: Float64Array,
  m: number,
  n: number,
  { numLeft = n, accuracy }: TallSvdOptions = {},
): { left: Float64Array; s: Float64Array; right: Float64Array } {
  requireTall(a, m, n);
  const scaled = equalised(a, n);
  const factor = factored(scaled.a, m, n);
  const { left: first, s, right } = triangleSvd(scaled.restore(factor.r), n, accuracy);
  for (let i = 0; i < n; i++) s[i] *= scaled.scale;
  const r = typeof numLeft === "number" ? numLeft : numLeft(s);
  if (!(r >= 0 && r <= n)) {
    throw new RangeError(`tallSvd: ${r} left vectors wanted of a ${m}×${n} matrix`);
  }
  return { left: factor.timesQ(firstColumns(first, n, r), r), s, right };
}

/**
 * The singular values alone, descending (min(m, n) of them).
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { singularValues } from "#lib/math/linalg/svd.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(singularValues(Float64Array.of(0, 2, 1, 0), 2, 2)[0], 2, 1e-15);
 * ```
 */
export function singularValues(a: Float64Array, m: number, n: number): Float64Array {
  requireShape("singularValues", "a", a, m, n);
  requireFinite("singularValues", "a", a);
  const rows = Math.max(m, n), k = Math.min(m, n);
  const scaled = equalised(m >= n ? a : transpose(a, m, n), k);
  const s = triangleValues(scaled.restore(factored(scaled.a, rows, k, false).r), k);
  for (let i = 0; i < k; i++) s[i] *= scaled.scale;
  return s;
}

function requireTall(a: Float64Array, m: number, n: number): void {
  requireShape("tallSvd", "a", a, m, n);
  if (m < n) throw new RangeError(`tallSvd: a ${m}×${n} matrix has fewer rows than columns`);
}

// Divides A by a power of two near its largest entry, and, where squares of a column's entries would underflow, the columns by
// powers of two of their own, which `restore` gives back to the triangle: all exact.
function equalised(a: Float64Array, n: number) {
  const scale = exactScale(a);
  const largest = new Float64Array(n);
  for (let i = 0; i < a.length; i += n) {
    for (let j = 0; j < n; j++) largest[j] = Math.max(largest[j], Math.abs(a[i + j]));
  }
  const deep = largest.some((x) => x > 0 && x / scale < 1e-100);
  if (!deep) {
    return { a: dividedBy(a, scale), scale, restore: (r: Float64Array) => r };
  }
  const own = largest.map((x) => x > 0 ? exactScale(Float64Array.of(x)) : 1);
  const copy = a.map((x, p) => x / own[p % n]);
  return {
    a: copy,
    scale,
    restore: (r: Float64Array) => r.map((x, p) => x / scale * own[p % n]),
  };
}

// The triangle of a tall matrix, and the product with the orthogonal factor.
function factored(a: Float64Array, m: number, n: number, keepQ = true) {
  if (m === n) return { r: a, timesQ: (c: Float64Array) => c };
  if (m * n * n < QR_WASM_FROM) return plainFactor(a, m, n);
  const factor = factorQr(a, m, n, keepQ);
  return { r: factor.r, timesQ: (c: Float64Array, p: number) => multiplyQ(factor, c, p) };
}

function plainFactor(a: Float64Array, m: number, n: number) {
  const factor = factorColumns(transpose(a, m, n), m, n);
  const timesQ = (c: Float64Array, p: number) => {
    const rows = new Float64Array(p * m);
    for (let j = 0; j < n; j++) {
      const sign = factor.diagonal[j] < 0 ? -1 : 1;
      for (let i = 0; i < p; i++) rows[i * m + j] = sign * c[j * p + i];
    }
    for (let j = n - 1; j >= 0; j--) {
      if (factor.beta[j] === 0) continue;
      reflectRows(factor.columns, j * m + j, m - j, factor.beta[j], rows, 0, p, m, j);
    }
    return transpose(rows, p, m);
  };
  return { r: upperTriangle(factor), timesQ };
}

function firstColumns(a: Float64Array, n: number, count: number): Float64Array {
  if (count === n) return a;
  const out = new Float64Array(n * count);
  for (let i = 0; i < n; i++) out.set(a.subarray(i * n, i * n + count), i * count);
  return out;
}

// Makes the largest-magnitude component of each column of `v` positive, turning `u` along.
function fixSigns(v: Float64Array, n: number, u: Float64Array, m: number, k: number): void {
  for (let j = 0; j < k; j++) {
    let largest = 0;
    for (let i = 1; i < n; i++) {
      if (Math.abs(v[i * k + j]) > Math.abs(v[largest * k + j])) largest = i;
    }
    if (n === 0 || v[largest * k + j] >= 0) continue;
    for (let i = 0; i < n; i++) v[i * k + j] = -v[i * k + j];
    for (let i = 0; i < m; i++) u[i * k + j] = -u[i * k + j];
  }
}

const QR_WASM_FROM = 4096;
