// Singular values, leading modes and pair moments of a delay embedding from its Gram matrix, without the tall matrix
// (M rows, F features, R = maxRank components):
// - all eigenvalues of HᵀH and moments of the projected rows: at most MF² + 4/3 F³ + 2MFR operations. Rounding in the
//   whitened moments is about eps·(σ₁/σ_R)²;
// - the leading eigenvectors of HᵀH alone, where R ≪ F: a few products of 2F²R instead of the 4/3 F³.
// A Gram matrix that is there already saves MF², and gives the same bytes.

import { scaledCopy } from "../linalg/exact_scale.ts";
import { leadingSubspace } from "../linalg/leading_subspace.ts";
import { leadingEigen } from "../linalg/symmetric_eigen.ts";
import { type DelayParams, embeddingShape, type TrialSet } from "./delay_embedding.ts";
import { hankelGram } from "./hankel_gram.ts";
import { whitenedMoments } from "./whitened_moments.ts";
import { type ChooseComponents, sumOfSquares, type Whitening } from "./whitening.ts";

/** The Gram matrix of data divided by a power of two, which keeps squares in range and changes no bit of others. */
export interface ScaledGram {
  /** HᵀH (F×F) of the data / scale. */
  readonly gram: Float64Array;
  readonly scale: number;
}

/**
 * The Gram matrix that the routes below use, so that fits of the same delays can share it.
 *
 * @throws {RangeError} as `delayEmbedding`.
 *
 * @example
 * ```ts
 * import { scaledGram } from "#lib/math/dmd/whitening_gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(3, 4), numTrials: 1, numTime: 2, numUnits: 1 };
 * const { gram, scale } = scaledGram(trials, { numDelays: 1 });
 * assertEquals(gram[0] * scale ** 2, 25);
 * ```
 */
export function scaledGram(trials: TrialSet, delays: DelayParams): ScaledGram {
  const { a: data, scale } = scaledCopy(trials.data);
  return { gram: hankelGram({ ...trials, data }, delays), scale };
}

/**
 * The Gram route, by the `given` matrix if there is one; `null` if the smallest component to keep has σ/σ₁ below `limit`, where it would not be
 * accurate (nothing beyond the eigenvalues is computed then).
 *
 * @throws {RangeError} as `delayEmbedding`, or if the given matrix has another size or scale than the data's.
 *
 * @example
 * ```ts
 * import { whitenByGram } from "#lib/math/dmd/whitening_gram.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(3, 4), numTrials: 1, numTime: 2, numUnits: 1 };
 * const found = whitenByGram(trials, { numDelays: 1 }, 1, () => 1, 1e-5);
 * assertAlmostEquals(found!.cross[0], 12 / 25, 1e-15);
 * ```
 */
export function whitenByGram(
  trials: TrialSet,
  delays: DelayParams,
  stepsAhead: number,
  choose: ChooseComponents,
  limit: number,
  given?: ScaledGram,
): Whitening | null {
  const { numRows, numFeatures: f } = embeddingShape(trials, delays);
  const { scaled, scale, gram } = withGram(trials, delays, given);
  let singularValues = new Float64Array(0);
  let maxRank = 0;
  const { vectors: modes } = leadingEigen(gram, f, (values) => {
    singularValues = values.slice(0, Math.min(numRows, f))
      .map((value) => scale * Math.sqrt(Math.max(0, value)));
    maxRank = choose(singularValues);
    const smallest = singularValues[maxRank - 1];
    return smallest > 0 && smallest >= limit * singularValues[0] ? maxRank : 0;
  });
  if (modes.length === 0) return null;
  const weights = modes.map((x, p) => x / (singularValues[p % maxRank] / scale));
  const moments = whitenedMoments(scaled, delays, stepsAhead, weights, maxRank, gram);
  const totalVariance = sumOfSquares(singularValues);
  return { ...moments, singularValues, totalVariance, modes, maxRank, method: "gram" };
}

/**
 * The Gram route for `maxRank` components known beforehand (at most min(M, F)) without the other singular values; `null`
 * if the smallest component has no variance.
 *
 * @throws {RangeError} as `delayEmbedding`.
 *
 * @example
 * ```ts
 * import { whitenLeading } from "#lib/math/dmd/whitening_gram.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(3, 4), numTrials: 1, numTime: 2, numUnits: 1 };
 * assertAlmostEquals(whitenLeading(trials, { numDelays: 1 }, 1, 1)!.cross[0], 12 / 25, 1e-15);
 * ```
 */
export function whitenLeading(
  trials: TrialSet,
  delays: DelayParams,
  stepsAhead: number,
  maxRank: number,
  given?: ScaledGram,
): Whitening | null {
  const { numFeatures: f } = embeddingShape(trials, delays);
  const { scaled, scale, gram } = withGram(trials, delays, given);
  const { values, vectors: modes } = leadingSubspace(gram, f, maxRank);
  if (!(values[maxRank - 1] > 0)) return null;
  const roots = values.map(Math.sqrt);
  const weights = modes.map((x, p) => x / roots[p % maxRank]);
  const moments = whitenedMoments(scaled, delays, stepsAhead, weights, maxRank, gram);
  let variance = 0;
  for (let i = 0; i < f; i++) variance += gram[i * f + i];
  const totalVariance = scale * (scale * variance);
  const singularValues = roots.map((root) => scale * root);
  return { ...moments, singularValues, totalVariance, modes, maxRank, method: "leading" };
}

// The data divided by their scale, and the Gram matrix of that.
function withGram(trials: TrialSet, delays: DelayParams, given: ScaledGram | undefined) {
  const { numFeatures: f } = embeddingShape(trials, delays);
  const { a: data, scale } = scaledCopy(trials.data);
  const scaled = { ...trials, data };
  if (given === undefined) return { scaled, scale, gram: hankelGram(scaled, delays) };
  if (given.gram.length !== f * f || given.scale !== scale) {
    throw new RangeError(
      `the given Gram matrix has ${given.gram.length} entries at scale ${given.scale}; these data have ` +
        `${f} features and scale ${scale}: it belongs to others`,
    );
  }
  return { scaled, scale, gram: given.gram };
}
