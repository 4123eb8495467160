// LU decomposition with partial pivoting: linear systems and determinants of small dense matrices.
// Golub & Van Loan, Matrix Computations, section 3.4: plain loops (plain_lu.ts) for small ones, wasm for others, in the
// same order of terms. Leaves out iterative refinement and condition estimates.

import { factorLu, solveTriangles } from "#lib/wasm/solvers.ts";
import { plainLuFactor, plainLuSolve } from "./plain_lu.ts";
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
  const found = n >= WASM_FROM && allFinite(a) ? factorLu(a, n) : null;
  if (found === null) return plainLuFactor(a, n);
  const permutation = Int32Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  for (let k = 0; k < n; k++) {
    const other = found.pivots[k];
    if (other === k) continue;
    [permutation[k], permutation[other]] = [permutation[other], permutation[k]];
    sign = -sign;
  }
  return { lu: found.lu, permutation, sign, singular: false };
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
  factor: Lu,
  n: number,
  b: Float64Array,
  numColumns: number,
): Float64Array {
  requireShape("luSolve", "b", b, n, numColumns);
  if (n < WASM_FROM || numColumns < 2) return plainLuSolve(factor, n, b, numColumns);
  const { lu, permutation } = factor;
  const c = numColumns;
  const x = new Float64Array(n * c);
  for (let i = 0; i < n; i++) {
    x.set(b.subarray(permutation[i] * c, (permutation[i] + 1) * c), i * c);
  }
  const triangles = [true, false].map((lower) => ({
    data: lu,
    lower,
    transposed: false,
    unit: lower,
  }));
  solveTriangles(triangles, n, x, c);
  return x;
}

function allFinite(a: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) {
    if (!Number.isFinite(a[i])) return false;
  }
  return true;
}

/** Sizes from which wasm is the faster way. Either gives the same numbers. */
const WASM_FROM = 24;
