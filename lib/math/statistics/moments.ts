// Mean, standard deviation and standard error of the mean. Leaves out: quantiles (quantile.ts) and tests.

/**
 * Arithmetic mean, summed in order. Same unit as the values.
 *
 * @throws {RangeError} without values.
 *
 * @example
 * ```ts
 * import { mean } from "#lib/math/statistics/moments.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(mean([1, 2, 6]), 3);
 * ```
 */
export function mean(values: ArrayLike<number>): number {
  if (values.length === 0) throw new RangeError("mean() got no values; it needs at least one");
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Which divisor a variance has: n (`population`) or n − 1 (`sample`). */
export type Spread = "population" | "sample";

/**
 * Standard deviation, two-pass: root of Σ(x − mean)² / n (`population`) or / (n − 1) (`sample`, NaN for n = 1).
 *
 * @throws {RangeError} without values.
 *
 * @example
 * ```ts
 * import { standardDeviation } from "#lib/math/statistics/moments.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(standardDeviation([1, 3], "population"), 1);
 * ```
 */
export function standardDeviation(values: ArrayLike<number>, spread: Spread): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) ** 2;
  return Math.sqrt(sum / (spread === "population" ? values.length : values.length - 1));
}

/**
 * Standard error of the mean: standard deviation / √n. The published figures use `population`;
 * `sample` is the unbiased choice.
 *
 * @throws {RangeError} without values.
 *
 * @example
 * ```ts
 * import { standardError } from "#lib/math/statistics/moments.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(standardError([1, 3], "sample"), 1);
 * ```
 */
export function standardError(values: ArrayLike<number>, spread: Spread): number {
  return standardDeviation(values, spread) / Math.sqrt(values.length);
}
