// The noise covariance that distances of `rdm` are measured in: estimated from the items, from their repeats or from
// residuals of their own, or given as a matrix.

import type { Arrays } from "#lib/core/artifacts/arrays.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { describeShape, type Tensor } from "#lib/core/tensor.ts";
import { choleskySolve } from "#lib/math/linalg/cholesky.ts";
import { requireFinite } from "#lib/math/linalg/require_shape.ts";
import { noiseCovariance } from "#lib/math/rsa/noise_precision.ts";
import { averageRepeats, residualsOf } from "#lib/math/rsa/repeats.ts";
import { type ItemRows, itemRows } from "./_item_rows.ts";

/** What of the params decides. */
export interface NoiseChoice {
  readonly measure: string;
  readonly noise?: "items" | "repeats" | "none" | undefined;
  readonly ridge: number;
  readonly shrinkage: number;
  readonly label: string;
  readonly fold: string;
}

/** What may be bound. */
export interface NoiseInputs {
  /** Residuals: rows × units. */
  readonly noise: Trajectories | undefined;
  readonly matrix: Arrays | undefined;
}

/**
 * The covariance (units × units), or none for a measure that has no noise.
 *
 * @throws {RangeError | TypeError} if what is bound does not fit, or there is nothing to estimate from.
 */
export function noiseOf(
  choice: NoiseChoice,
  rows: ItemRows,
  { noise, matrix }: NoiseInputs,
): Float64Array | undefined {
  const { measure } = choice;
  if (measure !== "mahalanobis" && measure !== "crossnobis") {
    if (noise === undefined && matrix === undefined && choice.noise === undefined) return undefined;
    throw new TypeError(
      `the measure ${measure} uses no noise; take mahalanobis or crossnobis, or leave noise out`,
    );
  }
  if (matrix !== undefined) return givenCovariance(matrix, rows.numFeatures);
  if (noise !== undefined) return covarianceOf(noise, choice, rows.numFeatures);
  const { numFeatures, count } = rows;
  switch (choice.noise ?? (measure === "mahalanobis" ? "items" : "repeats")) {
    case "none":
      return measure === "crossnobis" ? undefined : identity(numFeatures);
    case "items": {
      const { data } = averageRepeats(rows, count);
      return noiseCovariance(data, count, numFeatures, undefined, choice);
    }
    case "repeats": {
      const { data, degreesOfFreedom } = residualsOf(rows, count);
      return noiseCovariance(data, rows.numItems, numFeatures, degreesOfFreedom, choice);
    }
  }
}

function covarianceOf(noise: Trajectories, choice: NoiseChoice, numFeatures: number): Float64Array {
  const residuals = itemRows(noise, { ...choice, items: "moment" }, undefined);
  if (residuals.numFeatures !== numFeatures) {
    throw new RangeError(
      `noise (${
        describeShape(noise.states.dims, noise.states.shape)
      }) has ${residuals.numFeatures} units, ` +
        `the trajectories ${numFeatures}; give residuals of the same units`,
    );
  }
  return noiseCovariance(residuals.data, residuals.numItems, numFeatures, undefined, choice);
}

/** A covariance as it is, a precision inverted. */
function givenCovariance({ arrays }: Arrays, numFeatures: number): Float64Array {
  const { covariance, precision } = arrays;
  if ((covariance === undefined) === (precision === undefined)) {
    throw new TypeError(
      `noise_matrix holds ${
        Object.keys(arrays).join(", ") || "nothing"
      }; give one array called precision or ` +
        "covariance (import: kind: arrays, arrays: {precision: …})",
    );
  }
  const name = covariance === undefined ? "precision" : "covariance";
  const data = squareOf(name, covariance ?? precision, numFeatures);
  return covariance === undefined
    ? choleskySolve(data, numFeatures, identity(numFeatures), numFeatures)
    : data;
}

function squareOf(name: string, { dims, shape, data }: Tensor, n: number): Float64Array {
  const what = `${name} of noise_matrix (${describeShape(dims, shape)})`;
  if (shape.length !== 2 || shape[0] !== n || shape[1] !== n) {
    throw new RangeError(`${what} does not fit; give ${n} × ${n}, as the trajectories have units`);
  }
  const out = Float64Array.from(data);
  requireFinite("rdm", what, out);
  const largest = out.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      if (Math.abs(out[i * n + j] - out[j * n + i]) <= 1e-9 * largest) continue;
      throw new RangeError(`${what} is not symmetric at ${i}, ${j}; give a symmetric matrix`);
    }
  }
  return out;
}

function identity(n: number): Float64Array {
  return new Float64Array(n * n).map((_, at) => at % (n + 1) === 0 ? 1 : 0);
}
