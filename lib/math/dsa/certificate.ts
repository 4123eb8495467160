// A number under which no orthogonal C can bring the angle, from spectra alone. Reported beside every angle: where
// the two meet, the angle is proved optimal. Leaves out the search for C.

import { angleFromNorms } from "./angle.ts";
import type { OperatorFrames } from "./operator_frames.ts";

/**
 * Lower bound of the angle between A and C B Cᵀ over orthogonal C: the best of
 * - symmetric and skew parts apart, tr(AᵀCBCᵀ) ≤ Σ λᵢ(Aₛ) λᵢ(Bₛ) + Σ σᵢ(Aₖ) σᵢ(Bₖ) (von Neumann 1937; both parts are kept by C);
 * - singular values, ≤ Σ σᵢ(A) σᵢ(B);
 * - `matched`, the bound from the optimal matching of eigenvalues (`matchEigenvalues`).
 * A guard for the rounding of the spectra is taken off, so the bound holds in floating point.
 *
 * @example
 * ```ts
 * import { angleLowerBound } from "#lib/math/dsa/certificate.ts";
 * import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const a = describeOperator(Float64Array.of(1, 0, 0, 0), 2);
 * const b = describeOperator(Float64Array.of(1, 0, 0, 1), 2);
 * assertAlmostEquals(angleLowerBound(a, b, 0), Math.PI / 4, 1e-12);
 * ```
 */
export function angleLowerBound(x: OperatorFrames, y: OperatorFrames, matched: number): number {
  const apart = sortedAngle(
    [x.symmetricValues, x.skewValues],
    [y.symmetricValues, y.skewValues],
  );
  const whole = sortedAngle([x.singularValues], [y.singularValues]);
  const guard = 32 * x.n * Number.EPSILON;
  return Math.max(0, Math.max(apart, whole, matched) - guard);
}

// Angle between concatenated spectra, matched in their order.
function sortedAngle(x: readonly Float64Array[], y: readonly Float64Array[]): number {
  let difference = 0;
  let sum = 0;
  for (let part = 0; part < x.length; part++) {
    for (let i = 0; i < x[part].length; i++) {
      difference += (x[part][i] - y[part][i]) ** 2;
      sum += (x[part][i] + y[part][i]) ** 2;
    }
  }
  return angleFromNorms(Math.sqrt(difference), Math.sqrt(sum));
}
