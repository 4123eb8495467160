// Covariance of the columns of two matrices over their common rows.

import { centreColumns, crossGram } from "../linalg/gram.ts";

/**
 * Σ (xᵢ − x̄)(yᵢ − ȳ)ᵀ / (m − 1) (p×q) of X (m×p) and Y (m×q), m ≥ 2.
 *
 * @throws {RangeError} if a length does not fit or there are fewer than two rows.
 *
 * @example
 * ```ts
 * import { crossCovariance } from "#lib/math/control/covariance.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const x = Float64Array.of(1, 3);
 * assertEquals(crossCovariance(x, x, 2, 1, 1), Float64Array.of(2));
 * ```
 */
export function crossCovariance(
  x: Float64Array,
  y: Float64Array,
  m: number,
  p: number,
  q: number,
): Float64Array {
  if (!(m >= 2)) throw new RangeError(`crossCovariance: ${m} rows; a covariance needs two`);
  const centredX = centreColumns(x, m, p);
  const centredY = y === x && p === q ? centredX : centreColumns(y, m, q);
  return crossGram(centredX, centredY, m, p, q).map((sum) => sum / (m - 1));
}
