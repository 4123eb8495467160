// Cholesky decomposition of symmetric positive definite matrices and the solves built on it.
// Golub & Van Loan, Matrix Computations, section 4.2: plain loops (plain_cholesky.ts) for small ones, wasm for others, in
// the same order of terms. Leaves out pivoting: semidefinite matrices are refused.

import { factorCholesky, solveTriangles } from "#lib/wasm/solvers.ts";
import { plainCholesky, plainCholeskySolve } from "./plain_cholesky.ts";
import { requireShape } from "./require_shape.ts";
import { transpose } from "./transpose.ts";

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
  if (n < WASM_FROM) return plainCholesky(a, n);
  const u = factorCholesky(transpose(a, n, n), n);
  return u === null ? null : transpose(u, n, n);
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
  if (n < WASM_FROM || numColumns < 2) return plainCholeskySolve(l, n, b, numColumns);
  const x = b.slice();
  const triangles = [true, false].map((lower) => ({
    data: l,
    lower,
    transposed: !lower,
    unit: false,
  }));
  solveTriangles(triangles, n, x, numColumns);
  return x;
}

/** Sizes from which wasm is the faster way. Either gives the same numbers. */
const WASM_FROM = 40;
