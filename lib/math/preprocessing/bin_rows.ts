// Time bins: windows of rows that may overlap, each made one row.

import { requireShape } from "../linalg/require_shape.ts";

/**
 * Means (or sums) of windows of `width` rows that begin every `step` rows. Rows left over at the end fill no window and
 * are dropped.
 *
 * @returns windows × columns; the number of windows is 1 + floor((rows − width) / step).
 * @throws {RangeError} if the length does not fit the sizes, or there are fewer rows than one window has.
 *
 * @example
 * ```ts
 * import { binRows } from "#lib/math/preprocessing/bin_rows.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...binRows(Float64Array.of(1, 3, 5, 7, 9), 5, 1, { width: 2, step: 2 })], [2, 6]);
 * assertEquals([...binRows(Float64Array.of(1, 3, 5), 3, 1, { width: 2, step: 1, sum: true })], [4, 8]);
 * ```
 */
export function binRows(
  rows: Float64Array,
  numRows: number,
  numColumns: number,
  { width, step, sum = false }: {
    readonly width: number;
    readonly step: number;
    readonly sum?: boolean;
  },
): Float64Array {
  requireShape("binRows", "rows", rows, numRows, numColumns);
  if (!(width >= 1 && step >= 1 && width <= numRows)) {
    throw new RangeError(
      `binRows() takes windows of at least 1 and at most the ${numRows} rows there are, beginning at least 1 apart, but got width ${width}, step ${step}`,
    );
  }
  const numBins = 1 + Math.floor((numRows - width) / step);
  const out = new Float64Array(numBins * numColumns);
  for (let bin = 0; bin < numBins; bin++) {
    const to = bin * numColumns;
    for (let row = bin * step; row < bin * step + width; row++) {
      for (let j = 0; j < numColumns; j++) out[to + j] += rows[row * numColumns + j];
    }
    if (!sum) { for (let j = 0; j < numColumns; j++) out[to + j] /= width; }
  }
  return out;
}
