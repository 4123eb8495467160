// Ranks of numbers, equal numbers sharing the mean of theirs, and what ties do to counts of pairs.

/** Ranks 1 … n, and the groups of equal numbers. */
export interface Ranks {
  /** Average ranks. */
  readonly ranks: Float64Array;
  /** Positions in ascending order. */
  readonly order: Uint32Array;
  /** For each position its group of equal numbers, counted from 0 upwards. */
  readonly group: Uint32Array;
  /** Pairs of positions with equal numbers. */
  readonly tiedPairs: number;
}

/**
 * Ranks numbers; O(n log n). Neighbours in order that differ by at most `tolerance` are equal.
 *
 * @throws {RangeError} if a number is NaN.
 *
 * @example
 * ```ts
 * import { rank } from "#lib/math/rsa/ranks.ts";
 * import { assertEquals } from "@std/assert";
 * const { ranks, tiedPairs } = rank(Float64Array.of(5, 1, 5, 7));
 * assertEquals([...ranks], [2.5, 1, 2.5, 4]);
 * assertEquals(tiedPairs, 1);
 * ```
 */
export function rank(values: Float64Array, tolerance = 0): Ranks {
  const n = values.length;
  const nan = values.findIndex(Number.isNaN);
  if (nan >= 0) throw new RangeError(`rank: entry ${nan} is NaN, which has no rank`);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  order.sort((i, j) => values[i] - values[j] || i - j);
  const ranks = new Float64Array(n);
  const group = new Uint32Array(n);
  let tiedPairs = 0;
  for (let from = 0, groups = 0; from < n; groups++) {
    let to = from + 1;
    while (to < n && values[order[to]] - values[order[to - 1]] <= tolerance) to++;
    const shared = (from + 1 + to) / 2;
    for (let k = from; k < to; k++) {
      ranks[order[k]] = shared;
      group[order[k]] = groups;
    }
    tiedPairs += (to - from) * (to - from - 1) / 2;
    from = to;
  }
  return { ranks, order, group, tiedPairs };
}
