// Lifts states into features, so that linear methods (DMD, CKA, principal components) see what is non-linear in them:
// random Fourier features (Rahimi and Recht 2007), kernel principal components by Nyström's method (Williams and Seeger
// 2001), monomials, or the cells of a grid. Time stays as it is; features take the place of units.

import { z } from "zod";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { describeShape } from "#lib/core/tensor.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { oneHotBins } from "#lib/math/preprocessing/one_hot_bins.ts";
import { polynomialFeatures } from "#lib/math/preprocessing/polynomial_features.ts";
import {
  fourierFeatures,
  kernelComponents,
  medianDistance,
} from "#lib/math/preprocessing/rbf_features.ts";
import { inTermsOf } from "./_delays.ts";
import { allRows, cutRows, fromTrials, requireFiniteTrials, trialsOf } from "./_each_trial.ts";
import { exampleTrajectories } from "./_states.ts";

const params = z.strictObject({
  method: z.enum(["random_fourier", "kernel_pca", "polynomial", "one_hot"]).describe(
    "random_fourier and kernel_pca (Nyström): of the kernel exp(−‖a − b‖²/2ℓ²); polynomial: monomials of degree 1 to `degree`; one_hot: cells of a grid over the range of the data",
  ),
  num_features: z.int().min(1).max(65536).default(100)
    .describe("random_fourier: how many; kernel_pca: how many components"),
  num_centres: z.int().min(1).max(4096).default(200)
    .describe("kernel_pca: rows drawn as centres; all rows if there are fewer"),
  length_scale: z.union([z.number().positive(), z.literal("median")]).default("median")
    .describe("ℓ of the kernel; median: the median distance between rows"),
  degree: z.int().min(1).max(8).default(2).describe("polynomial: highest degree"),
  num_bins: z.int().min(2).max(4096).default(10).describe("one_hot: bins along each unit"),
  keep_state: z.boolean().default(false).describe(
    "whether the units themselves come first (monomials of degree 1 are the units already)",
  ),
  seed: z.int().min(0).default(0).describe("random_fourier and kernel_pca: seed of what is drawn"),
});

type Params = z.output<typeof params>;

export default defineTask({
  name: "lift",
  summary: "Lifts trajectories into non-linear features of their states.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { trajectories: one(trajectories) },
  outputs: { trajectories },
  examples: [
    {
      params: { method: "random_fourier", num_features: 6 },
      inputs: () => ({ trajectories: exampleTrajectories() }),
    },
    {
      params: { method: "kernel_pca", num_features: 3, num_centres: 20, keep_state: true },
      inputs: () => ({ trajectories: exampleTrajectories() }),
    },
    { params: { method: "polynomial" }, inputs: () => ({ trajectories: exampleTrajectories() }) },
    {
      params: { method: "one_hot", num_bins: 3 },
      inputs: () => ({ trajectories: exampleTrajectories() }),
    },
  ],
  run(_context, params, inputs) {
    const value = inputs.trajectories;
    const trials = trialsOf(value);
    requireFiniteTrials(value, trials);
    const numUnits = value.states.shape[2];
    const rows = allRows(trials);
    const numRows = rows.length / numUnits;
    const features = inTermsOf("lift", value, () => featuresOf(rows, numRows, numUnits, params));
    requireFiniteFeatures(value, features, params);
    const joined = params.keep_state && params.method !== "polynomial"
      ? sideBySide(rows, features, numRows)
      : features;
    const numFeatures = joined.length / numRows;
    return {
      trajectories: fromTrials(value, cutRows(joined, trials, numFeatures), numFeatures, {
        keepUnits: false,
      }),
    };
  },
});

function featuresOf(
  rows: Float64Array,
  numRows: number,
  numUnits: number,
  params: Params,
): Float64Array {
  const { method, num_features, num_centres, length_scale, degree, num_bins, seed } = params;
  if (method === "polynomial") return polynomialFeatures(rows, numRows, numUnits, degree);
  if (method === "one_hot") return oneHotBins(rows, numRows, numUnits, num_bins);
  const lengthScale = length_scale === "median"
    ? medianDistance(rows, numRows, numUnits)
    : length_scale;
  if (method === "random_fourier") {
    return fourierFeatures(rows, numRows, numUnits, {
      numFeatures: num_features,
      lengthScale,
      seed,
    });
  }
  const options = { numCentres: num_centres, numComponents: num_features, lengthScale, seed };
  return kernelComponents(rows, numRows, numUnits, options).scores;
}

/** @throws {RangeError} if a power of the states is beyond the range of numbers. */
function requireFiniteFeatures(
  { states: { dims, shape } }: Trajectories,
  features: Float64Array,
  { method, degree }: Params,
): void {
  if (features.every(Number.isFinite)) return;
  throw new RangeError(
    `lift got trajectories (${
      describeShape(dims, shape)
    }) whose ${method} features of degree ${degree} are beyond the range of numbers; ` +
      "bring the units to a common scale first (normalize)",
  );
}

function sideBySide(a: Float64Array, b: Float64Array, numRows: number): Float64Array {
  const [m, n] = [a.length / numRows, b.length / numRows];
  const out = new Float64Array(a.length + b.length);
  for (let row = 0; row < numRows; row++) {
    out.set(a.subarray(row * m, (row + 1) * m), row * (m + n));
    out.set(b.subarray(row * n, (row + 1) * n), row * (m + n) + m);
  }
  return out;
}
