// Points of a map: their distances, and the one orientation among all turned and mirrored copies in which a map is kept.

import { symmetricEigen } from "../linalg/symmetric_eigen.ts";

/**
 * Euclidean distances of points (n × dims), upper triangle row by row.
 *
 * @param out where to put them, if there is an array already
 *
 * @example
 * ```ts
 * import { pointDistances } from "#lib/math/maps/place.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(pointDistances(Float64Array.of(0, 0, 3, 4), 2, 2), Float64Array.of(5));
 * ```
 */
export function pointDistances(
  points: Float64Array,
  n: number,
  numDims: number,
  out: Float64Array = new Float64Array(n * (n - 1) / 2),
): Float64Array {
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, at++) {
      let sum = 0;
      for (let k = 0; k < numDims; k++) {
        const difference = points[i * numDims + k] - points[j * numDims + k];
        sum += difference * difference;
      }
      out[at] = Math.sqrt(sum);
    }
  }
  return out;
}

/**
 * The map centred and turned to its principal axes, widest first; the coordinate of largest magnitude along each is
 * positive. Maps that differ by a rotation, a reflection or a shift become one (up to rounding, if no two axes are equally wide).
 *
 * @example
 * ```ts
 * import { onPrincipalAxes } from "#lib/math/maps/place.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const turned = onPrincipalAxes(Float64Array.of(0, 0, 0, 2, 0, 7), 3, 2);
 * assertAlmostEquals(turned[4], 4, 1e-14);
 * ```
 */
export function onPrincipalAxes(points: Float64Array, n: number, numDims: number): Float64Array {
  const centred = points.slice();
  for (let k = 0; k < numDims; k++) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += points[i * numDims + k] / n;
    for (let i = 0; i < n; i++) centred[i * numDims + k] -= mean;
  }
  const scatter = new Float64Array(numDims * numDims);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < numDims; k++) {
      for (let l = 0; l < numDims; l++) {
        scatter[k * numDims + l] += centred[i * numDims + k] * centred[i * numDims + l];
      }
    }
  }
  const { vectors } = symmetricEigen(scatter, numDims);
  const out = new Float64Array(points.length);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < numDims; k++) {
      for (let l = 0; l < numDims; l++) {
        out[i * numDims + k] += centred[i * numDims + l] * vectors[l * numDims + k];
      }
    }
  }
  return withFixedSigns(out, n, numDims);
}

/**
 * Columns turned so that the first entry of largest magnitude is positive, in place.
 *
 * @example
 * ```ts
 * import { withFixedSigns } from "#lib/math/maps/place.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(withFixedSigns(Float64Array.of(1, -2), 2, 1), Float64Array.of(-1, 2));
 * ```
 */
export function withFixedSigns(points: Float64Array, n: number, numDims: number): Float64Array {
  for (let k = 0; k < numDims; k++) {
    let largest = 0;
    for (let i = 0; i < n; i++) {
      // Nearly equal magnitudes are one to rounding: the first of them decides.
      const [here, best] = [points[i * numDims + k], points[largest * numDims + k]];
      if (Math.abs(here) > Math.abs(best) * (1 + 1e-9)) largest = i;
    }
    if (!(points[largest * numDims + k] < 0)) continue;
    for (let i = 0; i < n; i++) points[i * numDims + k] = -points[i * numDims + k];
  }
  return points;
}
