// The DMD operator in the space of the delay embedding.
// For small feature counts and checks: F×F entries; predictions and comparisons use the factors. Its norm needs no F×F.

import { multiply, multiplyTransposeB } from "../linalg/matmul.ts";
import { frobeniusNorm } from "../linalg/norms.ts";
import { requireShape } from "../linalg/require_shape.ts";

/** The parts of a fit that make the full operator. */
export interface OperatorFactors {
  /** A, square of size `numComponents`, or of `rank` where that is not given. */
  readonly operator: Float64Array;
  readonly rank: number;
  readonly numComponents?: number;
  /** Right singular vectors, F×maxRank. */
  readonly modes: Float64Array;
  readonly maxRank: number;
  readonly singularValues: Float64Array;
  readonly numFeatures: number;
}

/**
 * A_H = U_r Σ_r A Σ_r⁻¹ U_rᵀ (F×F): h(t + s) ≈ A_H h(t) for embedded rows h. A component without variance is read as 0.
 *
 * @throws {RangeError} if an array's length does not fit.
 *
 * @example
 * ```ts
 * import { fullOperator } from "#lib/math/dmd/full_operator.ts";
 * import { fitHavok } from "#lib/math/dmd/havok.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const data = Float64Array.from({ length: 50 }, (_, t) => 0.9 ** t);
 * const fit = fitHavok({ data, numTrials: 1, numTime: 50, numUnits: 1 }, { numDelays: 2, rank: 1 });
 * assertAlmostEquals(fullOperator(fit)[0] + fullOperator(fit)[3], 0.9, 1e-12);
 * ```
 */
export function fullOperator(factors: OperatorFactors): Float64Array {
  const { operator, modes, maxRank, singularValues, numFeatures: f } = factors;
  const r = factors.numComponents ?? factors.rank;
  requireShape("fullOperator", "operator", operator, r, r);
  requireShape("fullOperator", "modes", modes, f, maxRank);
  const scaled = new Float64Array(f * r);
  const whitening = new Float64Array(f * r);
  for (let i = 0; i < f; i++) {
    for (let j = 0; j < r; j++) {
      scaled[i * r + j] = modes[i * maxRank + j] * singularValues[j];
      whitening[i * r + j] = singularValues[j] > 0 ? modes[i * maxRank + j] / singularValues[j] : 0;
    }
  }
  return multiplyTransposeB(multiply(scaled, operator, f, r, r), whitening, f, r, f);
}

/**
 * ‖Σ A Σ⁻¹‖ (Frobenius) of A (n×n), which is the norm of the full operator: its modes are orthonormal. Without singular
 * values, ‖A‖. The trace of the full operator is that of A.
 *
 * @example
 * ```ts
 * import { scaledNorm } from "#lib/math/dmd/full_operator.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(scaledNorm(Float64Array.of(0, 1, 0, 0), 2, Float64Array.of(4, 2)), 2);
 * ```
 */
export function scaledNorm(a: Float64Array, n: number, singularValues?: Float64Array): number {
  if (singularValues === undefined) return frobeniusNorm(a);
  const scaled = a.slice();
  for (let p = 0; p < scaled.length; p++) {
    const [i, j] = [Math.floor(p / n), p % n];
    scaled[p] *= singularValues[j] > 0 ? singularValues[i] / singularValues[j] : 0;
  }
  return frobeniusNorm(scaled);
}
