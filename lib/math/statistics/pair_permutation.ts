// Permutation test for values that belong to pairs of units, such as dissimilarities of systems: labels are permuted between
// units, never between values, because the values of one unit are not independent of each other.
// Sources: Mantel 1967; Clarke 1993, "Non-parametric multivariate analyses of changes in community structure" (ANOSIM).
// The statistic is the difference of means rather than of mean ranks: it is in the unit of the values.

import { randomStream } from "../../core/random.ts";

/** Values of pairs of units, and the groups of the units. */
export interface LabelledPairs {
  readonly values: Float64Array;
  /** The units of each value, numbered from 0. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** The group of each unit, numbered from 0. */
  readonly groups: Int32Array;
}

/** What {@link pairPermutationTest} finds. */
export interface PairPermutation {
  readonly meanAcross: number;
  readonly meanWithin: number;
  /** Share of permutations whose mean across minus mean within is as large, the observed one included. */
  readonly pGreater: number;
  readonly pLess: number;
  readonly numPermutations: number;
}

/**
 * Do values across groups differ from those within? Permutes the groups of the units, `numPermutations` − 1 times at random.
 * Permutations without a pair across or within cannot be (group sizes stay), but values may be missing: such count as extreme.
 *
 * @param options.seed of the permutations (label `statistics/pairs`)
 * @returns NaN p values where no value lies across, or none within.
 *
 * @example
 * ```ts
 * import { pairPermutationTest } from "#lib/math/statistics/pair_permutation.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const places = [0, 0.1, 0.2, 0.15, 0.05, 3, 3.1, 3.2, 3.15, 3.05];
 * const pairs = places.flatMap((_, i) => places.slice(0, i).map((_, j) => [i, j]));
 * const found = pairPermutationTest({
 *   values: Float64Array.from(pairs, ([i, j]) => Math.abs(places[i] - places[j])),
 *   first: Int32Array.from(pairs, ([i]) => i),
 *   second: Int32Array.from(pairs, ([, j]) => j),
 *   groups: Int32Array.from(places, (x) => Number(x > 1)),
 * }, { numPermutations: 2000, seed: 0 });
 * assert(found.pGreater < 0.02);
 * assertEquals(found.pLess, 1);
 * ```
 */
export function pairPermutationTest(
  { values, first, second, groups }: LabelledPairs,
  { numPermutations, seed }: { readonly numPermutations: number; readonly seed: number },
): PairPermutation {
  const means = (of: Int32Array) => {
    const sums = [0, 0];
    const counts = [0, 0];
    for (let k = 0; k < values.length; k++) {
      const side = of[first[k]] === of[second[k]] ? 0 : 1;
      sums[side] += values[k];
      counts[side]++;
    }
    return { within: sums[0] / counts[0], across: sums[1] / counts[1] };
  };
  const { within, across } = means(groups);
  const observed = across - within;
  const slack = 1e-12 * values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const stream = randomStream(seed, "statistics/pairs");
  const permuted = new Int32Array(groups.length);
  let greater = 1;
  let less = 1;
  for (let k = 1; k < numPermutations; k++) {
    const order = stream.permutation(groups.length, k);
    for (let unit = 0; unit < groups.length; unit++) permuted[unit] = groups[order[unit]];
    const other = means(permuted);
    const difference = other.across - other.within;
    if (!(difference < observed - slack)) greater++;
    if (!(difference > observed + slack)) less++;
  }
  const share = (count: number) => Number.isNaN(observed) ? NaN : count / numPermutations;
  return {
    meanAcross: across,
    meanWithin: within,
    pGreater: share(greater),
    pLess: share(less),
    numPermutations,
  };
}
