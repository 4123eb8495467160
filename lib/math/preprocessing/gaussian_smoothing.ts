// Smoothing over time by a Gaussian window: symmetric, or causal, which looks at the past only.

import { requireShape } from "../linalg/require_shape.ts";

/**
 * Each row replaced by the weighted mean of its neighbours, weights exp(−k²/2σ²) for k up to `truncate`·σ rows away;
 * causal: of itself and those before it. At the ends the weights of the rows that exist are brought to sum 1, so a
 * constant stays as it is.
 *
 * Operations: 2 · rows · columns · window.
 *
 * @param sigma in rows.
 * @throws {RangeError} if the length does not fit the sizes, or sigma is not positive.
 *
 * @example
 * ```ts
 * import { smoothRows } from "#lib/math/preprocessing/gaussian_smoothing.ts";
 * import { assertEquals } from "@std/assert";
 * const smoothed = smoothRows(Float64Array.of(0, 0, 1, 0, 0), 5, 1, { sigma: 1, causal: true });
 * assertEquals([...smoothed.subarray(0, 2)], [0, 0]);
 * ```
 */
export function smoothRows(
  rows: Float64Array,
  numRows: number,
  numColumns: number,
  { sigma, causal = false, truncate = 4 }: {
    readonly sigma: number;
    readonly causal?: boolean;
    readonly truncate?: number;
  },
): Float64Array {
  requireShape("smoothRows", "rows", rows, numRows, numColumns);
  if (!(sigma > 0 && truncate > 0 && Number.isFinite(sigma))) {
    throw new RangeError(
      `smoothRows() takes a sigma and a truncation above 0, but got ${sigma} and ${truncate}`,
    );
  }
  const reach = Math.min(numRows - 1, Math.floor(truncate * sigma + 0.5));
  const weights = Float64Array.from(
    { length: reach + 1 },
    (_, k) => Math.exp(-0.5 * (k / sigma) ** 2),
  );
  const out = new Float64Array(rows.length);
  for (let row = 0; row < numRows; row++) {
    const first = Math.max(0, row - reach);
    const last = causal ? row : Math.min(numRows - 1, row + reach);
    let total = 0;
    for (let other = first; other <= last; other++) {
      const weight = weights[Math.abs(other - row)];
      total += weight;
      for (let j = 0; j < numColumns; j++) {
        out[row * numColumns + j] += weight * rows[other * numColumns + j];
      }
    }
    for (let j = 0; j < numColumns; j++) out[row * numColumns + j] /= total;
  }
  return out;
}
