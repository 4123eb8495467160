// Cross-validated squared Mahalanobis distances: products of differences from independent folds, so that noise adds
// nothing on average and a distance of 0 is estimated without bias. Entries may be negative.
// Walther et al. 2016; Nili et al. 2014; rsatoolbox's crossnobis. With C folds of n items: C·n²p/2 products.

import { requireFinite } from "../linalg/require_shape.ts";
import { whitenedRows } from "./noise_precision.ts";
import { averageRepeats, type Repeats } from "./repeats.ts";
import { numPairs } from "./triangle.ts";

/** Rows × features with the item and the fold of each row, both counted from 0. */
export interface FoldedRepeats extends Repeats {
  readonly foldOf: Int32Array;
}

/**
 * The upper triangle of cross-validated squared distances per feature:
 * d_ij = Σ_{f≠g} (x_i^f − x_j^f)ᵀ Σ⁻¹ (x_i^g − x_j^g) / (C(C − 1)p), where x_i^f is item i's mean in fold f of C. All folds
 * count alike.
 *
 * @param covariance noise covariance (p×p); the identity if absent
 * @throws {RangeError} if there are fewer than two folds, an item is missing in a fold, or a number is not finite.
 *
 * @example
 * ```ts
 * import { crossnobis } from "#lib/math/rsa/crossnobis.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = {
 *   data: Float64Array.of(0, 2, 0, 4), numItems: 4, numFeatures: 1,
 *   itemOf: Int32Array.of(0, 1, 0, 1), foldOf: Int32Array.of(0, 0, 1, 1),
 * };
 * assertEquals(crossnobis(rows, 2, 2), Float64Array.of(8));
 * ```
 */
export function crossnobis(
  rows: FoldedRepeats,
  numItems: number,
  numFolds: number,
  covariance?: Float64Array,
): Float64Array {
  const { numFeatures } = rows;
  requireFinite("crossnobis", "the rows × features", rows.data);
  if (numFolds < 2) {
    throw new RangeError(
      `crossnobis wants at least 2 folds, but got ${numFolds}: each item must be measured repeatedly`,
    );
  }
  const all = foldMeans(rows, numItems, numFolds);
  const data = covariance === undefined
    ? all
    : whitenedRows(all, numFolds * numItems, numFeatures, covariance);
  const out = new Float64Array(numPairs(numItems));
  const sums = new Float64Array(numFeatures);
  const factor = 1 / (numFolds * (numFolds - 1) * numFeatures);
  for (let i = 0, at = 0; i < numItems; i++) {
    for (let j = i + 1; j < numItems; j++, at++) {
      // Σ_{f≠g} δ_f·δ_g, each fold with the sum of those before it: no large squares that cancel.
      sums.fill(0);
      let total = 0;
      for (let fold = 0; fold < numFolds; fold++) {
        const a = (fold * numItems + i) * numFeatures;
        const b = (fold * numItems + j) * numFeatures;
        for (let k = 0; k < numFeatures; k++) {
          const difference = data[a + k] - data[b + k];
          total += 2 * difference * sums[k];
          sums[k] += difference;
        }
      }
      out[at] = total * factor;
    }
  }
  requireFinite("crossnobis", "the distances", out);
  return out;
}

/** Folds × items × features. */
function foldMeans(rows: FoldedRepeats, numItems: number, numFolds: number): Float64Array {
  const itemOf = rows.itemOf.map((item, row) => rows.foldOf[row] * numItems + item);
  const seen = new Uint8Array(numItems * numFolds);
  for (const place of itemOf) seen[place] = 1;
  const missing = seen.indexOf(0);
  if (missing >= 0) {
    throw new RangeError(
      `crossnobis: item ${missing % numItems} is not measured in fold ${
        Math.floor(missing / numItems)
      }; every fold must hold every item`,
    );
  }
  return averageRepeats({ ...rows, itemOf }, numItems * numFolds).data;
}
