// How good a prediction is: errors, their size beside persistence and variance, explained variance, correlation, and
// information criteria. Trials of any lengths; what is copied at the start of each trial may be left out.
// Hyndman & Koehler 2006 (MASE); Akaike 1974 as n ln(SSE/n) + 2k with k = r² + 1.
// Leaves out the model: only true and predicted samples, and the rank for the AIC. A few passes over the data.

import { requireFinite, requireShape } from "../linalg/require_shape.ts";
import type { TrialSet } from "./delay_embedding.ts";
import { type Span, type UnitScores, unitScores } from "./unit_scores.ts";

/** What is scored, and how. */
export interface ScoreOptions {
  /** Components of the model; k = rank² + 1 parameters are counted. Default 0. */
  readonly rank?: number;
  /** Samples at the start of each trial that are not scored. Default 0: all are, copied ones included. */
  readonly numSkipped?: number;
  /** Persistence predicts x(t) by x(t − lag), within a trial. Default 1. */
  readonly persistenceLag?: number;
}

/** Statistics of a prediction y of x. A prediction that is no longer finite has infinite errors. */
export interface PredictionStatistics extends UnitScores {
  /** Scored samples, and entries: samples × units. */
  readonly numSamples: number;
  readonly numEntries: number;
  /** Mean of |y − x|. */
  readonly mae: number;
  /** Mean of (y − x)². */
  readonly mse: number;
  /** MAE over the MAE of persistence, 0 where both are 0; NaN where no scored sample has one before it. */
  readonly mase: number;
  /** MSE over the variance of all entries about their mean; where that is below 1e-10, 0 if the MSE is too, else ∞. */
  readonly nmse: number;
  /** ln(SSE/n) + 2(rank² + 1)/n. */
  readonly aic: number;
  /** n times `aic`: n ln(SSE/n) + 2(rank² + 1). */
  readonly aicTotal: number;
  /** ln(SSE/n). */
  readonly logMse: number;
}

/** Below this variance of all entries, NMSE no longer divides by it. */
const leastVariance = 1e-10;

/**
 * Scores a prediction that has the layout of the truth.
 *
 * @throws {RangeError} if lengths differ, the truth is not finite, an option is out of range, or nothing is left to score.
 *
 * @example
 * ```ts
 * import { predictionStatistics } from "#lib/math/dmd/prediction_statistics.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const truth = { data: Float64Array.of(0, 2, 4), numTrials: 1, numTime: 3, numUnits: 1 };
 * const { mae, mase, aic } = predictionStatistics(truth, Float64Array.of(0, 2, 1), { rank: 1 });
 * assertEquals([mae, mase, aic], [1, 0.5, Math.log(3) + 4 / 3]);
 * ```
 */
export function predictionStatistics(
  truth: TrialSet,
  prediction: Float64Array,
  options: ScoreOptions = {},
): PredictionStatistics {
  const { rank = 0, numSkipped = 0, persistenceLag = 1 } = options;
  const { data, numUnits } = truth;
  const spans = scoredSpans(truth, prediction, { rank, numSkipped, persistenceLag });
  const numSamples = spans.reduce((sum, [from, to]) => sum + to - from, 0);
  const n = numSamples * numUnits;
  const { absolute, squares } = errors(data, prediction, numUnits, spans);
  const before = spans.map(([from, to]): Span => [
    Math.min(to, Math.max(from, from - numSkipped + persistenceLag)),
    to,
  ]);
  const persistence = persistenceError(data, numUnits, before, persistenceLag);
  const mae = absolute / n, mse = squares / n;
  const spread = variance(data, numUnits, spans, n);
  const logMse = Math.log(mse);
  const aic = logMse + 2 * (rank * rank + 1) / n;
  return {
    numSamples,
    numEntries: n,
    mae,
    mse,
    mase: mae === 0 && persistence === 0 ? 0 : mae / persistence,
    nmse: spread >= leastVariance ? mse / spread : mse < leastVariance ? 0 : Infinity,
    ...unitScores(data, prediction, numUnits, spans),
    aic,
    aicTotal: n * aic,
    logMse,
  };
}

function errors(x: Float64Array, y: Float64Array, numUnits: number, spans: readonly Span[]) {
  let absolute = 0, squares = 0;
  for (const [from, to] of spans) {
    for (let p = from * numUnits; p < to * numUnits; p++) {
      const error = Math.abs(y[p] - x[p]);
      absolute += error;
      squares += error * error;
    }
  }
  const finite = (sum: number) => Number.isNaN(sum) ? Infinity : sum;
  return { absolute: finite(absolute), squares: finite(squares) };
}

function persistenceError(
  x: Float64Array,
  numUnits: number,
  spans: readonly Span[],
  lag: number,
): number {
  let sum = 0, count = 0;
  for (const [from, to] of spans) {
    for (let p = from * numUnits; p < to * numUnits; p++, count++) {
      sum += Math.abs(x[p] - x[p - lag * numUnits]);
    }
  }
  return sum / count;
}

function variance(x: Float64Array, numUnits: number, spans: readonly Span[], n: number): number {
  let sum = 0, squares = 0;
  for (const [from, to] of spans) {
    for (let p = from * numUnits; p < to * numUnits; p++) sum += x[p];
  }
  const mean = sum / n;
  for (const [from, to] of spans) {
    for (let p = from * numUnits; p < to * numUnits; p++) squares += (x[p] - mean) * (x[p] - mean);
  }
  return squares / n;
}

function scoredSpans(
  { data, numTrials, numTime, numUnits }: TrialSet,
  prediction: Float64Array,
  options: Required<ScoreOptions>,
): Span[] {
  const lengths = typeof numTime === "number"
    ? new Array<number>(numTrials).fill(numTime)
    : numTime;
  const samples = lengths.reduce((sum, length) => sum + length, 0);
  requireShape("prediction statistics", "truth", data, samples, numUnits);
  requireShape("prediction statistics", "prediction", prediction, samples, numUnits);
  requireFinite("prediction statistics", "truth", data);
  const { rank, numSkipped, persistenceLag } = options;
  requireCount("rank", rank, 0);
  requireCount("numSkipped", numSkipped, 0);
  requireCount("persistenceLag", persistenceLag, 1);
  if (!lengths.some((length) => length > numSkipped) || numUnits === 0) {
    throw new RangeError(
      `prediction statistics: nothing is left to score: the longest of ${lengths.length} trials has ` +
        `${Math.max(0, ...lengths)} samples of ${numUnits} units, and ${numSkipped} are skipped`,
    );
  }
  let start = 0;
  return lengths.map((length): Span => {
    const from = start + Math.min(numSkipped, length);
    start += length;
    return [from, start];
  });
}

function requireCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(
    `prediction statistics: ${name} is ${value}; it must be an integer of at least ${least}`,
  );
}
