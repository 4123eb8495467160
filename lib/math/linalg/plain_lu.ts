// LU decomposition and solve in plain loops: the meaning of lu.ts, and the faster way for small sizes.
// Golub & Van Loan, Matrix Computations, section 3.4. Sizes are not checked.

import type { Lu } from "./lu.ts";

/**
 * Factors A (n×n). A column whose pivot is zero or not a number is left as it is.
 *
 * @example
 * ```ts
 * import { plainLuFactor } from "#lib/math/linalg/plain_lu.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(plainLuFactor(Float64Array.of(1, 2, 2, 2), 2).lu, Float64Array.of(2, 2, 0.5, 1));
 * ```
 */
export function plainLuFactor(a: Float64Array, n: number): Lu {
  const lu = a.slice();
  const permutation = Int32Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  let singular = false;
  for (let k = 0; k < n; k++) {
    let pivotRow = k;
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(lu[i * n + k]) > Math.abs(lu[pivotRow * n + k])) pivotRow = i;
    }
    const pivot = lu[pivotRow * n + k];
    if (!(Math.abs(pivot) > 0)) {
      singular = true;
      continue;
    }
    if (pivotRow !== k) {
      for (let j = 0; j < n; j++) {
        const t = lu[k * n + j];
        lu[k * n + j] = lu[pivotRow * n + j];
        lu[pivotRow * n + j] = t;
      }
      const t = permutation[k];
      permutation[k] = permutation[pivotRow];
      permutation[pivotRow] = t;
      sign = -sign;
    }
    for (let i = k + 1; i < n; i++) {
      const factor = lu[i * n + k] / pivot;
      lu[i * n + k] = factor;
      if (factor === 0) continue;
      for (let j = k + 1, p = i * n + j, q = k * n + j; j < n; j++, p++, q++) {
        lu[p] -= factor * lu[q];
      }
    }
  }
  return { lu, permutation, sign, singular };
}

/**
 * Solves with a factor; B is n×numColumns. Forward in ascending order, back in descending.
 *
 * @example
 * ```ts
 * import { plainLuFactor, plainLuSolve } from "#lib/math/linalg/plain_lu.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const factor = plainLuFactor(Float64Array.of(4), 1);
 * assertEquals(plainLuSolve(factor, 1, Float64Array.of(2), 1), Float64Array.of(0.5));
 * ```
 */
export function plainLuSolve(
  { lu, permutation }: Lu,
  n: number,
  b: Float64Array,
  numColumns: number,
): Float64Array {
  const c = numColumns;
  const x = new Float64Array(n * c);
  for (let i = 0; i < n; i++) {
    x.set(b.subarray(permutation[i] * c, (permutation[i] + 1) * c), i * c);
    for (let k = 0; k < i; k++) subtractScaled(x, i * c, k * c, lu[i * n + k], c);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = n - 1; k > i; k--) subtractScaled(x, i * c, k * c, lu[i * n + k], c);
    const pivot = lu[i * n + i];
    for (let j = i * c; j < (i + 1) * c; j++) x[j] /= pivot;
  }
  return x;
}

function subtractScaled(x: Float64Array, to: number, from: number, factor: number, c: number) {
  if (factor === 0) return;
  for (const end = to + c; to < end; to++, from++) x[to] -= factor * x[from];
}
