// Repeated items: rows that are measurements of one item, averaged, and what is left of each measurement.

import type { Items } from "./rdm.ts";

/** Rows × features with the item that each row is a measurement of, counted from 0. */
export interface Repeats extends Items {
  readonly itemOf: Int32Array;
}

/**
 * The mean of each item's rows.
 *
 * @param count number of items; each must have a row
 * @throws {RangeError} if an item has no row.
 *
 * @example
 * ```ts
 * import { averageRepeats } from "#lib/math/rsa/repeats.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = { data: Float64Array.of(1, 5, 3), numItems: 3, numFeatures: 1, itemOf: Int32Array.of(0, 1, 0) };
 * assertEquals(averageRepeats(rows, 2).data, Float64Array.of(2, 5));
 * ```
 */
export function averageRepeats(
  { data, numItems: numRows, numFeatures, itemOf }: Repeats,
  count: number,
): Items {
  const out = new Float64Array(count * numFeatures);
  const rows = new Int32Array(count);
  for (let row = 0; row < numRows; row++) {
    const to = itemOf[row] * numFeatures;
    rows[itemOf[row]]++;
    for (let k = 0; k < numFeatures; k++) out[to + k] += data[row * numFeatures + k];
  }
  for (let item = 0; item < count; item++) {
    if (rows[item] === 0) throw new RangeError(`item ${item} of ${count} has no row to average`);
    for (let k = 0; k < numFeatures; k++) out[item * numFeatures + k] /= rows[item];
  }
  return { data: out, numItems: count, numFeatures };
}

/**
 * Rows less the mean of their item, and the degrees of freedom left: rows − items.
 *
 * @throws {RangeError} if an item has no row.
 *
 * @example
 * ```ts
 * import { residualsOf } from "#lib/math/rsa/repeats.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = { data: Float64Array.of(1, 5, 3), numItems: 3, numFeatures: 1, itemOf: Int32Array.of(0, 1, 0) };
 * assertEquals(residualsOf(rows, 2), { data: Float64Array.of(-1, 0, 1), degreesOfFreedom: 1 });
 * ```
 */
export function residualsOf(
  rows: Repeats,
  count: number,
): { readonly data: Float64Array; readonly degreesOfFreedom: number } {
  const means = averageRepeats(rows, count).data;
  const { numFeatures, itemOf } = rows;
  return {
    data: rows.data.map((value, at) =>
      value - means[itemOf[Math.floor(at / numFeatures)] * numFeatures + at % numFeatures]
    ),
    degreesOfFreedom: rows.numItems - count,
  };
}
