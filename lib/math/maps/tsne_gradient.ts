// Divergence and gradient of t-SNE by all pairs: van der Maaten & Hinton 2008, eq. 4 and 5, with Student's distribution of one degree
// of freedom in maps of any dimension. n²/2 pairs a step. Affinities that are left out count as 0.

import type { Affinities } from "./affinities.ts";
import { SMALLEST_AFFINITY } from "./affinities.ts";

/** What a map is like: the divergence of its affinities from those wanted, and how that changes. */
export interface TsneSlope {
  /** Kullback–Leibler divergence, nats. */
  readonly divergence: number;
  /** n × dims. */
  readonly gradient: Float64Array;
}

/**
 * Divergence and gradient at a map (n × dims).
 *
 * @param exaggeration factor on the wanted affinities, in the gradient only
 *
 * @example
 * ```ts
 * import { affinities } from "#lib/math/maps/affinities.ts";
 * import { exactSlope } from "#lib/math/maps/tsne_gradient.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const p = affinities(Float64Array.of(0, 1, 3, 7), 4, 1, { perplexity: 2 });
 * const { gradient } = exactSlope(p, Float64Array.of(0, 1, 3, 7), 1);
 * assertAlmostEquals(gradient.reduce((sum, x) => sum + x), 0, 1e-15);
 * ```
 */
export function exactSlope(
  { numItems: n, starts, second, joint }: Affinities,
  map: Float64Array,
  numDims: number,
  exaggeration = 1,
): TsneSlope {
  const kernel = new Float64Array(n * (n - 1) / 2);
  let total = 0;
  for (let i = 0, pair = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, pair++) {
      let squares = 0;
      for (let k = 0; k < numDims; k++) {
        squares += (map[i * numDims + k] - map[j * numDims + k]) ** 2;
      }
      kernel[pair] = 1 / (1 + squares);
      total += kernel[pair];
    }
  }
  const gradient = new Float64Array(map.length);
  const wanted = new Float64Array(n);
  let divergence = 0;
  for (let i = 0, pair = 0; i < n; i++) {
    wanted.fill(0);
    for (let at = starts[i]; at < starts[i + 1]; at++) wanted[second[at]] = joint[at];
    for (let j = i + 1; j < n; j++, pair++) {
      const p = wanted[j];
      const q = Math.max(kernel[pair] / (2 * total), SMALLEST_AFFINITY);
      if (p > 0) divergence += 2 * p * Math.log(p / q);
      const force = 4 * (exaggeration * p - q) * kernel[pair];
      for (let k = 0; k < numDims; k++) {
        const pull = force * (map[i * numDims + k] - map[j * numDims + k]);
        gradient[i * numDims + k] += pull;
        gradient[j * numDims + k] -= pull;
      }
    }
  }
  return { divergence, gradient };
}
