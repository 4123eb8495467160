// Householder reduction of a symmetric matrix to tridiagonal form, and its undoing on eigenvectors.
// Golub & Van Loan, Matrix Computations, section 8.3.1, with the rank-two update of one step fused into the
// product of the next, so that every step passes over the matrix once. 4/3 n³ operations.
// Leaves out the eigenvalues of the tridiagonal matrix (tridiagonal_ql.ts).

import { reflectRows } from "./householder.ts";
import { requireFinite, requireShape } from "./require_shape.ts";

/** A symmetric matrix A = Q T Qᵀ in tridiagonal form, scaled. */
export interface TridiagonalForm {
  /** Diagonal of T. */
  readonly diagonal: Float64Array;
  /** off[k] couples k and k+1; the last entry is 0. */
  readonly off: Float64Array;
  /** A = scale·Q T Qᵀ; a power of two, so that T's entries are near 1 at most. */
  readonly scale: number;
  /** Row k from column k+1 on: the vector v of reflector k, I − beta[k] v vᵀ. */
  readonly reflectors: Float64Array;
  readonly beta: Float64Array;
}

/**
 * Reduces symmetric A (n×n; only its upper triangle is read).
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { tridiagonalise } from "#lib/math/linalg/tridiagonal_form.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { diagonal, scale } = tridiagonalise("example", Float64Array.of(1, 2, 0, 2, 5, 4, 0, 4, 3), 3);
 * assertAlmostEquals(scale * (diagonal[0] + diagonal[1] + diagonal[2]), 9, 1e-14);
 * ```
 */
export function tridiagonalise(caller: string, matrix: Float64Array, n: number): TridiagonalForm {
  const { a, scale } = scaledCopy(caller, matrix, n);
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  const beta = new Float64Array(n);
  // v wᵀ + w vᵀ is still to be subtracted from the rows below; u and q are the next such pair.
  let v = new Float64Array(n);
  let w = new Float64Array(n);
  let u = new Float64Array(n);
  let q = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    const row = k * n;
    for (let j = k, vk = v[k], wk = w[k]; j < n; j++) a[row + j] -= vk * w[j] + wk * v[j];
    diagonal[k] = a[row + k];
    beta[k] = makeReflector(a, row, k, n, off, u);
    q.fill(0, k + 1);
    updateAndMultiply(a, k + 1, n, v, w, u, q);
    let qu = 0;
    for (let i = k + 1; i < n; i++) {
      q[i] *= beta[k];
      qu += q[i] * u[i];
    }
    const half = 0.5 * beta[k] * qu;
    for (let i = k + 1; i < n; i++) q[i] -= half * u[i];
    [v, u] = [u, v];
    [w, q] = [q, w];
  }
  if (n > 0) diagonal[n - 1] = a[n * n - 1];
  return { diagonal, off, scale, reflectors: a, beta };
}

/**
 * Turns eigenvectors of T into those of A, in place: each of the `count` rows of `rows` (length n) is one. With
 * `identity`, row j is known to be the unit vector j, which saves a third of the work.
 *
 * @example
 * ```ts
 * import { backTransform, tridiagonalise } from "#lib/math/linalg/tridiagonal_form.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const form = tridiagonalise("example", Float64Array.of(1, 2, 2, 1), 2);
 * assertEquals(backTransform(form, Float64Array.of(3, 4), 1, 2), Float64Array.of(3, 4));
 * ```
 */
export function backTransform(
  { reflectors, beta }: TridiagonalForm,
  rows: Float64Array,
  count: number,
  n: number,
  identity = false,
): Float64Array {
  for (let k = n - 2; k >= 0; k--) {
    if (beta[k] === 0) continue;
    const from = identity ? k + 1 : 0;
    reflectRows(reflectors, k * n + k + 1, n - k - 1, beta[k], rows, from, count, n, k + 1);
  }
  return rows;
}

// A copy divided by the power of two nearest its largest entry: exact, and free of overflow in squares.
function scaledCopy(caller: string, matrix: Float64Array, n: number) {
  requireShape(caller, "a", matrix, n, n);
  requireFinite(caller, "a", matrix);
  let largest = 0;
  for (let i = 0; i < matrix.length; i++) largest = Math.max(largest, Math.abs(matrix[i]));
  const a = matrix.slice();
  if (largest === 0) return { a, scale: 1 };
  const scale = 2 ** Math.max(-1000, Math.min(1000, Math.round(Math.log2(largest))));
  for (let i = 0; i < a.length; i++) a[i] /= scale;
  return { a, scale };
}

// Makes the reflector that clears row k beyond column k+1; writes v to the row and to `u`, returns beta.
function makeReflector(
  a: Float64Array,
  row: number,
  k: number,
  n: number,
  off: Float64Array,
  u: Float64Array,
): number {
  let tail = 0;
  for (let j = k + 2; j < n; j++) tail += a[row + j] * a[row + j];
  const head = a[row + k + 1];
  // Entries are scaled to at most about 1, so a tail of 1e-140 is nothing.
  if (tail < 1e-280) {
    off[k] = head;
    u.fill(0, k + 1);
    return 0;
  }
  const norm = Math.sqrt(head * head + tail);
  off[k] = head > 0 ? -norm : norm;
  a[row + k + 1] = head - off[k];
  for (let j = k + 1; j < n; j++) u[j] = a[row + j];
  return 2 / (u[k + 1] * u[k + 1] + tail);
}

// A ← A − v wᵀ − w vᵀ on the upper triangle from row `from` on, and q += A u, two rows at a time.
function updateAndMultiply(
  a: Float64Array,
  from: number,
  n: number,
  v: Float64Array,
  w: Float64Array,
  u: Float64Array,
  q: Float64Array,
): void {
  let i = from;
  for (; i + 1 < n; i += 2) {
    const r0 = i * n, r1 = r0 + n;
    const v0 = v[i], w0 = w[i], u0 = u[i];
    const v1 = v[i + 1], w1 = w[i + 1], u1 = u[i + 1];
    const d0 = a[r0 + i] - 2 * v0 * w0;
    const between = a[r0 + i + 1] - (v0 * w1 + w0 * v1);
    const d1 = a[r1 + i + 1] - 2 * v1 * w1;
    a[r0 + i] = d0, a[r0 + i + 1] = between, a[r1 + i + 1] = d1;
    let s0 = d0 * u0 + between * u1;
    let s1 = between * u0 + d1 * u1;
    for (let j = i + 2; j < n; j++) {
      const vj = v[j], wj = w[j], uj = u[j];
      const x = a[r0 + j] - (v0 * wj + w0 * vj);
      const y = a[r1 + j] - (v1 * wj + w1 * vj);
      a[r0 + j] = x, a[r1 + j] = y;
      s0 += x * uj, s1 += y * uj;
      q[j] += x * u0 + y * u1;
    }
    q[i] += s0, q[i + 1] += s1;
  }
  if (i < n) {
    a[i * n + i] -= 2 * v[i] * w[i];
    q[i] += a[i * n + i] * u[i];
  }
}
