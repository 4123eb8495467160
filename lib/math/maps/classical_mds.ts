// Classical multidimensional scaling: points whose inner products are as near as can be to those that the distances
// imply. Torgerson 1952; Gower 1966. 4/3 n³ operations, n² numbers.

import { leadingEigen } from "../linalg/symmetric_eigen.ts";
import { requireFinite } from "../linalg/require_shape.ts";
import { itemsOfPairs, squareOf } from "../rsa/triangle.ts";
import { withFixedSigns } from "./place.ts";

/** Points, and the eigenvalues that say how far the distances are from those of points in few dimensions. */
export interface ClassicalMap {
  /** n × dims, centred; column k has the length √λ_k, or is zero where λ_k ≤ 0. */
  readonly coordinates: Float64Array;
  /** All n, descending. Negative ones are distances that no points have. */
  readonly eigenvalues: Float64Array;
}

/**
 * Maps the upper triangle of a distance matrix.
 *
 * @throws {RangeError} if an entry is not finite, or more dimensions are wanted than n − 1.
 *
 * @example
 * ```ts
 * import { classicalMds } from "#lib/math/maps/classical_mds.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const { coordinates } = classicalMds(Float64Array.of(1, 3, 2), 1);
 * assertAlmostEquals(Math.abs(coordinates[2] - coordinates[0]), 3, 1e-14);
 * ```
 */
export function classicalMds(distances: Float64Array, numDims: number): ClassicalMap {
  requireFinite("classical MDS", "the distances", distances);
  const n = itemsOfPairs(distances.length);
  requireDimensions("classical MDS", n, numDims);
  const inner = squareOf(distances);
  const rowMeans = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      inner[i * n + j] *= inner[i * n + j];
      rowMeans[i] += inner[i * n + j] / n;
    }
  }
  const mean = rowMeans.reduce((sum, value) => sum + value / n, 0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      inner[i * n + j] = -0.5 * (inner[i * n + j] - rowMeans[i] - rowMeans[j] + mean);
    }
  }
  const { values, vectors } = leadingEigen(inner, n, numDims);
  const lengths = values.subarray(0, numDims).map((value) => Math.sqrt(Math.max(0, value)));
  const coordinates = vectors.map((value, at) => value * lengths[at % numDims]);
  return { coordinates: withFixedSigns(coordinates, n, numDims), eigenvalues: values };
}

/**
 * Throws unless a map of n points can have this many dimensions.
 *
 * @throws {RangeError} naming both.
 *
 * @example
 * ```ts
 * import { requireDimensions } from "#lib/math/maps/classical_mds.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => requireDimensions("mds", 3, 3), RangeError, "1 … 2");
 * ```
 */
export function requireDimensions(caller: string, n: number, numDims: number): void {
  if (!Number.isInteger(numDims) || numDims < 1 || numDims > n - 1) {
    throw new RangeError(
      `${caller}: ${numDims} dimensions wanted for ${n} items; take 1 … ${n - 1}`,
    );
  }
}
