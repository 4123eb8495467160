// Multidimensional scaling by majorisation (SMACOF): points whose distances are as near as can be to dissimilarities, or,
// non-metric, to any increasing function of them. Each step is the Guttman transform, after which the stress is never higher.
// de Leeuw 1977; Borg & Groenen 2005, chapters 8 and 9; metric steps and stress as in scikit-learn 1.2's `smacof`. (Its
// non-metric steps took disparities for one order of each pair and plain distances for the other; here both are disparities.)
// n²(d + 8) operations a step, n²/2 distances.

import { randomStream } from "../../core/random.ts";
import { requireFinite } from "../linalg/require_shape.ts";
import { rank } from "../rsa/ranks.ts";
import { itemsOfPairs } from "../rsa/triangle.ts";
import { classicalMds, requireDimensions } from "./classical_mds.ts";
import { disparitiesOf, type TieTreatment } from "./monotone_regression.ts";
import { pointDistances } from "./place.ts";

/**
 * When steps end. `relative`: when the stress changes by no more than `tolerance` of itself. `scikit_learn`: when stress over the summed lengths
 * of the points falls by less than `tolerance`; the stress told is then that before the last step.
 */
export type StopConvention = "relative" | "scikit_learn";

/** How a map is sought. */
export interface SmacofOptions {
  readonly numDims: number;
  readonly metric: boolean;
  readonly ties?: TieTreatment;
  readonly numIterations: number;
  readonly tolerance: number;
  readonly convention: StopConvention;
}

/** A map and how good it is. */
export interface SmacofMap {
  /** n × dims. */
  readonly coordinates: Float64Array;
  /** Σ over pairs (disparity − distance)², by the convention's choice of moment. */
  readonly stress: number;
  /** The same at `coordinates`. */
  readonly finalStress: number;
  /** √(finalStress / Σ disparity²). */
  readonly normalisedStress: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Steps from a given start (n × dims).
 *
 * @throws {RangeError} if sizes do not fit, or a dissimilarity is negative or not finite, or all are zero.
 *
 * @example
 * ```ts
 * import { smacofFrom } from "#lib/math/maps/smacof.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const options = {
 *   numDims: 1, metric: true, numIterations: 100, tolerance: 1e-12, convention: "relative",
 * } as const;
 * const found = smacofFrom(Float64Array.of(1, 3, 2), Float64Array.of(0, 1, 5), options);
 * assertAlmostEquals(found.stress, 0, 1e-12);
 * ```
 */
export function smacofFrom(
  dissimilarities: Float64Array,
  start: Float64Array,
  options: SmacofOptions,
): SmacofMap {
  const n = requireDissimilarities(dissimilarities);
  const { numDims, metric, numIterations, tolerance, convention, ties = "kept" } = options;
  if (start.length !== n * numDims) {
    throw new RangeError(
      `smacof: a start of ${start.length} numbers for ${n} items × ${numDims} dimensions`,
    );
  }
  requireFinite("smacof", "the start", start);
  const ranked = metric ? undefined : rank(dissimilarities, 0);
  const disparities = (distances: Float64Array): Float64Array =>
    ranked === undefined
      ? dissimilarities
      : scaledDisparities(disparitiesOf(distances, ranked.order, ranked.group, ties), n);
  let points: Float64Array = start.slice();
  let distances = pointDistances(points, n, numDims);
  let target = disparities(distances);
  let stress = stressOf(target, distances);
  let before = stress, measure = NaN, iterations = 0, converged = false;
  while (iterations < numIterations && !converged) {
    points = guttman(points, target, distances, n, numDims);
    iterations++;
    before = stress;
    const told = convention === "scikit_learn" ? before / summedLengths(points, n, numDims) : NaN;
    distances = pointDistances(points, n, numDims, distances);
    target = disparities(distances);
    stress = stressOf(target, distances);
    if (convention === "scikit_learn") {
      converged = measure - told < tolerance;
      measure = told;
    } else converged = Math.abs(before - stress) <= tolerance * before;
  }
  return {
    coordinates: points,
    stress: convention === "scikit_learn" ? before : stress,
    finalStress: stress,
    normalisedStress: Math.sqrt(stress / target.reduce((sum, value) => sum + value * value, 0)),
    iterations,
    converged,
  };
}

/**
 * The best map of several starts: random ones, drawn by (seed, number of the start), after the classical map if wanted.
 *
 * @returns the best, which start it came from (−1: the classical map), and the stress of all in order
 * @throws {RangeError} as {@link smacofFrom}, or if there is no start.
 *
 * @example
 * ```ts
 * import { smacof } from "#lib/math/maps/smacof.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const { best } = smacof(Float64Array.of(3, 4, 5), {
 *   numDims: 2, metric: true, numIterations: 500, tolerance: 1e-12, convention: "relative",
 * }, { seed: 0, numStarts: 3, classical: true });
 * assertAlmostEquals(best.stress, 0, 1e-9);
 * ```
 */
export function smacof(
  dissimilarities: Float64Array,
  options: SmacofOptions,
  starts: {
    readonly seed: number | string;
    readonly numStarts: number;
    readonly classical: boolean;
  },
  progress: (fraction: number) => void = () => {},
): { readonly best: SmacofMap; readonly bestStart: number; readonly stresses: Float64Array } {
  const n = requireDissimilarities(dissimilarities);
  requireDimensions("smacof", n, options.numDims);
  const numbers = Array.from({ length: starts.numStarts }, (_, at) => at);
  if (starts.classical) numbers.unshift(-1);
  if (numbers.length === 0) {
    throw new RangeError(
      "smacof has no start; give num_starts of at least 1, or the classical one",
    );
  }
  const stream = randomStream(starts.seed, "mds/start");
  const size = dissimilarities.reduce((most, value) => Math.max(most, value), 0);
  let best: SmacofMap | undefined, bestStart = -1;
  const stresses = new Float64Array(numbers.length);
  numbers.forEach((number, at) => {
    const start = number < 0
      ? classicalMds(dissimilarities, options.numDims).coordinates
      : stream.uniform(new Float64Array(n * options.numDims), number)
        .map((value) => size * (value - 0.5));
    const found = smacofFrom(dissimilarities, start, options);
    stresses[at] = found.finalStress;
    // A later start has to be better by more than rounding: which of two equal maps wins is then no matter of chance.
    if (best === undefined || found.finalStress < best.finalStress * (1 - 1e-9)) {
      best = found;
      bestStart = number;
    }
    progress((at + 1) / numbers.length);
  });
  return { best: best!, bestStart, stresses };
}

/**
 * Σ over pairs (target − distance)²: half the sum over all ordered pairs.
 *
 * @example
 * ```ts
 * import { stressOf } from "#lib/math/maps/smacof.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(stressOf(Float64Array.of(1, 2), Float64Array.of(2, 4)), 5);
 * ```
 */
export function stressOf(target: Float64Array, distances: Float64Array): number {
  let sum = 0;
  for (let pair = 0; pair < target.length; pair++) sum += (target[pair] - distances[pair]) ** 2;
  return sum;
}

/** X ← B(X) X / n with B from the ratios of disparity to distance. */
function guttman(
  points: Float64Array,
  target: Float64Array,
  distances: Float64Array,
  n: number,
  numDims: number,
): Float64Array {
  const out = new Float64Array(points.length);
  for (let i = 0, pair = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, pair++) {
      const distance = distances[pair] === 0 ? COINCIDENT : distances[pair];
      const ratio = target[pair] / distance / n;
      for (let k = 0; k < numDims; k++) {
        const pull = ratio * (points[i * numDims + k] - points[j * numDims + k]);
        out[i * numDims + k] += pull;
        out[j * numDims + k] -= pull;
      }
    }
  }
  return out;
}

/** Non-metric: any scale fits as well, so that of all disparities is fixed, as scikit-learn fixes it. */
function scaledDisparities(disparities: Float64Array, n: number): Float64Array {
  let squares = 0;
  for (const value of disparities) squares += value * value;
  const factor = squares === 0 ? 1 : Math.sqrt(n * (n - 1) / 4 / squares);
  for (let pair = 0; pair < disparities.length; pair++) disparities[pair] *= factor;
  return disparities;
}

function summedLengths(points: Float64Array, n: number, numDims: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let squares = 0;
    for (let k = 0; k < numDims; k++) squares += points[i * numDims + k] ** 2;
    sum += Math.sqrt(squares);
  }
  return sum;
}

function requireDissimilarities(dissimilarities: Float64Array): number {
  requireFinite("smacof", "the dissimilarities", dissimilarities);
  const n = itemsOfPairs(dissimilarities.length);
  const negative = dissimilarities.findIndex((value) => value < 0);
  if (negative >= 0) {
    throw new RangeError(
      `smacof: dissimilarity ${negative} is ${
        dissimilarities[negative]
      }; a map has no negative distances ` +
        "(cross-validated ones want the classical method, or max(0, d))",
    );
  }
  if (dissimilarities.every((value) => value === 0)) {
    throw new RangeError(
      `smacof: all dissimilarities of ${n} items are 0, so there is nothing to map; leave these items out`,
    );
  }
  return n;
}

/** What a distance of 0 counts as, in the ratio only (scikit-learn). */
const COINCIDENT = 1e-5;
