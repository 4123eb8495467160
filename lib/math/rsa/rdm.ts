// Representational dissimilarity matrices: distances between all pairs of items (rows) of one system, by the conventions
// of rsatoolbox where it has the measure. Kriegeskorte, Mur & Bandettini 2008; Nili et al. 2014.
// n²p/2 products and n²/2 numbers; distances from differences of rows, never from a Gram matrix, so that equal items are
// exactly 0 apart and ties stay ties. Leaves out cross-validated distances (crossnobis.ts) and noise (noise_precision.ts).

import { requireFinite, requireShape } from "../linalg/require_shape.ts";
import { numPairs } from "./triangle.ts";
import { whitenedRows } from "./noise_precision.ts";

/** Items × features, row-major. */
export interface Items {
  readonly data: Float64Array;
  readonly numItems: number;
  readonly numFeatures: number;
}

/**
 * Measures of dissimilarity. `squared_euclidean` (rsatoolbox: `euclidean`) and `mahalanobis` are squared distances divided
 * by the number of features.
 */
export const rdmMeasures = [
  "squared_euclidean",
  "euclidean",
  "correlation",
  "cosine",
  "city_block",
  "mahalanobis",
] as const;

/** Items of a matrix at most: 1 GB of dissimilarities. */
export const MOST_ITEMS = 16384;

/** One of {@link rdmMeasures}. */
export type RdmMeasure = typeof rdmMeasures[number];

/**
 * The upper triangle of the dissimilarities of all items.
 *
 * @param covariance noise covariance (features × features) for `mahalanobis`, positive definite
 * @throws {RangeError} if sizes do not fit, there are fewer than two items, an entry is not finite, an item has no direction
 * (`cosine`) or no variance (`correlation`), or a distance overflows.
 *
 * @example
 * ```ts
 * import { rdmOf } from "#lib/math/rsa/rdm.ts";
 * import { assertEquals } from "@std/assert";
 * const items = { data: Float64Array.of(0, 0, 3, 4, 0, 1), numItems: 3, numFeatures: 2 };
 * assertEquals(rdmOf(items, "squared_euclidean"), Float64Array.of(12.5, 0.5, 9));
 * assertEquals(rdmOf(items, "city_block"), Float64Array.of(7, 1, 6));
 * ```
 */
export function rdmOf(
  items: Items,
  measure: RdmMeasure,
  covariance?: Float64Array,
): Float64Array {
  const { data, numItems, numFeatures } = items;
  requireShape("rdm", "the items × features", data, numItems, numFeatures);
  requireFinite("rdm", "the items × features", data);
  if (numItems < 2 || numFeatures < 1) {
    throw new RangeError(
      `rdm: ${numItems} items × ${numFeatures} features; give at least 2 items and 1 feature`,
    );
  }
  const values = distances(items, measure, covariance);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(
      `rdm: a ${measure} distance is ${
        values[bad]
      }; bring the features to a common scale (normalize) first`,
    );
  }
  return values;
}

/**
 * Throws where there are so many items that the dissimilarities of all pairs fill the memory.
 *
 * @throws {RangeError} above {@link MOST_ITEMS}, with what to do.
 *
 * @example
 * ```ts
 * import { requireFewItems } from "#lib/math/rsa/rdm.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => requireFewItems(50_000), RangeError, "items: time");
 * ```
 */
export function requireFewItems(numItems: number): void {
  if (numItems <= MOST_ITEMS) return;
  throw new RangeError(
    `${numItems} items have ${
      numPairs(numItems)
    } dissimilarities, more than fit; give at most ${MOST_ITEMS}: ` +
      "average over trials (rdm with items: time), bin time (bin_time) or take fewer trials",
  );
}

function distances(items: Items, measure: RdmMeasure, covariance?: Float64Array): Float64Array {
  const { data, numItems, numFeatures } = items;
  switch (measure) {
    case "squared_euclidean":
      return scaled(squaredDistances(items), 1 / numFeatures);
    case "euclidean":
      return squaredDistances(items).map(Math.sqrt);
    case "city_block":
      return cityBlock(items);
    case "mahalanobis": {
      if (covariance === undefined) {
        throw new RangeError("rdm: mahalanobis wants a noise covariance (features × features)");
      }
      const whitened = whitenedRows(data, numItems, numFeatures, covariance);
      return scaled(squaredDistances({ data: whitened, numItems, numFeatures }), 1 / numFeatures);
    }
    // 1 − r of unit rows is half their squared distance: exactly 0 for equal rows, never negative.
    case "cosine":
      return scaled(squaredDistances(unitRows(items, false)), 0.5);
    case "correlation":
      return scaled(squaredDistances(unitRows(items, true)), 0.5);
  }
}

function squaredDistances({ data, numItems, numFeatures }: Items): Float64Array {
  const out = new Float64Array(numPairs(numItems));
  for (let i = 0, at = 0; i < numItems; i++) {
    const a = i * numFeatures;
    for (let j = i + 1; j < numItems; j++, at++) {
      const b = j * numFeatures;
      let sum = 0;
      for (let k = 0; k < numFeatures; k++) {
        const difference = data[a + k] - data[b + k];
        sum += difference * difference;
      }
      out[at] = sum;
    }
  }
  return out;
}

function cityBlock({ data, numItems, numFeatures }: Items): Float64Array {
  const out = new Float64Array(numPairs(numItems));
  for (let i = 0, at = 0; i < numItems; i++) {
    for (let j = i + 1; j < numItems; j++, at++) {
      let sum = 0;
      for (let k = 0; k < numFeatures; k++) {
        sum += Math.abs(data[i * numFeatures + k] - data[j * numFeatures + k]);
      }
      out[at] = sum;
    }
  }
  return out;
}

function scaled(values: Float64Array, factor: number): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] *= factor;
  return values;
}

/** Rows of length one, of mean zero first if they are to be correlated. */
function unitRows({ data, numItems, numFeatures }: Items, centre: boolean): Items {
  const out = new Float64Array(data.length);
  for (let i = 0; i < numItems; i++) {
    const row = data.subarray(i * numFeatures, (i + 1) * numFeatures);
    let largest = 0;
    for (const value of row) largest = Math.max(largest, Math.abs(value));
    const scale = largest === 0 ? 1 : largest;
    let mean = 0;
    if (centre) {
      for (const value of row) mean += value / scale;
      mean /= numFeatures;
    }
    let squares = 0;
    for (let k = 0; k < numFeatures; k++) {
      const value = row[k] / scale - mean;
      out[i * numFeatures + k] = value;
      squares += value * value;
    }
    // Centring leaves rounding of the size of eps where all features are equal.
    if (!(Math.sqrt(squares) > 4 * Number.EPSILON * Math.sqrt(numFeatures))) {
      throw new RangeError(
        centre
          ? `rdm: all ${numFeatures} features of item ${i} are equal, so it correlates with nothing; ` +
            "leave it out or use a euclidean measure"
          : `rdm: item ${i} is zero, so it has no direction; leave it out or use a euclidean measure`,
      );
    }
    const norm = Math.sqrt(squares);
    for (let k = 0; k < numFeatures; k++) out[i * numFeatures + k] /= norm;
  }
  return { data: out, numItems, numFeatures };
}
