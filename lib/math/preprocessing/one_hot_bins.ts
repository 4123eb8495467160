// Which cell of a grid over state space a state lies in, as a row with a single 1.

import { requireShape } from "../linalg/require_shape.ts";

/**
 * Rows as indicators of grid cells: each column's range is cut into `numBins` equal parts, and the cells are numbered
 * with the last column fastest. A column that never changes lies in its first part.
 *
 * @returns rows × numBins^columns.
 * @throws {RangeError} if the length does not fit, or there would be more than 4096 cells.
 *
 * @example
 * ```ts
 * import { oneHotBins } from "#lib/math/preprocessing/one_hot_bins.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...oneHotBins(Float64Array.of(0, 1, 4), 3, 1, 2)], [1, 0, 1, 0, 0, 1]);
 * ```
 */
export function oneHotBins(
  rows: Float64Array,
  numRows: number,
  numColumns: number,
  numBins: number,
): Float64Array {
  requireShape("oneHotBins", "rows", rows, numRows, numColumns);
  const numCells = numBins ** numColumns;
  if (!(numCells <= 4096)) {
    throw new RangeError(
      `oneHotBins() of ${numColumns} columns with ${numBins} bins each has ${numCells} cells, more than 4096; reduce the columns first (reduce), or take fewer bins`,
    );
  }
  const lows = new Float64Array(numColumns).fill(Infinity);
  const highs = new Float64Array(numColumns).fill(-Infinity);
  for (let i = 0; i < rows.length; i++) {
    const j = i % numColumns;
    lows[j] = Math.min(lows[j], rows[i]);
    highs[j] = Math.max(highs[j], rows[i]);
  }
  const out = new Float64Array(numRows * numCells);
  for (let row = 0; row < numRows; row++) {
    let cell = 0;
    for (let j = 0; j < numColumns; j++) {
      const range = highs[j] - lows[j];
      const share = range > 0 ? (rows[row * numColumns + j] - lows[j]) / range : 0;
      cell = cell * numBins + Math.min(numBins - 1, Math.floor(share * numBins));
    }
    out[row * numCells + cell] = 1;
  }
  return out;
}
