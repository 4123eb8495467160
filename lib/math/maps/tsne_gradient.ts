// Divergence and gradient of t-SNE by all pairs: van der Maaten & Hinton 2008, eq. 4 and 5, with Student's distribution of one degree
// of freedom in maps of one to three dimensions. n²/2 pairs a step. Affinities that are left out count as 0.

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
 * @param withDivergence false: it is not wanted, and told as 0, which saves a logarithm per pair
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
  withDivergence = true,
): TsneSlope {
  const points = threeWide(map, n, numDims);
  const kernel = new Float64Array(n * (n - 1) / 2);
  let total = 0;
  for (let i = 0, pair = 0; i < n; i++) {
    const x = points[3 * i], y = points[3 * i + 1], z = points[3 * i + 2];
    for (let j = i + 1; j < n; j++, pair++) {
      const u = x - points[3 * j], v = y - points[3 * j + 1], w = z - points[3 * j + 2];
      const one = 1 / (1 + u * u + v * v + w * w);
      kernel[pair] = one;
      total += one;
    }
  }
  const pull = new Float64Array(3 * n);
  const wanted = new Float64Array(n);
  let divergence = 0;
  for (let i = 0, pair = 0; i < n; i++) {
    wanted.fill(0);
    for (let at = starts[i]; at < starts[i + 1]; at++) wanted[second[at]] = joint[at];
    const x = points[3 * i], y = points[3 * i + 1], z = points[3 * i + 2];
    let a = 0, b = 0, c = 0;
    for (let j = i + 1; j < n; j++, pair++) {
      const p = wanted[j];
      const q = Math.max(kernel[pair] / (2 * total), SMALLEST_AFFINITY);
      if (withDivergence && p > 0) divergence += 2 * p * Math.log(p / q);
      const force = 4 * (exaggeration * p - q) * kernel[pair];
      const u = force * (x - points[3 * j]);
      const v = force * (y - points[3 * j + 1]);
      const w = force * (z - points[3 * j + 2]);
      a += u;
      b += v;
      c += w;
      pull[3 * j] -= u;
      pull[3 * j + 1] -= v;
      pull[3 * j + 2] -= w;
    }
    pull[3 * i] += a;
    pull[3 * i + 1] += b;
    pull[3 * i + 2] += c;
  }
  return { divergence, gradient: narrowed(pull, n, numDims) };
}

/** Points of one to three dimensions as points of three, so that one loop serves all. */
function threeWide(map: Float64Array, n: number, numDims: number): Float64Array {
  if (numDims === 3) return map;
  const out = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < numDims; k++) out[3 * i + k] = map[i * numDims + k];
  }
  return out;
}

function narrowed(wide: Float64Array, n: number, numDims: number): Float64Array {
  if (numDims === 3) return wide;
  const out = new Float64Array(n * numDims);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < numDims; k++) out[i * numDims + k] = wide[3 * i + k];
  }
  return out;
}
