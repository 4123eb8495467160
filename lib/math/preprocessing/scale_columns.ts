// Columns brought to mean 0, and to standard deviation 1 if wanted, over all rows.

import { requireShape } from "../linalg/require_shape.ts";

/**
 * Each column of rows × columns shifted to mean 0; with `scale` also divided by its population standard deviation. A
 * column that never changes becomes 0.
 *
 * @throws {RangeError} if the length does not fit the sizes.
 *
 * @example
 * ```ts
 * import { scaleColumns } from "#lib/math/preprocessing/scale_columns.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = Float64Array.of(1, 7, 3, 7);
 * assertEquals([...scaleColumns(rows, 2, 2, { scale: true })], [-1, 0, 1, 0]);
 * ```
 */
export function scaleColumns(
  rows: Float64Array,
  numRows: number,
  numColumns: number,
  { scale = false }: { readonly scale?: boolean } = {},
): Float64Array {
  requireShape("scaleColumns", "rows", rows, numRows, numColumns);
  const out = new Float64Array(rows.length);
  for (let column = 0; column < numColumns; column++) {
    let isConstant = true;
    let sum = 0;
    for (let i = column; i < rows.length; i += numColumns) {
      sum += rows[i];
      if (rows[i] !== rows[column]) isConstant = false;
    }
    if (isConstant) continue;
    const mean = sum / numRows;
    let squares = 0;
    for (let i = column; i < rows.length; i += numColumns) {
      out[i] = rows[i] - mean;
      squares += out[i] * out[i];
    }
    if (!scale) continue;
    let deviation = Math.sqrt(squares / numRows);
    if (!(squares > 1e-280 && squares < Infinity)) {
      deviation = farDeviation(out, column, numColumns);
    }
    for (let i = column; i < rows.length; i += numColumns) out[i] /= deviation;
  }
  return out;
}

// Where squares leave the range of numbers: those of shares of the largest do not.
function farDeviation(centred: Float64Array, column: number, numColumns: number): number {
  let largest = 0;
  for (let i = column; i < centred.length; i += numColumns) {
    largest = Math.max(largest, Math.abs(centred[i]));
  }
  let squares = 0;
  for (let i = column; i < centred.length; i += numColumns) squares += (centred[i] / largest) ** 2;
  return largest * Math.sqrt(squares / (centred.length / numColumns));
}
