// Kendall's rank correlations of two sequences by merge sort: n log n comparisons instead of n²/2 pairs.
// Knight 1966, "A computer method for calculating Kendall's tau with ungrouped data"; τ_b: Kendall 1945.

import type { Ranks } from "./ranks.ts";

/** Counts of pairs that both coefficients are made of: exact integers. */
export interface KendallCounts {
  /** Pairs in the same order in both, less those in opposite orders. */
  readonly concordantLessDiscordant: number;
  readonly pairs: number;
  /** Pairs tied in the first, and in the second. */
  readonly tied: readonly [number, number];
}

/**
 * Counts concordant less discordant pairs of two ranked sequences of one length.
 *
 * @throws {RangeError} if the lengths differ or there are 9e7 numbers or more.
 *
 * @example
 * ```ts
 * import { kendallCounts } from "#lib/math/rsa/kendall.ts";
 * import { rank } from "#lib/math/rsa/ranks.ts";
 * import { assertEquals } from "@std/assert";
 * const [x, y] = [[1, 2, 3, 3], [1, 3, 2, 4]].map((one) => rank(Float64Array.from(one)));
 * assertEquals(kendallCounts(x, y), { concordantLessDiscordant: 3, pairs: 6, tied: [1, 0] });
 * ```
 */
export function kendallCounts(x: Ranks, y: Ranks): KendallCounts {
  const n = x.ranks.length;
  if (y.ranks.length !== n) {
    throw new RangeError(`kendall: ${n} numbers against ${y.ranks.length}; wants as many`);
  }
  if (n >= 9e7) {
    throw new RangeError(`kendall: ${n} numbers are too many to count; take fewer items`);
  }
  // In the order of x, ties of x in the order of y: then discordant pairs are the inversions of y. Both places make one
  // number, so that the sort needs no comparisons by hand.
  let numGroups = 1;
  for (let i = 0; i < n; i++) if (y.group[i] >= numGroups) numGroups = y.group[i] + 1;
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = x.group[i] * numGroups + y.group[i];
  keys.sort();
  let both = 0;
  for (let from = 0; from < n;) {
    let to = from + 1;
    while (to < n && keys[to] === keys[from]) to++;
    both += (to - from) * (to - from - 1) / 2;
    from = to;
  }
  const inOrder = new Uint32Array(n);
  for (let i = 0; i < n; i++) inOrder[i] = keys[i] % numGroups;
  const discordant = inversions(inOrder);
  const pairs = n * (n - 1) / 2;
  return {
    concordantLessDiscordant: pairs - x.tiedPairs - y.tiedPairs + both - 2 * discordant,
    pairs,
    tied: [x.tiedPairs, y.tiedPairs],
  };
}

/**
 * τ_a: over all pairs, so that ties lower it.
 *
 * @example
 * ```ts
 * import { tauA } from "#lib/math/rsa/kendall.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(tauA({ concordantLessDiscordant: 3, pairs: 6, tied: [1, 0] }), 0.5);
 * ```
 */
export function tauA({ concordantLessDiscordant, pairs }: KendallCounts): number {
  return concordantLessDiscordant / pairs;
}

/**
 * τ_b: over the pairs that are not tied, the geometric mean of both.
 *
 * @example
 * ```ts
 * import { tauB } from "#lib/math/rsa/kendall.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const counts = { concordantLessDiscordant: 3, pairs: 6, tied: [1, 0] } as const;
 * assertAlmostEquals(tauB(counts), 3 / Math.sqrt(5 * 6), 1e-15);
 * ```
 */
export function tauB({ concordantLessDiscordant, pairs, tied: [x, y] }: KendallCounts): number {
  // Each root by itself, so that exchanging the two changes no bit and equal ones give exactly 1.
  const [low, high] = x < y ? [pairs - y, pairs - x] : [pairs - x, pairs - y];
  return low === high
    ? concordantLessDiscordant / low
    : concordantLessDiscordant / (Math.sqrt(low) * Math.sqrt(high));
}

/** Pairs i < j with a larger number first, by a merge sort from runs of one. */
function inversions(values: Uint32Array): number {
  const n = values.length;
  let from = values.slice();
  let to = new Uint32Array(n);
  let count = 0;
  for (let width = 1; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const middle = Math.min(start + width, n);
      const end = Math.min(start + 2 * width, n);
      let left = start, right = middle;
      for (let at = start; at < end; at++) {
        if (left < middle && (right >= end || from[left] <= from[right])) to[at] = from[left++];
        else {
          count += middle - left;
          to[at] = from[right++];
        }
      }
    }
    [from, to] = [to, from];
  }
  return count;
}
