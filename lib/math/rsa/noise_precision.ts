// Noise across features: its covariance from residuals, made well conditioned, and items brought to a basis in which it is
// the identity, so that Mahalanobis distances are Euclidean ones. Walther et al. 2016, "Reliability of dissimilarity
// measures for multi-voxel pattern analysis". p²m operations for m residuals of p features, p³/3 + p²n for n items.

import { cholesky } from "../linalg/cholesky.ts";
import { centreColumns, gram } from "../linalg/gram.ts";
import { requireFinite, requireShape } from "../linalg/require_shape.ts";

/** How a covariance is made well conditioned: shrunk towards its diagonal first, then `ridge` added to it. */
export interface Conditioning {
  /** Share of the off-diagonal entries that is taken away, 0 … 1. */
  readonly shrinkage?: number;
  readonly ridge?: number;
}

/**
 * Covariance (p×p) of residuals (m×p) about their mean.
 *
 * @param degreesOfFreedom divisor; m − 1 where the residuals are items about their common mean
 * @throws {RangeError} if sizes do not fit, an entry is not finite or the divisor is below 1.
 *
 * @example
 * ```ts
 * import { noiseCovariance } from "#lib/math/rsa/noise_precision.ts";
 * import { assertEquals } from "@std/assert";
 * const residuals = Float64Array.of(1, 0, -1, 0, 0, 2, 0, -2);
 * assertEquals(noiseCovariance(residuals, 4, 2, 2, { ridge: 1 }), Float64Array.of(2, 0, 0, 5));
 * ```
 */
export function noiseCovariance(
  residuals: Float64Array,
  numRows: number,
  numFeatures: number,
  degreesOfFreedom: number = numRows - 1,
  { shrinkage = 0, ridge = 0 }: Conditioning = {},
): Float64Array {
  requireShape("noise covariance", "the residuals", residuals, numRows, numFeatures);
  requireFinite("noise covariance", "the residuals", residuals);
  if (!(degreesOfFreedom >= 1)) {
    throw new RangeError(
      `a noise covariance wants residuals with at least 1 degree of freedom, not ${degreesOfFreedom}: ` +
        "give repeated items, more items, or residuals of their own",
    );
  }
  const centred = centreColumns(residuals, numRows, numFeatures);
  const out = gram(centred, numRows, numFeatures);
  for (let i = 0; i < numFeatures; i++) {
    for (let j = 0; j < numFeatures; j++) {
      const at = i * numFeatures + j;
      out[at] /= degreesOfFreedom;
      if (i !== j) out[at] *= 1 - shrinkage;
      else out[at] += ridge;
    }
  }
  return out;
}

/**
 * Rows y = L⁻¹x for a covariance Σ = LLᵀ (p×p): squared lengths of their differences are squared Mahalanobis distances.
 *
 * @throws {RangeError} if sizes do not fit or Σ is not positive definite.
 *
 * @example
 * ```ts
 * import { whitenedRows } from "#lib/math/rsa/noise_precision.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(whitenedRows(Float64Array.of(2, 3), 1, 2, Float64Array.of(4, 0, 0, 9)), Float64Array.of(1, 1));
 * ```
 */
export function whitenedRows(
  data: Float64Array,
  numRows: number,
  numFeatures: number,
  covariance: Float64Array,
): Float64Array {
  requireShape("mahalanobis", "the noise covariance", covariance, numFeatures, numFeatures);
  const l = cholesky(covariance, numFeatures);
  if (l === null || isNearlySingular(l, numFeatures)) {
    throw new RangeError(
      `mahalanobis: the noise covariance of ${numFeatures} features is not positive definite; ` +
        "give more residuals than features, a `ridge` above 0, or a `shrinkage` towards 1",
    );
  }
  const out = data.slice();
  for (let row = 0; row < numRows; row++) {
    const at = row * numFeatures;
    for (let i = 0; i < numFeatures; i++) {
      let value = out[at + i];
      for (let j = 0; j < i; j++) value -= l[i * numFeatures + j] * out[at + j];
      out[at + i] = value / l[i * numFeatures + i];
    }
  }
  return out;
}

/** Whether a pivot is no more than rounding of the largest: the distances would be noise. */
function isNearlySingular(l: Float64Array, n: number): boolean {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, l[i * n + i]);
  for (let i = 0; i < n; i++) {
    if (!(l[i * n + i] > 1e-7 * largest)) return true;
  }
  return false;
}
