// Paired permutation test: are the differences a − b symmetric around zero? Under that hypothesis every pattern of
// signs is as likely as the observed one. Exact up to 20 pairs, beyond that by seeded random patterns.
// Sources: Fisher 1935, "The design of experiments", section 21; Phipson & Smyth 2010 (observed pattern counted).

import { randomStream } from "../../core/random.ts";
import { mean } from "./moments.ts";

/** What {@link pairedPermutationTest} finds. */
export interface PermutationTest {
  /** Mean of a − b: the statistic. */
  readonly meanDifference: number;
  readonly pTwoSided: number;
  readonly pGreater: number;
  readonly pLess: number;
  /** Sign patterns looked at, the observed one included. */
  readonly numPatterns: number;
  /** Whether these were all 2ⁿ patterns. */
  readonly exact: boolean;
}

/**
 * Permutation test of paired values. Patterns that tie with the observed one, to 12 digits, count as extreme.
 *
 * @param options.seed for the random patterns beyond 20 pairs (label `statistics/permutation`)
 * @param options.numPatterns how many of them, default 100 000
 * @throws {RangeError} unless a and b are of one length and not empty.
 *
 * @example
 * ```ts
 * import { pairedPermutationTest } from "#lib/math/statistics/permutation_test.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(pairedPermutationTest([3, 4, 5], [1, 1, 1]).pGreater, 1 / 8);
 * ```
 */
export function pairedPermutationTest(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: { readonly seed?: number; readonly numPatterns?: number } = {},
): PermutationTest {
  const n = a.length;
  if (n === 0 || b.length !== n) {
    throw new RangeError(
      `pairedPermutationTest() got ${n} and ${b.length} values; it needs as many of both, at least one`,
    );
  }
  const differences = Float64Array.from({ length: n }, (_, i) => a[i] - b[i]);
  const observed = sum(differences);
  const scale = differences.reduce((total, value) => total + Math.abs(value), 0);
  const exact = n <= 20;
  const numPatterns = exact ? 2 ** n : (options.numPatterns ?? 100_000);
  const sums = exact
    ? allSums(differences)
    : randomSums(differences, observed, numPatterns, options.seed ?? 0);
  const slack = 1e-12 * scale;
  let both = 0;
  let greater = 0;
  let less = 0;
  for (const total of sums) {
    if (Math.abs(total) >= Math.abs(observed) - slack) both++;
    if (total >= observed - slack) greater++;
    if (total <= observed + slack) less++;
  }
  const share = (count: number) => Number.isNaN(observed) ? NaN : count / numPatterns;
  return {
    meanDifference: mean(differences),
    pTwoSided: share(both),
    pGreater: share(greater),
    pLess: share(less),
    numPatterns,
    exact,
  };
}

/** The sum under every pattern of signs; bit i of the index flips difference i. */
function allSums(differences: Float64Array): Float64Array {
  const sums = new Float64Array(2 ** differences.length);
  sums[0] = sum(differences);
  for (let i = 0, half = 1; i < differences.length; i++, half *= 2) {
    for (let pattern = 0; pattern < half; pattern++) {
      sums[half + pattern] = sums[pattern] - 2 * differences[i];
    }
  }
  return sums;
}

function randomSums(
  differences: Float64Array,
  observed: number,
  numPatterns: number,
  seed: number,
): Float64Array {
  const stream = randomStream(seed, "statistics/permutation");
  const draws = new Float64Array(differences.length);
  const sums = new Float64Array(numPatterns);
  sums[0] = observed;
  for (let pattern = 1; pattern < numPatterns; pattern++) {
    stream.uniform(draws, pattern);
    let total = 0;
    for (let i = 0; i < draws.length; i++) {
      total += draws[i] < 0.5 ? -differences[i] : differences[i];
    }
    sums[pattern] = total;
  }
  return sums;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
