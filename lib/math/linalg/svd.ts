// Singular value decomposition, accurate also for small singular values.
// QR of the tall matrix, QR with column pivoting of its triangle, then one-sided Jacobi on the rows of that
// triangle (Drmač & Veselić, SIAM J. Matrix Anal. Appl. 29, 2008; de Rijk 1989). Small singular values come out with
// high relative accuracy when ill-conditioning is a matter of column scale, and at worst with error eps·σ₁.
// About 4mn² + (4 … 8 sweeps)·7n³ operations. Leaves out decompositions too large for n³ (n ≳ 500).

import {
  factorColumns,
  makeReflector,
  orthonormalColumns,
  reflectRows,
  upperTriangle,
} from "./householder.ts";
import { multiply } from "./matmul.ts";
import { frobeniusNorm, innerProduct } from "./norms.ts";
import { orthogonaliseRows } from "./one_sided_jacobi.ts";
import { requireFinite, requireShape } from "./require_shape.ts";
import { transpose } from "./transpose.ts";

/** A = U diag(s) Vᵀ with U m×k, V n×k, k = min(m, n); s descending. */
export interface Svd {
  readonly u: Float64Array;
  readonly s: Float64Array;
  readonly v: Float64Array;
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
    const { leftRows, s, right } = svdOfColumns(a.slice(), n, m);
    const v = transpose(leftRows, m, n);
    fixSigns(v, n, right, m, m);
    return { u: right, s, v };
  }
  const { leftRows, s, right } = svdOfColumns(transpose(a, m, n), m, n);
  const u = transpose(leftRows, n, m);
  fixSigns(right, n, u, m, n);
  return { u, s, v: right };
}

/**
 * SVD of a tall matrix (m ≥ n) held as the rows of `columns` (n×m, overwritten), with only the leading
 * `numLeft` left vectors, each a contiguous row of `leftRows`; `right` is n×n, vectors in columns.
 * `numLeft` may be a function of the singular values. Signs are not fixed. 2mn² + 4mn·numLeft operations beside those on the n×n triangle.
 *
 * @throws {RangeError} if m < n, numLeft > n or the length does not fit.
 *
 * @example
 * ```ts
 * import { svdOfColumns } from "#lib/math/linalg/svd.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { s, leftRows } = svdOfColumns(Float64Array.of(3, 4), 2, 1, 1);
 * assertAlmostEquals(s[0], 5, 1e-14);
 * assertAlmostEquals(Math.abs(leftRows[1]), 0.8, 1e-15);
 * ```
 */
export function svdOfColumns(
  columns: Float64Array,
  m: number,
  n: number,
  numLeft: number | ((s: Float64Array) => number) = n,
): { leftRows: Float64Array; s: Float64Array; right: Float64Array } {
  requireShape("svdOfColumns", "columns", columns, n, m);
  if (m < n) throw new RangeError(`svdOfColumns: a ${m}×${n} matrix has fewer rows than columns`);
  const scale = exactScale(columns);
  if (scale !== 1) { for (let i = 0; i < columns.length; i++) columns[i] /= scale; }
  const factor = factorColumns(columns, m, n);
  const { left, s, right } = triangleSvd(upperTriangle(factor), n);
  if (scale !== 1) { for (let i = 0; i < n; i++) s[i] *= scale; }
  const rows = typeof numLeft === "number" ? numLeft : numLeft(s);
  if (!(rows >= 0 && rows <= n)) {
    throw new RangeError(`svdOfColumns: ${rows} left vectors wanted of a ${m}×${n} matrix`);
  }
  const leftRows = new Float64Array(rows * m);
  for (let j = 0; j < n; j++) {
    const sign = factor.diagonal[j] < 0 ? -1 : 1;
    for (let i = 0; i < rows; i++) leftRows[i * m + j] = sign * left[j * n + i];
  }
  for (let j = n - 1; j >= 0; j--) {
    if (factor.beta[j] === 0) continue;
    reflectRows(columns, j * m + j, m - j, factor.beta[j], leftRows, 0, rows, m, j);
  }
  return { leftRows, s, right };
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
  const scale = exactScale(a);
  const tall = m >= n;
  const columns = tall ? transpose(a, m, n) : a.slice();
  if (scale !== 1) { for (let i = 0; i < columns.length; i++) columns[i] /= scale; }
  const k = Math.min(m, n);
  const triangle = upperTriangle(factorColumns(columns, Math.max(m, n), k));
  const { rows } = pivotedTriangle(triangle, k);
  orthogonaliseRows(rows, k, null);
  const s = new Float64Array(k);
  for (let i = 0; i < k; i++) s[i] = scale * frobeniusNorm(rows.subarray(i * k, (i + 1) * k));
  return s.sort().reverse();
}

// R = left diag(s) rightᵀ, all n×n.
function triangleSvd(triangle: Float64Array, n: number) {
  const { rows, order, q } = pivotedTriangle(triangle, n);
  const turns = new Float64Array(n * n);
  for (let i = 0; i < n; i++) turns[i * n + i] = 1;
  orthogonaliseRows(rows, n, turns);
  // turns · rows₀ = rows, so rows₀ = turnsᵀ diag(s) Wᵀ with W's columns the normalised rows.
  const norms = new Float64Array(n);
  for (let i = 0; i < n; i++) norms[i] = frobeniusNorm(rows.subarray(i * n, (i + 1) * n));
  const rank = Array.from({ length: n }, (_, i) => i).sort((i, j) => norms[j] - norms[i] || i - j);
  const s = new Float64Array(n);
  const w = new Float64Array(n * n);
  const turned = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const from = rank[j] * n;
    s[j] = norms[rank[j]];
    if (s[j] > 0) { for (let i = 0; i < n; i++) w[j * n + i] = rows[from + i] / s[j]; }
    else completeRow(w, j, n);
    for (let i = 0; i < n; i++) turned[i * n + j] = turns[from + i];
  }
  const right = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) right[order[i] * n + j] = w[j * n + i];
  }
  return { left: multiply(q, turned, n, n, n), s, right };
}

// QR with column pivoting of an n×n triangle R: R P = Q T. Returns T's rows, P as `order` and Q.
function pivotedTriangle(triangle: Float64Array, n: number) {
  const columns = transpose(triangle, n, n);
  const order = Array.from({ length: n }, (_, i) => i);
  const beta = new Float64Array(n);
  const diagonal = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    let best = j;
    let bestSquares = -1;
    for (let c = j; c < n; c++) {
      const tail = columns.subarray(c * n + j, (c + 1) * n);
      const squares = innerProduct(tail, tail);
      if (squares > bestSquares) {
        best = c;
        bestSquares = squares;
      }
    }
    if (best !== j) {
      [order[j], order[best]] = [order[best], order[j]];
      swapRows(columns, j * n, best * n, n);
    }
    makeReflector(columns, j * n + j, n - j, j, beta, diagonal);
    if (beta[j] !== 0) reflectRows(columns, j * n + j, n - j, beta[j], columns, j + 1, n, n, j);
  }
  const factor = { columns, beta, diagonal, m: n, n };
  return { rows: upperTriangle(factor), order, q: transpose(orthonormalColumns(factor), n, n) };
}

// Fills row j of `w` with a unit vector orthogonal to rows 0 … j−1 (for singular values that are exactly 0).
function completeRow(w: Float64Array, j: number, n: number): void {
  const row = w.subarray(j * n, (j + 1) * n);
  let bestUnit = 0;
  let smallest = Infinity;
  for (let unit = 0; unit < n; unit++) {
    let taken = 0;
    for (let i = 0; i < j; i++) taken += w[i * n + unit] ** 2;
    if (taken < smallest) {
      smallest = taken;
      bestUnit = unit;
    }
  }
  row.fill(0);
  row[bestUnit] = 1;
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < j; i++) {
      const other = w.subarray(i * n, (i + 1) * n);
      const overlap = innerProduct(row, other);
      for (let c = 0; c < n; c++) row[c] -= overlap * other[c];
    }
  }
  const norm = frobeniusNorm(row);
  for (let c = 0; c < n; c++) row[c] /= norm;
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

function swapRows(a: Float64Array, x: number, y: number, n: number): void {
  for (let i = 0; i < n; i++) {
    const t = a[x + i];
    a[x + i] = a[y + i];
    a[y + i] = t;
  }
}

// A power of two near the norm (division by it is exact); 1 for matrices that are zero.
function exactScale(a: Float64Array): number {
  const norm = frobeniusNorm(a);
  if (norm === 0) return 1;
  return 2 ** Math.max(-1000, Math.min(1000, Math.round(Math.log2(norm))));
}
