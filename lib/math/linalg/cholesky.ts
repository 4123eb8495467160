// Cholesky decomposition of symmetric positive definite matrices and the solves built on it.
// Golub & Van Loan, Matrix Computations, section 4.2. Leaves out pivoting: semidefinite matrices are refused.

import { requireShape } from "./require_shape.ts";

/**
 * The lower triangular L with A = L·Lᵀ (n×n, zeros above the diagonal), or `null` if A is not positive
 * definite to working precision. Only the lower triangle of A is read; n³/3 operations.
 *
 * @throws {RangeError} if the length does not fit.
 *
 * @example
 * ```ts
 * import { cholesky } from "#lib/math/linalg/cholesky.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cholesky(Float64Array.of(4, 2, 2, 5), 2), Float64Array.of(2, 0, 1, 2));
 * assertEquals(cholesky(Float64Array.of(1, 2, 2, 1), 2), null);
 * ```
 */
export function cholesky(a: Float64Array, n: number): Float64Array | null {
  requireShape("cholesky", "a", a, n, n);
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0, p = i * n, q = j * n; k < j; k++, p++, q++) sum -= l[p] * l[q];
      if (i > j) l[i * n + j] = sum / l[j * n + j];
      else if (sum > 0 && sum < Infinity) l[i * n + i] = Math.sqrt(sum);
      else return null;
    }
  }
  return l;
}

/**
 * Solves A·X = B for symmetric positive definite A (n×n) and B (n×numColumns).
 *
 * @throws {RangeError} if a length does not fit or A is not positive definite.
 *
 * @example
 * ```ts
 * import { choleskySolve } from "#lib/math/linalg/cholesky.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(choleskySolve(Float64Array.of(4, 2, 2, 5), 2, Float64Array.of(6, 7), 1), Float64Array.of(1, 1));
 * ```
 */
export function choleskySolve(
  a: Float64Array,
  n: number,
  b: Float64Array,
  numColumns = 1,
): Float64Array {
  const l = cholesky(a, n);
  if (l === null) {
    throw new RangeError(`choleskySolve: the ${n}×${n} matrix is not positive definite`);
  }
  requireShape("choleskySolve", "b", b, n, numColumns);
  const c = numColumns;
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) eliminate(x, i * c, k * c, l[i * n + k], c);
    for (let j = i * c; j < (i + 1) * c; j++) x[j] /= l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) eliminate(x, i * c, k * c, l[k * n + i], c);
    for (let j = i * c; j < (i + 1) * c; j++) x[j] /= l[i * n + i];
  }
  return x;
}

function eliminate(x: Float64Array, to: number, from: number, factor: number, c: number): void {
  for (const end = to + c; to < end; to++, from++) x[to] -= factor * x[from];
}
