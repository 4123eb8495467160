// Wilcoxon's signed-rank test of paired values, exact given the ties that there are.
// Sources: Wilcoxon 1945, "Individual comparisons by ranking methods"; Pratt & Gibbons 1981, chapter 3 (mid-ranks, zeros left out).

import { normalCdf } from "./normal.ts";

/** What {@link signedRankTest} finds. */
export interface SignedRankTest {
  /** Sum of the ranks of positive differences a − b. */
  readonly statistic: number;
  /** Pairs that differ. */
  readonly numPairs: number;
  /** Twice the smaller tail, at most 1. NaN where no pair differs. */
  readonly pTwoSided: number;
  readonly pGreater: number;
  readonly pLess: number;
  readonly exact: boolean;
}

/**
 * Signed-rank test of whether a − b is symmetric around zero. Differences of 0 are left out; equal absolute differences
 * share the mean of their ranks. Exact up to 200 pairs: all 2ⁿ patterns of signs are counted by their rank sum, in n³ steps;
 * beyond that a normal distribution with the variance that the ties leave, and a continuity correction.
 *
 * @throws {RangeError} unless a and b are of one length and not empty.
 *
 * @example
 * ```ts
 * import { signedRankTest } from "#lib/math/statistics/wilcoxon.ts";
 * import { assertEquals } from "@std/assert";
 * const { statistic, pTwoSided } = signedRankTest([3, 4, 9], [1, 5, 1]);
 * assertEquals([statistic, pTwoSided], [5, 0.5]);
 * ```
 */
export function signedRankTest(a: ArrayLike<number>, b: ArrayLike<number>): SignedRankTest {
  if (a.length === 0 || b.length !== a.length) {
    throw new RangeError(
      `signedRankTest() got ${a.length} and ${b.length} values; it needs as many of both, at least one`,
    );
  }
  const all = Float64Array.from({ length: a.length }, (_, i) => a[i] - b[i]);
  const differences = all.filter((difference) => difference !== 0);
  const n = differences.length;
  if (n === 0 || differences.some(Number.isNaN)) {
    return { statistic: 0, numPairs: n, pTwoSided: NaN, pGreater: NaN, pLess: NaN, exact: true };
  }
  const ranks = doubledRanks(differences.map(Math.abs));
  let doubled = 0;
  differences.forEach((difference, i) => doubled += difference > 0 ? ranks[i] : 0);
  const exact = n <= 200;
  const { pGreater, pLess } = exact ? exactTails(ranks, doubled) : normalTails(ranks, doubled);
  return {
    statistic: doubled / 2,
    numPairs: n,
    pTwoSided: Math.min(1, 2 * Math.min(pGreater, pLess)),
    pGreater,
    pLess,
    exact,
  };
}

/** Twice the mid-ranks, which are whole. */
function doubledRanks(values: Float64Array): Int32Array {
  const order = Int32Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j] || i - j);
  const ranks = new Int32Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    // Ranks from + 1 … to have the mean (from + 1 + to)/2.
    for (let k = from; k < to; k++) ranks[order[k]] = from + 1 + to;
    from = to;
  }
  return ranks;
}

/** Shares of the patterns of signs whose rank sum is at least, and at most, the one found. */
function exactTails(ranks: Int32Array, found: number): { pGreater: number; pLess: number } {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const share = new Float64Array(total + 1);
  share[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) {
      share[sum] = (share[sum] + (sum >= rank ? share[sum - rank] : 0)) / 2;
    }
  }
  let pLess = 0;
  for (let sum = 0; sum <= found; sum++) pLess += share[sum];
  let pGreater = 0;
  for (let sum = total; sum >= found; sum--) pGreater += share[sum];
  return { pGreater: Math.min(1, pGreater), pLess: Math.min(1, pLess) };
}

function normalTails(ranks: Int32Array, found: number): { pGreater: number; pLess: number } {
  let centre = 0;
  let variance = 0;
  for (const rank of ranks) {
    centre += rank / 4;
    variance += (rank / 2) ** 2 / 4;
  }
  const deviation = Math.sqrt(variance);
  const statistic = found / 2;
  return {
    pGreater: normalCdf(-(statistic - centre - 0.5) / deviation),
    pLess: normalCdf((statistic - centre + 0.5) / deviation),
  };
}
