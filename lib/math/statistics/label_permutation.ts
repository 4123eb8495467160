// Permutation of labels between two groups: would the difference of their means be as large if the labels meant nothing?
// Exact where all divisions can be looked at. For values that belong to pairs of units see pair_permutation.ts.
// Sources: Fisher 1935, section 21; Phipson & Smyth 2010, "Permutation p-values should never be zero".

import { randomStream } from "../../core/random.ts";
import { mean } from "./moments.ts";
import type { PermutationTest } from "./permutation_test.ts";

/** Divisions that are all looked at. */
const mostExact = 200_000;

/**
 * Permutation test of two independent samples: the difference of their means among all divisions of the values into groups
 * of these sizes, or, beyond 200 000, among random ones with the observed one counted. Ties to 12 digits count as extreme.
 *
 * @param options.seed of the random divisions (label `statistics/labels`)
 * @param options.numPatterns how many of them, default 20 000
 * @throws {RangeError} if a sample is empty.
 *
 * @example
 * ```ts
 * import { labelPermutationTest } from "#lib/math/statistics/label_permutation.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(labelPermutationTest([5, 6], [1, 2, 3]).pGreater, 1 / 10);
 * ```
 */
export function labelPermutationTest(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: { readonly seed?: number; readonly numPatterns?: number } = {},
): PermutationTest {
  if (a.length === 0 || b.length === 0) {
    throw new RangeError(
      `labelPermutationTest() got ${a.length} and ${b.length} values; it needs at least one of each`,
    );
  }
  const meanDifference = mean(a) - mean(b);
  const pooled = new Float64Array(a.length + b.length);
  pooled.set(a);
  pooled.set(b, a.length);
  const centre = mean(pooled);
  const centred = pooled.map((value) => value - centre);
  // With the pooled mean at 0 the difference of means is in proportion to the sum of the first group.
  let observed = 0;
  for (let i = 0; i < a.length; i++) observed += centred[i];
  const exact = binomial(pooled.length, a.length) <= mostExact;
  const sums = exact
    ? allSums(centred, a.length)
    : randomSums(centred, a.length, observed, options.numPatterns ?? 20_000, options.seed ?? 0);
  const slack = 1e-12 * centred.reduce((sum, value) => sum + Math.abs(value), 0);
  let both = 0;
  let greater = 0;
  let less = 0;
  for (const sum of sums) {
    if (Math.abs(sum) >= Math.abs(observed) - slack) both++;
    if (sum >= observed - slack) greater++;
    if (sum <= observed + slack) less++;
  }
  const share = (count: number) => Number.isNaN(observed) ? NaN : count / sums.length;
  return {
    meanDifference,
    pTwoSided: share(both),
    pGreater: share(greater),
    pLess: share(less),
    numPatterns: sums.length,
    exact,
  };
}

function binomial(n: number, k: number): number {
  let count = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) {
    count = count * (n - Math.min(k, n - k) + i) / i;
    if (count > 1e12) return count;
  }
  return Math.round(count);
}

/** Sums of all choices of `count` values, in lexicographic order. */
function allSums(values: Float64Array, count: number): Float64Array {
  const sums = new Float64Array(binomial(values.length, count));
  let at = 0;
  const extend = (from: number, left: number, sum: number) => {
    if (left === 0) {
      sums[at++] = sum;
      return;
    }
    for (let i = from; i <= values.length - left; i++) extend(i + 1, left - 1, sum + values[i]);
  };
  extend(0, count, 0);
  return sums;
}

function randomSums(
  values: Float64Array,
  count: number,
  observed: number,
  numPatterns: number,
  seed: number,
): Float64Array {
  const stream = randomStream(seed, "statistics/labels");
  const sums = new Float64Array(numPatterns);
  sums[0] = observed;
  for (let pattern = 1; pattern < numPatterns; pattern++) {
    const order = stream.permutation(values.length, pattern);
    for (let i = 0; i < count; i++) sums[pattern] += values[order[i]];
  }
  return sums;
}
