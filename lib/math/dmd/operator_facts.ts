// Numbers about an operator that say how its dynamics behave: growth, and how far from normal it is.

import { eigenvalues } from "../linalg/eigen.ts";
import { multiplyTransposeA, multiplyTransposeB } from "../linalg/matmul.ts";
import { frobeniusNorm } from "../linalg/norms.ts";
import { singularValues } from "../linalg/svd.ts";

/**
 * ‖AᵀA − AAᵀ‖ (Frobenius) of A (n×n): 0 for normal operators, whose eigenvectors are orthogonal.
 *
 * @throws {RangeError} if the length does not fit.
 *
 * @example
 * ```ts
 * import { nonNormality } from "#lib/math/dmd/operator_facts.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(nonNormality(Float64Array.of(0, 1, 0, 0), 2), Math.SQRT2, 1e-15);
 * ```
 */
export function nonNormality(a: Float64Array, n: number): number {
  const difference = multiplyTransposeA(a, a, n, n, n);
  const other = multiplyTransposeB(a, a, n, n, n);
  for (let i = 0; i < difference.length; i++) difference[i] -= other[i];
  return frobeniusNorm(difference);
}

/**
 * The largest singular value of A (n×n): how much a state can grow in one step.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { transientGrowth } from "#lib/math/dmd/operator_facts.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(transientGrowth(Float64Array.of(0, 3, 0, 0), 2), 3, 1e-15);
 * ```
 */
export function transientGrowth(a: Float64Array, n: number): number {
  return singularValues(a, n, n)[0];
}

/**
 * The largest modulus of an eigenvalue of A (n×n): how much states grow in the long run.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { spectralRadius } from "#lib/math/dmd/operator_facts.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(spectralRadius(Float64Array.of(0, -2, 2, 0), 2), 2, 1e-15);
 * ```
 */
export function spectralRadius(a: Float64Array, n: number): number {
  const { re, im } = eigenvalues(a, n);
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.hypot(re[i], im[i]));
  return largest;
}
