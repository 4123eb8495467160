// Quantiles by linear interpolation between order statistics, as NumPy's default has them.
// Source: Hyndman & Fan 1996, "Sample quantiles in statistical packages", definition 7.

/**
 * The quantile at probability p in [0, 1]: the value at position (n − 1)·p of the sorted values, linear in between.
 * NaN if a value is NaN.
 *
 * @throws {RangeError} without values, or if p lies outside [0, 1].
 *
 * @example
 * ```ts
 * import { quantile } from "#lib/math/statistics/quantile.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(quantile([4, 1, 3, 2], 0.25), 1.75);
 * ```
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  if (values.length === 0) throw new RangeError("quantile() got no values; it needs at least one");
  if (!(p >= 0 && p <= 1)) throw new RangeError(`quantile() got p = ${p}; it must lie in [0, 1]`);
  const sorted = Float64Array.from(values).sort();
  if (Number.isNaN(sorted[sorted.length - 1])) return NaN;
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  if (low === high) return low;
  const weight = position - below;
  // Interpolates from the nearer end, as NumPy does, so that the ends are hit exactly.
  return weight >= 0.5 ? high - (high - low) * (1 - weight) : low + (high - low) * weight;
}

/**
 * The median: quantile at 1/2.
 *
 * @throws {RangeError} without values.
 *
 * @example
 * ```ts
 * import { median } from "#lib/math/statistics/quantile.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(median([3, 1, 10, 2]), 2.5);
 * ```
 */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}
