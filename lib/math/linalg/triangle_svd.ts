// Singular value decomposition of a square matrix, as a rule the triangle of a QR factorisation: the small problem inside
// svd.ts. Well conditioned matrices go through bidiagonal form and implicit QR (Golub & Kahan 1965; Demmel & Kahan 1990), about
// 22n³ operations; where a singular value is below 1e-3·σ₁ it needs more care, and one-sided Jacobi on the rows of a pivoted
// triangle gives it (Drmač & Veselić, SIAM J. Matrix Anal. Appl. 29, 2008), about (4 … 8)·7n³. Small matrices stay in
// TypeScript (plain_triangle_svd.ts).

import { bidiagonalSvd, jacobiSvd } from "#lib/wasm/svd.ts";
import { completeRow } from "./complete_row.ts";
import { plainTriangleSvd, plainTriangleValues } from "./plain_triangle_svd.ts";

/** R = left diag(s) rightᵀ, vectors in columns, n×n; s descending. */
export interface TriangleSvd {
  readonly left: Float64Array;
  readonly s: Float64Array;
  readonly right: Float64Array;
}

/**
 * What is wanted of small singular values: `relative` as many digits as the scales of R's columns leave them, `absolute`
 * errors of eps·σ₁ (several times faster for ill-conditioned matrices).
 */
export type SvdAccuracy = "relative" | "absolute";

/** From this size on wasm takes over from TypeScript. */
export const SVD_WASM_FROM = 8;

/**
 * The decomposition of R (n×n, entries finite and at most about 1). Vectors are orthonormal whatever the rank; signs are
 * as they come.
 *
 * @throws {Error} if the iteration does not converge (never seen).
 *
 * @example
 * ```ts
 * import { triangleSvd } from "#lib/math/linalg/triangle_svd.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(triangleSvd(Float64Array.of(0.5, 0, 0, -1), 2).s[0], 1, 1e-15);
 * ```
 */
export function triangleSvd(
  r: Float64Array,
  n: number,
  accuracy: SvdAccuracy = "relative",
): TriangleSvd {
  if (n < SVD_WASM_FROM) {
    const plain = plainTriangleSvd(r, n);
    if (!underflows(plain.s)) return plain;
  }
  const quick = bidiagonalSvd(r, n, true, (s) => accuracy === "absolute" || wellConditioned(s));
  const { values, leftRows, rightRows } = quick ?? jacobiSvd(r, n, true);
  return inOrder(leftRows, values, rightRows, n);
}

/**
 * The singular values alone, descending.
 *
 * @throws {Error} if the iteration does not converge (never seen).
 *
 * @example
 * ```ts
 * import { triangleValues } from "#lib/math/linalg/triangle_svd.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(triangleValues(Float64Array.of(0.5, 0, 0, -1), 2)[1], 0.5, 1e-15);
 * ```
 */
export function triangleValues(
  r: Float64Array,
  n: number,
  accuracy: SvdAccuracy = "relative",
): Float64Array {
  if (n < SVD_WASM_FROM) {
    const plain = plainTriangleValues(r, n);
    if (!underflows(plain)) return plain;
  }
  const quick = bidiagonalSvd(r, n, false, (s) => accuracy === "absolute" || wellConditioned(s));
  const { values } = quick ?? jacobiSvd(r, n, false);
  return values.sort().reverse();
}

// Whether squares of rows of this length are lost beside those of the first: TypeScript's Jacobi leaves such rows alone.
function underflows(s: Float64Array): boolean {
  return s.some((value) => value > 0 && value < 1e-120 * s[0]);
}

// Where every value is above 1e-3·σ₁, an error of eps·σ₁ is one of 1e-13 in each.
function wellConditioned(s: Float64Array): boolean {
  let least = Infinity, most = 0;
  for (const value of s) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most > 0 && least >= 1e-3 * most;
}

// Vectors from rows to columns, largest value first; a right vector that is zero is replaced by one orthogonal to the others.
function inOrder(
  leftRows: Float64Array,
  values: Float64Array,
  rightRows: Float64Array,
  n: number,
): TriangleSvd {
  const order = Array.from({ length: n }, (_, i) => i)
    .sort((i, j) => values[j] - values[i] || i - j);
  const sorted = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    sorted.set(rightRows.subarray(order[j] * n, (order[j] + 1) * n), j * n);
    if (isZero(sorted.subarray(j * n, (j + 1) * n))) completeRow(sorted, j, n);
  }
  const left = new Float64Array(n * n);
  const right = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const from = order[j] * n;
    for (let i = 0; i < n; i++) {
      left[i * n + j] = leftRows[from + i];
      right[i * n + j] = sorted[j * n + i];
    }
  }
  return { left, s: Float64Array.from(order, (i) => values[i]), right };
}

function isZero(row: Float64Array): boolean {
  return row.every((x) => x === 0);
}
