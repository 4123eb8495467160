// What a box of a box plot shows: quartiles, median, whiskers, and the mean ± SEM beside it.

import { mean, type Spread, standardError } from "../math/statistics/moments.ts";
import { quantile } from "../math/statistics/quantile.ts";

/** Ends of a box and of its whiskers. */
export interface Box {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly bottom: number;
  readonly top: number;
}

/**
 * Quartiles (NumPy's), median, and the farthest values within 1.5 box lengths.
 *
 * @example
 * ```ts
 * import { boxOf } from "#lib/figures/_boxes.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(boxOf([1, 2, 3, 4, 99]), { q1: 2, median: 3, q3: 4, bottom: 1, top: 4 });
 * ```
 */
export function boxOf(numbers: readonly number[]): Box {
  const q1 = quantile(numbers, 0.25);
  const q3 = quantile(numbers, 0.75);
  const reach = 1.5 * (q3 - q1);
  const within = numbers.filter((value) => value >= q1 - reach && value <= q3 + reach);
  return {
    q1,
    median: quantile(numbers, 0.5),
    q3,
    bottom: Math.min(q1, ...within),
    top: Math.max(q3, ...within),
  };
}

/**
 * Mean, and mean ± standard error.
 *
 * @example
 * ```ts
 * import { meanAndError } from "#lib/figures/_boxes.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(meanAndError([1, 3], "sample"), { mean: 2, low: 1, high: 3 });
 * ```
 */
export function meanAndError(numbers: readonly number[], spread: Spread) {
  const centre = mean(numbers);
  const error = standardError(numbers, spread);
  return { mean: centre, low: centre - error, high: centre + error };
}
