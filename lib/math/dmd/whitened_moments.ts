// Second moments of the whitened components v = Wᵀh, W = U_r Σ_r⁻¹, over the regression pairs of a DMD:
// auto = V₋ᵀV₋ and cross = V₋ᵀV₊, with pairs s rows apart within a trial.
//
// Two ways (F features, M rows, K trials, r components):
// - by projection: each trial is embedded and multiplied by W: 2MFr + 3Mr² operations, any s;
// - from the Gram matrix G = HᵀH when the delay interval τ divides s = mτ: blocks of H₋ᵀH₊ are blocks of G moved by m,
//   less s rows per trial: 2KsF² + 2M(mN)² + 2F²r operations.

import { gram as gramOf } from "../linalg/gram.ts";
import { multiply, multiplyTransposeA } from "../linalg/matmul.ts";
import { requireShape } from "../linalg/require_shape.ts";
import { type DelayParams, embeddingShape, embedRows, type TrialSet } from "./delay_embedding.ts";
import { edgeRows, shiftedGram } from "./shifted_gram.ts";

/** V₋ᵀV₋ and V₋ᵀV₊, both r×r. */
export interface WhitenedMoments {
  readonly auto: Float64Array;
  readonly cross: Float64Array;
  /** Number of pairs. */
  readonly numPairs: number;
}

/**
 * Moments of the components with `weights` W (F×r) over all pairs of rows `stepsAhead` apart. If the Gram
 * matrix is given, it is used where that is possible and cheaper (`fromGram` forces or forbids it); W must then
 * whiten it: WᵀGW = I.
 *
 * @throws {RangeError} as `delayEmbedding`, if `stepsAhead` is no positive integer, or if the Gram matrix is to be
 * used where it cannot be.
 *
 * @example
 * ```ts
 * import { whitenedMoments } from "#lib/math/dmd/whitened_moments.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(1, 2, 3), numTrials: 1, numTime: 3, numUnits: 1 };
 * const { auto, cross } = whitenedMoments(trials, { numDelays: 1 }, 1, Float64Array.of(1), 1);
 * assertEquals([auto[0], cross[0]], [5, 8]);
 * ```
 */
export function whitenedMoments(
  trials: TrialSet,
  delays: DelayParams,
  stepsAhead: number,
  weights: Float64Array,
  rank: number,
  hankelGram: Float64Array | null = null,
  fromGram = hankelGram !== null && gramPays(trials, delays, stepsAhead, rank),
): WhitenedMoments {
  if (!Number.isInteger(stepsAhead) || stepsAhead < 1) {
    throw new RangeError(`steps ahead: ${stepsAhead} is not a positive integer`);
  }
  if (!fromGram) return byProjection(trials, delays, stepsAhead, weights, rank);
  if (hankelGram === null) {
    throw new RangeError("whitened moments: told to use the Gram matrix, but none is given");
  }
  const f = embeddingShape(trials, delays).numFeatures;
  const crossGram = shiftedGram(trials, delays, stepsAhead, hankelGram);
  const cross = multiplyTransposeA(
    weights,
    multiply(crossGram, weights, f, f, rank),
    f,
    rank,
    rank,
  );
  // All rows have unit second moment; those that start no pair are taken off.
  const last = edgeRows(trials, delays, stepsAhead, "last");
  const idle = multiply(last.rows, weights, last.numRows, f, rank);
  const auto = gramOf(idle, last.numRows, rank);
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < rank; j++) auto[i * rank + j] = (i === j ? 1 : 0) - auto[i * rank + j];
  }
  return { auto, cross, numPairs: countPairs(trials, delays, stepsAhead) };
}

/**
 * Moments of components that are already there: V (M×r, trials stacked).
 *
 * @throws {RangeError} if the length does not fit.
 *
 * @example
 * ```ts
 * import { momentsOfRows } from "#lib/math/dmd/whitened_moments.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { cross, numPairs } = momentsOfRows(Float64Array.of(1, 2, 3, 4), [2, 2], 1, 1);
 * assertEquals([cross[0], numPairs], [14, 2]);
 * ```
 */
export function momentsOfRows(
  v: Float64Array,
  rowsPerTrial: readonly number[],
  stepsAhead: number,
  rank: number,
): WhitenedMoments {
  requireShape("momentsOfRows", "v", v, rowsPerTrial.reduce((sum, rows) => sum + rows, 0), rank);
  const sum = emptyMoments(rank);
  let from = 0;
  for (const rows of rowsPerTrial) {
    addPairs(sum, v.subarray(from, from + rows * rank), rows, stepsAhead, rank);
    from += rows * rank;
  }
  return sum;
}

function emptyMoments(rank: number) {
  const size = rank * rank;
  return { auto: new Float64Array(size), cross: new Float64Array(size), numPairs: 0 };
}

// Adds one trial's pairs of rows.
function addPairs(
  sum: { auto: Float64Array; cross: Float64Array; numPairs: number },
  v: Float64Array,
  rows: number,
  steps: number,
  rank: number,
): void {
  const pairs = rows - steps;
  if (pairs < 1) return;
  const before = v.subarray(0, pairs * rank);
  const after = v.subarray(steps * rank, rows * rank);
  add(sum.auto, gramOf(before, pairs, rank));
  add(sum.cross, multiplyTransposeA(before, after, pairs, rank, rank));
  sum.numPairs += pairs;
}

function gramPays(trials: TrialSet, delays: DelayParams, steps: number, rank: number): boolean {
  const { delayInterval = 1 } = delays;
  if (steps % delayInterval !== 0) return false;
  const { numRows, numFeatures: f } = embeddingShape(trials, delays);
  const moved = (steps / delayInterval) * trials.numUnits;
  const byGram = 2 * trials.numTrials * steps * f * f + 2 * numRows * moved * moved +
    2 * f * f * rank;
  return byGram < 2 * numRows * f * rank;
}

function countPairs(trials: TrialSet, delays: DelayParams, steps: number): number {
  const { rowsPerTrial } = embeddingShape(trials, delays);
  return rowsPerTrial.reduce((sum, rows) => sum + Math.max(0, rows - steps), 0);
}

function byProjection(
  trials: TrialSet,
  delays: DelayParams,
  steps: number,
  weights: Float64Array,
  rank: number,
): WhitenedMoments {
  const { rowsPerTrial, numFeatures: f, offsets } = embeddingShape(trials, delays);
  const h = new Float64Array(Math.max(...rowsPerTrial) * f);
  const sum = emptyMoments(rank);
  for (let trial = 0; trial < trials.numTrials; trial++) {
    const rows = rowsPerTrial[trial];
    embedRows(trials, delays, offsets[trial], rows, h, 0);
    addPairs(sum, multiply(h.subarray(0, rows * f), weights, rows, f, rank), rows, steps, rank);
  }
  return sum;
}

function add(sum: Float64Array, part: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += part[i];
}
