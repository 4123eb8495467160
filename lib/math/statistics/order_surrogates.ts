// Surrogates that move whole samples and change none: backwards, rotated in time, or in a random order.
// What each keeps and breaks: time reversal keeps every state and all autocorrelation and turns the dynamics round; a
// circular shift keeps each trial's dynamics and breaks its pairing in time with others; a permutation keeps the states alone.

import type { RandomStream } from "../../core/random.ts";
import type { Series } from "./phase_surrogates.ts";

/**
 * The series backwards.
 *
 * @example
 * ```ts
 * import { backwards } from "#lib/math/statistics/order_surrogates.ts";
 * import { assertEquals } from "@std/assert";
 * const series = { data: Float64Array.of(1, 2, 3, 4), numTime: 2, numUnits: 2 };
 * assertEquals(backwards(series), Float64Array.of(3, 4, 1, 2));
 * ```
 */
export function backwards({ data, numTime, numUnits }: Series): Float64Array {
  return takeRows(data, numUnits, Int32Array.from({ length: numTime }, (_, t) => numTime - 1 - t));
}

/**
 * The series rotated in time by a random number of samples, at least `minShift` from where it was in either direction.
 *
 * @throws {RangeError} if the series is too short for that.
 *
 * @example
 * ```ts
 * import { shiftInCircle } from "#lib/math/statistics/order_surrogates.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import { assertEquals } from "@std/assert";
 * const series = { data: Float64Array.of(1, 2), numTime: 2, numUnits: 1 };
 * const options = { index: 0, minShift: 1 };
 * assertEquals(shiftInCircle(series, randomStream(0, "x"), options), Float64Array.of(2, 1));
 * ```
 */
export function shiftInCircle(
  { data, numTime, numUnits }: Series,
  stream: RandomStream,
  { index, minShift }: { readonly index: number; readonly minShift: number },
): Float64Array {
  const choices = numTime - 2 * minShift + 1;
  if (choices < 1) {
    throw new RangeError(
      `a trial of ${numTime} time points cannot be shifted by ${minShift} or more in both directions; ` +
        `use a min_shift of at most ${Math.floor(numTime / 2)}`,
    );
  }
  const shift = minShift + stream.integer(choices, index);
  const from = Int32Array.from({ length: numTime }, (_, t) => (t + numTime - shift) % numTime);
  return takeRows(data, numUnits, from);
}

/**
 * Rows of `numUnits` numbers in another order: row i of the result is row `order[i]`.
 *
 * @throws {RangeError} if the order names a row that is not there.
 *
 * @example
 * ```ts
 * import { takeRows } from "#lib/math/statistics/order_surrogates.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(takeRows(Float64Array.of(1, 2, 3), 1, Int32Array.of(2, 0, 1)), Float64Array.of(3, 1, 2));
 * ```
 */
export function takeRows(data: Float64Array, numUnits: number, order: Int32Array): Float64Array {
  const taken = new Float64Array(order.length * numUnits);
  const numRows = data.length / numUnits;
  for (let row = 0; row < order.length; row++) {
    const from = order[row];
    if (!(from >= 0 && from < numRows)) {
      throw new RangeError(`takeRows() got row ${from} of ${numRows}`);
    }
    for (let unit = 0; unit < numUnits; unit++) {
      taken[row * numUnits + unit] = data[from * numUnits + unit];
    }
  }
  return taken;
}
