// Whitening of the entries of a dissimilarity matrix. Estimated squared distances that share an item covary: for n items
// with equal, independent noise V_ij,kl ∝ (c_ijᵀ c_kl)², which is 4 for a pair with itself and 1 for pairs that share one
// item. Diedrichsen, Berlot, Mur, Schütt, Shahbazi & Kriegeskorte 2021, "Comparing representational geometries using
// whitened unbiased-distance-matrix similarity", eq. 12.
// V is never formed: it has three eigenspaces (the mean, what items add, the rest) with the eigenvalues 2n, n and 2.

import { itemsOfPairs } from "./triangle.ts";

/**
 * V^(−1/2) d for an upper triangle d, in O(n²).
 *
 * @param withMean whether the part along the mean of all entries is kept; without it, products are whitened covariances
 *
 * @example
 * ```ts
 * import { whitenedTriangle } from "#lib/math/rsa/whitened_rdm.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(whitenedTriangle(Float64Array.of(2, 2, 2))[0], 2 / Math.sqrt(6), 1e-15);
 * ```
 */
export function whitenedTriangle(d: Float64Array, withMean = true): Float64Array {
  const n = itemsOfPairs(d.length);
  const sums = new Float64Array(n);
  let total = 0;
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, at++) {
      sums[i] += d[at];
      sums[j] += d[at];
      total += d[at];
    }
  }
  const mean = total / d.length;
  const added = sums.map((sum) => n > 2 ? (sum - (n - 1) * mean) / (n - 2) : 0);
  const meanPart = withMean ? mean / Math.sqrt(2 * n) : 0;
  const out = new Float64Array(d.length);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, at++) {
      const items = added[i] + added[j];
      out[at] = meanPart + items / Math.sqrt(n) + (d[at] - mean - items) * Math.SQRT1_2;
    }
  }
  return out;
}
