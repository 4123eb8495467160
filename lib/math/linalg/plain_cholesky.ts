// Cholesky decomposition and solve in plain loops: the meaning of cholesky.ts, and the faster way for small sizes.
// Golub & Van Loan, Matrix Computations, section 4.2. Sizes are not checked.

/**
 * The lower triangular L with A = L·Lᵀ, or `null`. Only the lower triangle of A is read.
 *
 * @example
 * ```ts
 * import { plainCholesky } from "#lib/math/linalg/plain_cholesky.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(plainCholesky(Float64Array.of(4, 2, 2, 5), 2), Float64Array.of(2, 0, 1, 2));
 * ```
 */
export function plainCholesky(a: Float64Array, n: number): Float64Array | null {
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
 * Solves L·Lᵀ·X = B for B (n×numColumns). Forward in ascending order, back in descending.
 *
 * @example
 * ```ts
 * import { plainCholeskySolve } from "#lib/math/linalg/plain_cholesky.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(plainCholeskySolve(Float64Array.of(2), 1, Float64Array.of(8), 1), Float64Array.of(2));
 * ```
 */
export function plainCholeskySolve(
  l: Float64Array,
  n: number,
  b: Float64Array,
  numColumns: number,
): Float64Array {
  const c = numColumns;
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) eliminate(x, i * c, k * c, l[i * n + k], c);
    for (let j = i * c; j < (i + 1) * c; j++) x[j] /= l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = n - 1; k > i; k--) eliminate(x, i * c, k * c, l[k * n + i], c);
    for (let j = i * c; j < (i + 1) * c; j++) x[j] /= l[i * n + i];
  }
  return x;
}

function eliminate(x: Float64Array, to: number, from: number, factor: number, c: number): void {
  for (const end = to + c; to < end; to++, from++) x[to] -= factor * x[from];
}
