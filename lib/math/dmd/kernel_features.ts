// Nyström features of delay coordinates: φ(x) = W ᵀ k_Z(x) with K_ZZ = V Λ Vᵀ, W = V Λ^(−1/2), so that φ(a)·φ(b) is the
// kernel for centres and nearly so for rows between them. Williams & Seeger 2001. With all rows as centres it is exact.
// m centres, q ≤ m features, n pairs: about m³ + n·m·(F + 2q) + 2nq² operations, and memory of a block of rows.

import { gram } from "../linalg/gram.ts";
import { multiply, multiplyTransposeA } from "../linalg/matmul.ts";
import { symmetricEigen } from "../linalg/symmetric_eigen.ts";
import { type DelayParams, embeddingShape, embedRows, type TrialSet } from "./delay_embedding.ts";
import { similarities, type SimilarityFunction } from "./similarity_function.ts";

/** Moments of features over all pairs of rows s apart within a trial, divided by their number. */
export interface FeatureMoments {
  /** ΦₓᵀΦₓ/n, q×q. */
  readonly auto: Float64Array;
  /** ΦₓᵀΦ_y/n, q×q. */
  readonly cross: Float64Array;
  readonly numFeatures: number;
  readonly numPairs: number;
}

/** Features whose eigenvalue of K_ZZ is below this share of the largest are rounding. */
const cutoff = 1e-9;

/** Entries of kernel rows that are held at a time. */
const blockEntries = 1 << 19;

/**
 * The embedded rows that start a pair (trials stacked; of each trial all but the last s), of which the listed ones.
 *
 * @throws {RangeError} as `delayEmbedding`, or if a listed row does not exist.
 *
 * @example
 * ```ts
 * import { startingRows } from "#lib/math/dmd/kernel_features.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(1, 2, 3, 4), numTrials: 2, numTime: 2, numUnits: 1 };
 * assertEquals(startingRows(trials, { numDelays: 1 }, 1, [1]), Float64Array.of(3));
 * ```
 */
export function startingRows(
  trials: TrialSet,
  delays: DelayParams,
  stepsAhead: number,
  rows: readonly number[],
): Float64Array {
  const { rowsPerTrial, numFeatures: f, offsets } = embeddingShape(trials, delays);
  const out = new Float64Array(rows.length * f);
  rows.forEach((row, to) => {
    let left = row;
    for (let trial = 0; trial < trials.numTrials; trial++) {
      const pairs = Math.max(0, rowsPerTrial[trial] - stepsAhead);
      if (left >= 0 && left < pairs && Number.isInteger(left)) {
        return embedRows(trials, delays, offsets[trial], 1, out, to * f, left);
      }
      left -= pairs;
    }
    throw new RangeError(
      `kernel dmd: centre ${row} is no row that starts a pair; there are ${
        row - left
      } of them, from 0 on`,
    );
  });
  return out;
}

/**
 * Moments of the Nyström features of all pairs of rows `stepsAhead` apart, for centres Z (m×F). No pair joins two trials.
 *
 * @throws {RangeError} as `delayEmbedding`, or if K_ZZ is zero, or a Gaussian K_ZZ the identity.
 *
 * @example
 * ```ts
 * import { featureMoments } from "#lib/math/dmd/kernel_features.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(1, 2, 3), numTrials: 1, numTime: 3, numUnits: 1 };
 * const { auto, cross } = featureMoments(trials, { numDelays: 1 }, 1, Float64Array.of(1), 1, { kind: "dot" });
 * assertAlmostEquals(auto[0], 2.5, 1e-15);
 * assertAlmostEquals(cross[0], 4, 1e-15);
 * ```
 */
export function featureMoments(
  trials: TrialSet,
  delays: DelayParams,
  stepsAhead: number,
  centres: Float64Array,
  numCentres: number,
  of: SimilarityFunction,
): FeatureMoments {
  const { rowsPerTrial, numFeatures: f, offsets } = embeddingShape(trials, delays);
  const { weights, size: q } = featureWeights(centres, numCentres, f, of);
  const auto = new Float64Array(q * q);
  const cross = new Float64Array(q * q);
  const most = Math.max(4 * stepsAhead, Math.floor(blockEntries / numCentres), 64);
  let numPairs = 0;
  for (let trial = 0; trial < trials.numTrials; trial++) {
    const pairs = Math.max(0, rowsPerTrial[trial] - stepsAhead);
    for (let from = 0; from < pairs; from += most) {
      const count = Math.min(most, pairs - from);
      const rows = count + stepsAhead;
      const h = new Float64Array(rows * f);
      embedRows(trials, delays, offsets[trial], rows, h, 0, from);
      const k = similarities(h, centres, rows, numCentres, f, of);
      const features = multiply(k, weights, rows, numCentres, q);
      const before = features.subarray(0, count * q);
      add(auto, gram(before, count, q));
      add(cross, multiplyTransposeA(before, features.subarray(stepsAhead * q), count, q, q));
      numPairs += count;
    }
  }
  for (let p = 0; p < auto.length; p++) {
    auto[p] /= numPairs;
    cross[p] /= numPairs;
  }
  return { auto, cross, numFeatures: q, numPairs };
}

// W = V Λ^(−1/2), m×q.
function featureWeights(centres: Float64Array, m: number, f: number, of: SimilarityFunction) {
  const { values, vectors } = symmetricEigen(similarities(centres, centres, m, m, f, of), m);
  const size = values.filter((value) => value > cutoff * values[0]).length;
  if (!(values[0] > 0)) {
    throw new RangeError(
      "kernel dmd: the kernel is zero between all centres; choose others, or scale the data up (normalize)",
    );
  }
  if (of.kind === "rbf" && m > 1 && values[0] - 1 < Number.EPSILON) {
    throw new RangeError(
      `kernel dmd: a bandwidth of ${of.bandwidth} sees no centre near another; take a wider one`,
    );
  }
  const weights = new Float64Array(m * size);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < size; j++) {
      weights[i * size + j] = vectors[i * m + j] / Math.sqrt(values[j]);
    }
  }
  return { weights, size };
}

function add(sum: Float64Array, part: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += part[i];
}
