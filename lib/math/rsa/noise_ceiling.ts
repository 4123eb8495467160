// The noise ceiling of a group of dissimilarity matrices (subjects, networks): how well a model could at best agree with
// them. Nili et al. 2014, "A toolbox for representational similarity analysis"; rsatoolbox's `boot_noise_ceiling` without
// the bootstrap. Upper: each matrix against the mean of all, itself included; lower: against the mean of the others.

import { exactScale } from "../linalg/exact_scale.ts";
import {
  compareRdms,
  type PreparedRdm,
  prepareRdm,
  type RdmComparison,
  TIE_TOLERANCE,
} from "./compare_rdms.ts";
import { rank } from "./ranks.ts";
import { whitenedTriangle } from "./whitened_rdm.ts";

/** Similarities of each matrix, in the order given. */
export interface NoiseCeiling {
  readonly upper: Float64Array;
  readonly lower: Float64Array;
}

/**
 * Both bounds for every matrix; their means are the ceiling. Matrices are brought to one scale before they are averaged:
 * to length one for cosines, to mean zero and length one for correlations, to ranks for comparisons by rank.
 *
 * @param triangles upper triangles of the same items, at least two
 * @throws {RangeError} if there are fewer than two, they differ in size, or nothing is left to compare in one of them.
 *
 * @example
 * ```ts
 * import { noiseCeiling } from "#lib/math/rsa/noise_ceiling.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const subjects = [[1, 2, 3], [2, 4, 6]].map((d) => Float64Array.from(d));
 * assertAlmostEquals(noiseCeiling(subjects, "pearson").lower[0], 1, 1e-15);
 * ```
 */
export function noiseCeiling(
  triangles: readonly Float64Array[],
  comparison: RdmComparison,
  tieTolerance?: number,
): NoiseCeiling {
  if (triangles.length < 2) {
    throw new RangeError(
      `a noise ceiling wants the dissimilarity matrices of at least 2 subjects, but got ${triangles.length}`,
    );
  }
  const odd = triangles.findIndex(({ length }) => length !== triangles[0].length);
  if (odd >= 0) {
    throw new RangeError(
      `matrix ${odd} has ${triangles[odd].length} dissimilarities, the first ${
        triangles[0].length
      }; ` +
        "all must be of the same items",
    );
  }
  const ready = (values: Float64Array) => prepareRdm(values, comparison, tieTolerance);
  const tolerance = tieTolerance ?? TIE_TOLERANCE;
  const subjects = triangles.map(ready);
  const onOneScale = triangles.map((values) =>
    normalised(over(values, exactScale(values)), comparison, tolerance)
  );
  const sum = new Float64Array(triangles[0].length);
  for (const values of onOneScale) values.forEach((value, at) => sum[at] += value);
  const upper = new Float64Array(triangles.length);
  const lower = new Float64Array(triangles.length);
  // A mean in which everything cancels tells nothing, and so agrees with nothing.
  const seesFlat = comparison === "cosine" || comparison === "whitened_cosine";
  const agreement = (subject: PreparedRdm, mean: Float64Array) =>
    !seesFlat && isFlat(mean, tolerance) ? 0 : compareRdms(subject, ready(mean)).similarity;
  subjects.forEach((subject, s) => {
    upper[s] = agreement(subject, sum);
    const others = new Float64Array(sum.length);
    onOneScale.forEach((values, other) => {
      if (other !== s) values.forEach((value, at) => others[at] += value);
    });
    lower[s] = agreement(subject, others);
  });
  return { upper, lower };
}

function normalised(
  values: Float64Array,
  comparison: RdmComparison,
  tieTolerance: number,
): Float64Array {
  switch (comparison) {
    case "cosine":
      return over(values, lengthOf(values));
    case "whitened_cosine":
      return over(values, lengthOf(whitenedTriangle(values)));
    case "pearson": {
      const centred = centre(values);
      return over(centred, lengthOf(centred));
    }
    case "whitened_correlation":
      return over(centre(values), lengthOf(whitenedTriangle(values, false)));
    default:
      return rank(values, tieTolerance * largestOf(values)).ranks;
  }
}

function isFlat(values: Float64Array, tieTolerance: number): boolean {
  const [least, most] = minMax(values);
  return most - least <= Math.max(tieTolerance, 1e-14) * largestOf(values);
}

function minMax(values: Float64Array): readonly [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

function centre(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function over(values: Float64Array, divisor: number): Float64Array {
  return values.map((value) => value / divisor);
}

function lengthOf(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function largestOf(values: Float64Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}
