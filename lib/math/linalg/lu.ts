// LU decomposition with partial pivoting: linear systems and determinants of small dense matrices.
// Golub & Van Loan, Matrix Computations, section 3.4. Leaves out iterative refinement and condition estimates.

import { requireShape } from "./require_shape.ts";

/** P·A = L·U: L below the diagonal (unit diagonal implied), U on and above it. */
export interface Lu {
  readonly lu: Float64Array;
  /** Row i of P·A is row `permutation[i]` of A. */
  readonly permutation: Int32Array;
  /** Determinant of P, ±1. */
  readonly sign: number;
  /** Whether a pivot was exactly zero (or not a number). */
  readonly singular: boolean;
}

/**
 * Solves A·X = B for X, with A n×n and B n×numColumns: 2/3 n³ + 2n²·numColumns operations.
 *
 * @throws {RangeError} if a length does not fit or A is exactly singular.
 *
 * @example
 * ```ts
 * import { solve } from "#lib/math/linalg/lu.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(solve(Float64Array.of(0, 2, 4, 0), 2, Float64Array.of(6, 8), 1), Float64Array.of(2, 3));
 * ```
 */
export function solve(
  a: Float64Array,
  n: number,
  b: Float64Array,
  numColumns = 1,
): Float64Array {
  requireShape("solve", "a", a, n, n);
  requireShape("solve", "b", b, n, numColumns);
  const factor = luFactor(a, n);
  if (factor.singular) {
    throw new RangeError(`solve: the ${n}×${n} matrix is singular to working precision`);
  }
  return luSolve(factor, n, b, numColumns);
}

/**
 * Determinant of A (n×n). May overflow or underflow for large n.
 *
 * @throws {RangeError} if the length does not fit.
 *
 * @example
 * ```ts
 * import { determinant } from "#lib/math/linalg/lu.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(determinant(Float64Array.of(0, 2, 4, 0), 2), -8);
 * ```
 */
export function determinant(a: Float64Array, n: number): number {
  requireShape("determinant", "a", a, n, n);
  const { lu, sign, singular } = luFactor(a, n);
  if (singular && !lu.some(Number.isNaN)) return 0;
  let product = sign;
  for (let i = 0; i < n; i++) product *= lu[i * n + i];
  return product;
}

/**
 * Factors A (n×n) for several solves.
 *
 * @throws {RangeError} if the length does not fit.
 *
 * @example
 * ```ts
 * import { luFactor, luSolve } from "#lib/math/linalg/lu.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const factor = luFactor(Float64Array.of(2, 0, 0, 4), 2);
 * assertEquals(luSolve(factor, 2, Float64Array.of(2, 4), 1), Float64Array.of(1, 1));
 * ```
 */
export function luFactor(a: Float64Array, n: number): Lu {
  requireShape("luFactor", "a", a, n, n);
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
 * Solves with a factor of `luFactor`; B is n×numColumns.
 *
 * @throws {RangeError} if a length does not fit.
 *
 * @example
 * ```ts
 * import { luFactor, luSolve } from "#lib/math/linalg/lu.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const factor = luFactor(Float64Array.of(4), 1);
 * assertEquals(luSolve(factor, 1, Float64Array.of(2, 8), 2), Float64Array.of(0.5, 2));
 * ```
 */
export function luSolve(
  { lu, permutation }: Lu,
  n: number,
  b: Float64Array,
  numColumns: number,
): Float64Array {
  requireShape("luSolve", "b", b, n, numColumns);
  const c = numColumns;
  const x = new Float64Array(n * c);
  for (let i = 0; i < n; i++) {
    x.set(b.subarray(permutation[i] * c, (permutation[i] + 1) * c), i * c);
    for (let k = 0; k < i; k++) subtractScaled(x, i * c, k * c, lu[i * n + k], c);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractScaled(x, i * c, k * c, lu[i * n + k], c);
    const pivot = lu[i * n + i];
    for (let j = i * c; j < (i + 1) * c; j++) x[j] /= pivot;
  }
  return x;
}

function subtractScaled(x: Float64Array, to: number, from: number, factor: number, c: number) {
  if (factor === 0) return;
  for (const end = to + c; to < end; to++, from++) x[to] -= factor * x[from];
}
