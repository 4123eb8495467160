// How far ahead a linear model can be trusted: errors of free runs from every possible start, by lead time, beside those of
// persistence from the same starts. One free run from the start of a trial would only tell about that start.
// n starts, H leads: 2nH(r² + rN) operations after the codes.

import { multiplyTransposeB } from "../linalg/matmul.ts";
import type { TrialSet } from "./delay_embedding.ts";
import { type DelayModel, encodeTrials } from "./delay_model.ts";
import type { Span } from "./unit_scores.ts";

/** Errors by lead; lead k is k applications of the operator, so k·s samples. */
export interface ForecastSkill {
  /** In samples: s, 2s, … */
  readonly leads: Int32Array;
  /** Mean squared error of the free runs over the variance of the units, at each lead. */
  readonly model: Float64Array;
  /** The same of persistence: the sample at the start, held. */
  readonly persistence: Float64Array;
  /** Starts, the same for every lead. */
  readonly numStarts: number;
}

/** How long forecasts are good, in samples; the longest lead that was tried if they never were bad. */
export interface ForecastHorizon {
  /** Up to here free runs are better than persistence. */
  readonly beatsPersistence: number;
  /** Up to here the error is at most the tolerated share of the standard deviation. */
  readonly withinTolerance: number;
}

/** How forecasts are tried. */
export interface ForecastOptions {
  readonly numLeads: number;
  /** No sample of a trial before this is predicted, so that models of other delays are tried on the same ones. Default 0. */
  readonly numSkipped?: number;
}

/**
 * Skill at leads 1 … `numLeads` from every embedded row that has that many rows after it. Variance is about the mean of each
 * unit, summed over units, of the samples from the first start of each trial on.
 *
 * @throws {RangeError} as `encodeTrials`, if no trial is long enough, or if no unit varies.
 *
 * @example
 * ```ts
 * import { plainModel } from "#lib/math/dmd/delay_model.ts";
 * import { forecastSkill } from "#lib/math/dmd/forecast_skill.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(8, 4, 2, 1), numTrials: 1, numTime: 4, numUnits: 1 };
 * const model = plainModel(Float64Array.of(0.5), { numDelays: 1 }, 1, 1);
 * const skill = forecastSkill(trials, model, { numLeads: 2 });
 * assertEquals([...skill.model, skill.numStarts], [0, 0, 2]);
 * ```
 */
export function forecastSkill(
  trials: TrialSet,
  model: DelayModel,
  { numLeads, numSkipped = 0 }: ForecastOptions,
): ForecastSkill {
  if (!Number.isInteger(numLeads) || numLeads < 1) {
    throw new RangeError(`forecast: ${numLeads} leads asked for; at least 1 is needed`);
  }
  const { data, numUnits } = trials;
  const { numComponents: r, stepsAhead: s, numDelays, delayInterval = 1 } = model;
  const { codes, rowsPerTrial } = encodeTrials(trials, model);
  const lost = (numDelays - 1) * delayInterval;
  const skip = Math.max(0, numSkipped - s - lost);
  const startsOf = (rows: number) => Math.max(0, rows - skip - numLeads * s);
  const numStarts = rowsPerTrial.reduce((n, rows) => n + startsOf(rows), 0);
  if (numStarts === 0) {
    const most = Math.floor((Math.max(...rowsPerTrial) - skip - 1) / s);
    throw new RangeError(
      `forecast: ${numLeads} leads of ${s} samples need ${
        lost + skip + numLeads * s + 1
      } time points, ` +
        `the longest trial has ${Math.max(...rowsPerTrial) + lost}; ` +
        (most < 1
          ? "give longer trials, or skip fewer samples, or take fewer delays or steps ahead"
          : `ask for at most ${most} leads`),
    );
  }
  const errors = new Float64Array(numLeads);
  const held = new Float64Array(numLeads);
  const spans: Span[] = [];
  for (let trial = 0, row = 0, sample = lost; trial < rowsPerTrial.length; trial++) {
    const rows = rowsPerTrial[trial];
    const starts = startsOf(rows);
    const first = (sample + skip) * numUnits;
    let z = codes.subarray((row + skip) * r, (row + skip + starts) * r);
    for (let lead = 0; lead < numLeads && starts > 0; lead++) {
      z = multiplyTransposeB(z, model.operator, starts, r, r);
      const x = multiplyTransposeB(z, model.decoder, starts, r, numUnits);
      const then = first + (lead + 1) * s * numUnits;
      for (let p = 0; p < x.length; p++) {
        errors[lead] += (x[p] - data[then + p]) ** 2;
        held[lead] += (data[first + p] - data[then + p]) ** 2;
      }
    }
    if (starts > 0) spans.push([sample + skip, sample + rows]);
    row += rows;
    sample += rows + lost;
  }
  const scale = numStarts * varianceOfUnits(data, numUnits, spans);
  const relative = (sum: number) => Number.isNaN(sum) ? Infinity : sum / scale;
  return {
    leads: Int32Array.from(errors, (_, lead) => (lead + 1) * s),
    model: errors.map(relative),
    persistence: held.map(relative),
    numStarts,
  };
}

/**
 * The horizons of a skill: leads up to which every lead, not only the last, is good.
 *
 * @throws {RangeError} if the tolerance is not positive.
 *
 * @example
 * ```ts
 * import { forecastHorizon } from "#lib/math/dmd/forecast_skill.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const skill = {
 *   leads: Int32Array.of(1, 2, 3),
 *   model: Float64Array.of(0.1, 0.2, 0.3),
 *   persistence: Float64Array.of(0.2, 0.4, 0.3),
 *   numStarts: 5,
 * };
 * assertEquals(forecastHorizon(skill, 0.4), { beatsPersistence: 2, withinTolerance: 1 });
 * ```
 */
export function forecastHorizon(skill: ForecastSkill, tolerance: number): ForecastHorizon {
  if (!(tolerance > 0)) {
    throw new RangeError(`forecast: the tolerance is ${tolerance}; it must be positive`);
  }
  const { leads, model, persistence } = skill;
  const until = (isGood: (lead: number) => boolean) => {
    let count = 0;
    while (count < leads.length && isGood(count)) count++;
    return count === 0 ? 0 : leads[count - 1];
  };
  return {
    beatsPersistence: until((lead) => model[lead] < persistence[lead]),
    withinTolerance: until((lead) => model[lead] <= tolerance * tolerance),
  };
}

function varianceOfUnits(data: Float64Array, numUnits: number, spans: readonly Span[]): number {
  const numSamples = spans.reduce((n, [from, to]) => n + to - from, 0);
  const means = new Float64Array(numUnits);
  for (const [from, to] of spans) {
    for (let p = from * numUnits; p < to * numUnits; p++) {
      means[p % numUnits] += data[p] / numSamples;
    }
  }
  let sum = 0;
  for (const [from, to] of spans) {
    for (let p = from * numUnits; p < to * numUnits; p++) {
      sum += (data[p] - means[p % numUnits]) ** 2;
    }
  }
  if (!(sum > 0)) {
    throw new RangeError(
      "forecast: no unit varies, so there is nothing that errors can be compared with; leave this system out",
    );
  }
  if (sum === Infinity) {
    throw new RangeError(
      "forecast: squares of the states are beyond the range of numbers; bring them to a common scale (normalize) first",
    );
  }
  return sum / numSamples;
}
