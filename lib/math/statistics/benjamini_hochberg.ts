// Correction of p values for the number of tests, controlling the false discovery rate.
// Source: Benjamini & Hochberg 1995, "Controlling the false discovery rate", procedure (1) as adjusted p values.

/**
 * Adjusted p values in the order given: min over k ≥ rank of p₍ₖ₎ · m / k, at most 1.
 *
 * @throws {RangeError} if a value lies outside [0, 1].
 *
 * @example
 * ```ts
 * import { benjaminiHochberg } from "#lib/math/statistics/benjamini_hochberg.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(benjaminiHochberg([0.5, 0.01]), Float64Array.of(0.5, 0.02));
 * ```
 */
export function benjaminiHochberg(pValues: ArrayLike<number>): Float64Array {
  const m = pValues.length;
  const order = Int32Array.from({ length: m }, (_, i) => i);
  for (const i of order) {
    if (!(pValues[i] >= 0 && pValues[i] <= 1)) {
      throw new RangeError(`benjaminiHochberg() got p = ${pValues[i]} at ${i}; it needs [0, 1]`);
    }
  }
  order.sort((a, b) => pValues[a] - pValues[b] || a - b);
  const adjusted = new Float64Array(m);
  let smallest = 1;
  for (let rank = m; rank >= 1; rank--) {
    const i = order[rank - 1];
    smallest = Math.min(smallest, pValues[i] * m / rank);
    adjusted[i] = smallest;
  }
  return adjusted;
}
