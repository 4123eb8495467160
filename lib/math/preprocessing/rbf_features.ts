// Features whose products approximate the Gaussian kernel k(a, b) = exp(−‖a − b‖²/2ℓ²), so that linear methods on them
// see what is non-linear in the states: random Fourier features, and Nyström's, as kernel principal components.

import { randomStream } from "../../core/random.ts";
import { gram } from "../linalg/gram.ts";
import { multiply, multiplyTransposeB } from "../linalg/matmul.ts";
import { requireShape } from "../linalg/require_shape.ts";
import { symmetricEigen } from "../linalg/symmetric_eigen.ts";
import { scaleColumns } from "./scale_columns.ts";

/**
 * Median distance between rows, over at most 400 rows evenly spread: a length scale at which the kernel neither
 * vanishes nor saturates.
 *
 * @throws {RangeError} if the length does not fit, there are fewer than 2 rows, more than half of them are equal, or
 * distances overflow.
 *
 * @example
 * ```ts
 * import { medianDistance } from "#lib/math/preprocessing/rbf_features.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(medianDistance(Float64Array.of(0, 1, 3), 3, 1), 2);
 * ```
 */
export function medianDistance(rows: Float64Array, numRows: number, numColumns: number): number {
  requireShape("medianDistance", "rows", rows, numRows, numColumns);
  const count = Math.min(numRows, 400);
  const picked = Array.from({ length: count }, (_, i) => Math.floor(i * numRows / count));
  const distances = new Float64Array(count * (count - 1) / 2);
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      let squares = 0;
      for (let k = 0; k < numColumns; k++) {
        squares += (rows[picked[i] * numColumns + k] - rows[picked[j] * numColumns + k]) ** 2;
      }
      distances[at++] = Math.sqrt(squares);
    }
  }
  distances.sort();
  const median = distances[distances.length >> 1];
  if (median > 0 && median < Infinity) return median;
  throw new RangeError(
    count < 2
      ? `${count} rows have no distances whose median could be taken; give more rows, or a length scale`
      : median > 0
      ? `the median distance between ${count} rows is no finite number; bring the columns to a common scale (normalize) first`
      : `medianDistance() found a median distance of ${median} between ${count} rows; more than half of them are equal, so give a length scale`,
  );
}

/**
 * Random Fourier features √(2/D) cos(w·x + b), w ~ N(0, 1/ℓ²), b uniform on [0, 2π): Rahimi and Recht (2007), "Random
 * features for large-scale kernel machines", algorithm 1. Products of two rows of features approximate the kernel with
 * an error of order 1/√D.
 *
 * @returns rows × numFeatures.
 * @throws {RangeError} if the length does not fit the sizes, or the length scale is not positive.
 *
 * @example
 * ```ts
 * import { fourierFeatures } from "#lib/math/preprocessing/rbf_features.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = Float64Array.of(0, 1, 3);
 * const options = { numFeatures: 8, lengthScale: 1, seed: 0 };
 * assertEquals(fourierFeatures(rows, 3, 1, options).length, 24);
 * ```
 */
export function fourierFeatures(
  rows: Float64Array,
  numRows: number,
  numColumns: number,
  { numFeatures, lengthScale, seed }: {
    readonly numFeatures: number;
    readonly lengthScale: number;
    readonly seed: number | string;
  },
): Float64Array {
  requireShape("fourierFeatures", "rows", rows, numRows, numColumns);
  requireScale("fourierFeatures", lengthScale);
  const stream = randomStream(seed, "fourier_features");
  const weights = new Float64Array(numFeatures * numColumns);
  const phases = new Float64Array(numFeatures);
  stream.normal(weights, 0);
  stream.uniform(phases, 1);
  for (let i = 0; i < weights.length; i++) weights[i] /= lengthScale;
  const out = multiplyTransposeB(rows, weights, numRows, numColumns, numFeatures);
  const height = Math.sqrt(2 / numFeatures);
  for (let i = 0; i < out.length; i++) {
    out[i] = height * Math.cos(out[i] + 2 * Math.PI * phases[i % numFeatures]);
  }
  return out;
}

/** Kernel principal components, and what they are worth. */
export interface KernelComponents {
  /** rows × components, each of mean 0, in order of variance. */
  readonly scores: Float64Array;
  /** Variance of each component (divisor: rows). */
  readonly variances: Float64Array;
  /** Sum of the variances of all components that there are. */
  readonly totalVariance: number;
}

/**
 * Kernel principal components by Nyström's method: features φ(x) = K_cc^(−1/2) k_c(x) of drawn centres c (Williams and
 * Seeger 2001), then principal components of the centred features. With all rows as centres this is kernel PCA.
 * Directions of K_cc below 1e-12 of its largest eigenvalue are left out.
 *
 * Operations: 2 · rows · centres · (columns + centres) and an eigendecomposition of centres × centres, twice.
 *
 * @throws {RangeError} if the length does not fit, or more components are wanted than the centres span.
 *
 * @example
 * ```ts
 * import { kernelComponents } from "#lib/math/preprocessing/rbf_features.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const rows = Float64Array.of(0, 1, 3, 4);
 * const options = { numCentres: 4, numComponents: 1, lengthScale: 2, seed: 0 };
 * const { scores } = kernelComponents(rows, 4, 1, options);
 * assertAlmostEquals(scores.reduce((sum, x) => sum + x, 0), 0, 1e-12);
 * ```
 */
export function kernelComponents(
  rows: Float64Array,
  numRows: number,
  numColumns: number,
  { numCentres, numComponents, lengthScale, seed }: {
    readonly numCentres: number;
    readonly numComponents: number;
    readonly lengthScale: number;
    readonly seed: number | string;
  },
): KernelComponents {
  requireShape("kernelComponents", "rows", rows, numRows, numColumns);
  requireScale("kernelComponents", lengthScale);
  const count = Math.min(numCentres, numRows);
  const order = randomStream(seed, "nystroem_centres").permutation(numRows).slice(0, count).sort();
  const centres = new Float64Array(count * numColumns);
  order.forEach((row, i) => {
    centres.set(rows.subarray(row * numColumns, (row + 1) * numColumns), i * numColumns);
  });
  const { values, vectors } = symmetricEigen(
    kernelMatrix(centres, count, centres, count, numColumns, lengthScale),
    count,
  );
  let rank = 0;
  while (rank < count && values[rank] > 1e-12 * values[0]) rank++;
  if (numComponents > rank) {
    throw new RangeError(
      `kernelComponents() was asked for ${numComponents} components, but ${count} centres span ${rank}; take more centres, fewer components, or a smaller length scale`,
    );
  }
  const root = new Float64Array(count * rank);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < rank; j++) {
      root[i * rank + j] = vectors[i * count + j] / Math.sqrt(values[j]);
    }
  }
  const kernel = kernelMatrix(rows, numRows, centres, count, numColumns, lengthScale);
  const features = scaleColumns(multiply(kernel, root, numRows, count, rank), numRows, rank);
  const covariance = gram(features, numRows, rank);
  const components = symmetricEigen(covariance, rank);
  const leading = new Float64Array(rank * numComponents);
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < numComponents; j++) {
      leading[i * numComponents + j] = components.vectors[i * rank + j];
    }
  }
  const variances = components.values.map((value) => Math.max(0, value) / numRows);
  return {
    scores: multiply(features, leading, numRows, rank, numComponents),
    variances: variances.slice(0, numComponents),
    totalVariance: variances.reduce((sum, value) => sum + value, 0),
  };
}

function kernelMatrix(
  a: Float64Array,
  numA: number,
  b: Float64Array,
  numB: number,
  numColumns: number,
  lengthScale: number,
): Float64Array {
  const out = new Float64Array(numA * numB);
  const factor = -0.5 / lengthScale ** 2;
  for (let i = 0; i < numA; i++) {
    for (let j = 0; j < numB; j++) {
      let squares = 0;
      for (let k = 0; k < numColumns; k++) {
        const difference = a[i * numColumns + k] - b[j * numColumns + k];
        squares += difference * difference;
      }
      out[i * numB + j] = Math.exp(factor * squares);
    }
  }
  return out;
}

function requireScale(who: string, lengthScale: number): void {
  if (!(lengthScale > 0 && Number.isFinite(lengthScale))) {
    throw new RangeError(`${who}() takes a length scale above 0, but got ${lengthScale}`);
  }
}
