// An orthonormal set of rows made longer: for singular values that are exactly 0.

import { frobeniusNorm, innerProduct } from "./norms.ts";

/**
 * Fills row j of `w` (rows of n) with a unit vector orthogonal to the orthonormal rows 0 … j − 1.
 *
 * @example
 * ```ts
 * import { completeRow } from "#lib/math/linalg/complete_row.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const w = Float64Array.of(1, 0, 0, 0);
 * completeRow(w, 1, 2);
 * assertEquals(w, Float64Array.of(1, 0, 0, 1));
 * ```
 */
export function completeRow(w: Float64Array, j: number, n: number): void {
  const row = w.subarray(j * n, (j + 1) * n);
  let bestUnit = 0;
  let smallest = Infinity;
  for (let unit = 0; unit < n; unit++) {
    let taken = 0;
    for (let i = 0; i < j; i++) taken += w[i * n + unit] ** 2;
    if (taken < smallest) {
      smallest = taken;
      bestUnit = unit;
    }
  }
  row.fill(0);
  row[bestUnit] = 1;
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < j; i++) {
      const other = w.subarray(i * n, (i + 1) * n);
      const overlap = innerProduct(row, other);
      for (let c = 0; c < n; c++) row[c] -= overlap * other[c];
    }
  }
  const norm = frobeniusNorm(row);
  for (let c = 0; c < n; c++) row[c] /= norm;
}
