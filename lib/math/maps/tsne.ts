// t-SNE: a map in which near items are near. Gradient descent with early exaggeration, momentum and gains.
// van der Maaten & Hinton 2008; van der Maaten 2014; rates and ends as in scikit-learn 1.2. The same bytes every time.

import { randomStream } from "../../core/random.ts";
import type { Affinities } from "./affinities.ts";
import { barnesHutSlope } from "./barnes_hut.ts";
import { fitPca, projectPca } from "./pca.ts";
import { exactSlope, type TsneSlope } from "./tsne_gradient.ts";

/** How the descent goes. */
export interface TsneOptions {
  readonly numDims: number;
  readonly numIterations: number;
  /** Factor on the affinities in the first part of the descent, and how long that is. */
  readonly exaggeration: number;
  readonly exaggerationIterations: number;
  /** Step; n/exaggeration/4, at least 50, if absent. */
  readonly learningRate?: number;
  /** In the first part, and after it. */
  readonly momentum: readonly [number, number];
  /** The descent ends when the gradient's norm is no larger. */
  readonly minGradient: number;
  /** `exact`, or Barnes–Hut with this θ. */
  readonly theta?: number;
}

/** The descent at one moment. */
export interface TsneMoment {
  readonly iteration: number;
  readonly exaggerated: boolean;
  /** Without exaggeration, always. */
  readonly divergence: number;
  readonly gradientNorm: number;
}

/** The end of the descent. */
export interface TsneMap extends TsneSlope {
  /** n × dims. */
  readonly coordinates: Float64Array;
  readonly iterations: number;
  readonly course: readonly TsneMoment[];
}

/** Iterations between two moments of the course. */
const BETWEEN_LOOKS = 50;
const MIN_GAIN = 0.01;

/**
 * Descends from a start (n × dims). The divergence and the gradient of the result are without exaggeration.
 *
 * @throws {RangeError} if the start does not fit, or the descent leaves the numbers (the learning rate is too large).
 *
 * @example
 * ```ts
 * import { affinities } from "#lib/math/maps/affinities.ts";
 * import { tsne, tsneStart } from "#lib/math/maps/tsne.ts";
 * import { assert } from "@std/assert";
 * const x = Float64Array.of(0, 0.1, 0.2, 5, 5.1, 5.2);
 * const found = tsne(affinities(x, 6, 1, { perplexity: 2 }), tsneStart("pca", x, 6, 1, 1, 0), {
 *   numDims: 1, numIterations: 100, exaggeration: 4, exaggerationIterations: 50, momentum: [0.5, 0.8],
 *   minGradient: 1e-7, learningRate: 1,
 * });
 * assert(found.divergence < found.course[0].divergence);
 * ```
 */
export function tsne(
  wanted: Affinities,
  start: Float64Array,
  options: TsneOptions,
  progress: (fraction: number) => void = () => {},
): TsneMap {
  const { numItems: n } = wanted;
  const { numDims, numIterations, exaggeration, exaggerationIterations, theta } = options;
  if (start.length !== n * numDims || !start.every(Number.isFinite)) {
    throw new RangeError(
      `t-SNE: the start holds ${start.length} numbers; wants ${n} items × ${numDims} dimensions, finite`,
    );
  }
  const slopeAt = (map: Float64Array, factor: number, withDivergence = true) =>
    theta === undefined
      ? exactSlope(wanted, map, numDims, factor, withDivergence)
      : barnesHutSlope(wanted, map, numDims, theta, factor);
  const rate = options.learningRate ?? Math.max(n / exaggeration / 4, 50);
  const map = start.slice();
  const step = new Float64Array(map.length), gains = new Float64Array(map.length).fill(1);
  const course: TsneMoment[] = [];
  let iteration = 0;
  for (; iteration < numIterations; iteration++) {
    const early = iteration < exaggerationIterations;
    if (iteration === exaggerationIterations) {
      step.fill(0);
      gains.fill(1);
    }
    const isLook = iteration % BETWEEN_LOOKS === 0;
    const slope = slopeAt(map, early ? exaggeration : 1, isLook);
    const gradientNorm = norm(slope.gradient);
    requireFiniteDescent(slope.divergence, gradientNorm, iteration, rate);
    if (isLook) {
      course.push({ iteration, exaggerated: early, divergence: slope.divergence, gradientNorm });
      progress(iteration / numIterations);
    }
    if (!early && gradientNorm <= options.minGradient) break;
    descend(map, step, gains, slope.gradient, rate, options.momentum[early ? 0 : 1]);
  }
  const end = slopeAt(map, 1);
  const gradientNorm = norm(end.gradient);
  requireFiniteDescent(end.divergence, gradientNorm, iteration, rate);
  const last = { iteration, exaggerated: false, divergence: end.divergence, gradientNorm };
  return { ...end, coordinates: map, iterations: iteration, course: [...course, last] };
}

/**
 * A start: the first principal components, the first with standard deviation 1e-4, or normal numbers of that size.
 *
 * @example
 * ```ts
 * import { tsneStart } from "#lib/math/maps/tsne.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(tsneStart("random", new Float64Array(3), 3, 1, 2, 0).length, 6);
 * ```
 */
export function tsneStart(
  how: "pca" | "random",
  x: Float64Array,
  numItems: number,
  numFeatures: number,
  numDims: number,
  seed: number | string,
): Float64Array {
  if (how === "random") {
    const draws = randomStream(seed, "tsne/start").normal(new Float64Array(numItems * numDims));
    return Float64Array.from(draws, (value) => SMALL * value);
  }
  const count = Math.min(numDims, numItems, numFeatures);
  const fit = fitPca(x, numItems, numFeatures, { count });
  const scores = projectPca(fit, x, numItems);
  const scale = SMALL / (fit.singularValues[0] / Math.sqrt(numItems));
  const out = new Float64Array(numItems * numDims);
  for (let i = 0; i < numItems; i++) {
    for (let k = 0; k < count; k++) out[i * numDims + k] = scale * scores[i * count + k];
  }
  return out;
}

/** One step, with a gain of its own for every coordinate: up where the step goes on downhill, down where it turned. */
function descend(
  map: Float64Array,
  step: Float64Array,
  gains: Float64Array,
  gradient: Float64Array,
  rate: number,
  momentum: number,
): void {
  for (let at = 0; at < map.length; at++) {
    gains[at] = step[at] * gradient[at] < 0 ? gains[at] + 0.2 : gains[at] * 0.8;
    if (gains[at] < MIN_GAIN) gains[at] = MIN_GAIN;
    step[at] = momentum * step[at] - rate * gains[at] * gradient[at];
    map[at] += step[at];
  }
}

function requireFiniteDescent(
  divergence: number,
  gradientNorm: number,
  iteration: number,
  rate: number,
): void {
  if (Number.isFinite(divergence) && Number.isFinite(gradientNorm)) return;
  throw new RangeError(
    `t-SNE: the descent left the numbers at iteration ${iteration}; a learning rate of ${rate} is too large`,
  );
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

const SMALL = 1e-4;
