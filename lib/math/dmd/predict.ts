// Prediction of trajectories by a linear model of delay coordinates, told the truth again every so often.
// Ostrow et al. 2023 (DSA), supplement; Brunton et al. 2017 (HAVOK).
// In factored form: 2MFr operations for the components of M rows, 2Mr² to advance them, 2MrN to read N units off.

import { multiplyTransposeB } from "../linalg/matmul.ts";
import type { TrialSet } from "./delay_embedding.ts";
import { type DelayModel, encodeTrials } from "./delay_model.ts";

/**
 * Predictions in the shape of the data. Of the embedded rows i of each trial the first s are copied; row i is then predicted from
 * row i − s as it was (where `reseed` divides i) or as it was predicted (elsewhere). `reseed` 1 predicts every sample from true
 * ones, Infinity lets s interleaved chains run freely from the first s rows. The first (d − 1)τ + s samples are the true ones.
 *
 * @throws {RangeError} as `delayEmbedding`, if the units do not fit, or if `reseed` is no positive integer or Infinity.
 *
 * @example
 * ```ts
 * import { plainModel } from "#lib/math/dmd/delay_model.ts";
 * import { predict } from "#lib/math/dmd/predict.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const model = plainModel(Float64Array.of(0.5), { numDelays: 1 }, 1, 1);
 * const trials = { data: Float64Array.of(8, 0, 2), numTrials: 1, numTime: 3, numUnits: 1 };
 * assertEquals(predict(trials, model), Float64Array.of(8, 4, 0));
 * assertEquals(predict(trials, model, Infinity), Float64Array.of(8, 4, 2));
 * ```
 */
export function predict(trials: TrialSet, model: DelayModel, reseed = 1): Float64Array {
  if (!(reseed === Infinity || (Number.isInteger(reseed) && reseed >= 1))) {
    throw new RangeError(
      `prediction: reseed is ${reseed}; it must be a positive integer, or Infinity for a free run`,
    );
  }
  const { numComponents: r, numUnits, stepsAhead } = model;
  const { codes, rowsPerTrial } = encodeTrials(trials, model);
  const out = trials.data.slice();
  const copied = numCopied(model);
  for (let trial = 0, row = 0, sample = 0; trial < rowsPerTrial.length; trial++) {
    const rows = rowsPerTrial[trial];
    const numTime = rows + copied - stepsAhead;
    if (rows > stepsAhead) {
      const next = advanced(codes.subarray(row * r, (row + rows) * r), rows, model, reseed);
      multiplyTransposeB(
        next,
        model.decoder,
        rows - stepsAhead,
        r,
        numUnits,
        out.subarray((sample + copied) * numUnits, (sample + numTime) * numUnits),
      );
    }
    row += rows;
    sample += numTime;
  }
  return out;
}

/**
 * Samples at the start of each trial that a prediction copies: (d − 1)τ + s.
 *
 * @example
 * ```ts
 * import { numCopied } from "#lib/math/dmd/predict.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(numCopied({ numDelays: 3, delayInterval: 2, stepsAhead: 1 }), 5);
 * ```
 */
export function numCopied(
  { numDelays, delayInterval = 1, stepsAhead }: Pick<
    DelayModel,
    "numDelays" | "delayInterval" | "stepsAhead"
  >,
): number {
  return (numDelays - 1) * delayInterval + stepsAhead;
}

// Components of rows s, s + 1, … of one trial, from its true ones.
function advanced(
  codes: Float64Array,
  rows: number,
  { operator, numComponents: r, stepsAhead: s }: DelayModel,
  reseed: number,
): Float64Array {
  if (reseed === 1) {
    const before = codes.subarray(0, (rows - s) * r);
    return multiplyTransposeB(before, operator, rows - s, r, r);
  }
  const next = new Float64Array((rows - s) * r);
  for (let i = s; i < rows; i++) {
    const isTrue = i < 2 * s || (reseed !== Infinity && i % reseed === 0);
    const from = isTrue
      ? codes.subarray((i - s) * r, (i - s + 1) * r)
      : next.subarray((i - 2 * s) * r, (i - 2 * s + 1) * r);
    multiplyTransposeB(
      from,
      operator,
      1,
      r,
      r,
      next.subarray((i - s) * r, (i - s + 1) * r),
    );
  }
  return next;
}
