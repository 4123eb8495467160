// Predictions of DMDc in data space: one step ahead, or freely running between reseedings.
// The factors are applied one after the other, 2(F + G)q + 2Fq operations a step, so A is not formed.

import type { TrialSet } from "../dmd/delay_embedding.ts";
import {
  alignedEmbedding,
  type ControlDelays,
  type ControlledTrials,
} from "./controlled_trials.ts";
import { trialLengths } from "./controlled_trials.ts";
import type { ControlCompat } from "./dmdc.ts";

/** h(t + s) = left · rightᵀ [h(t); u(t)]: `left` is F×q, `right` (F + G)×q. */
export interface ControlledMap {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly size: number;
}

/** How to predict. */
export interface PredictDmdcOptions extends ControlDelays {
  readonly stepsAhead?: number;
  /** Rows between two that start from the data. 1 (default): every prediction does; Infinity, or more than there are: a free run. */
  readonly reseed?: number;
  readonly compat?: ControlCompat;
}

/**
 * Predicts the states of trials from themselves and their inputs: row i of the embedding from row i − s of the data if
 * i mod reseed = 0, else from row i − s of the prediction, and the input at row i − s. The time points before the first
 * prediction are the data's.
 *
 * `compat: "v2"` predicts by one step whatever s was, and pairs row i with the input at *time* i where inputs have one
 * delay, that is (delays − 1)·interval too early, as the published package does.
 *
 * @returns trials × time × units, of the data's sizes.
 * @throws {RangeError} if trials do not correspond, are too short, or do not fit the map.
 *
 * @example
 * ```ts
 * import { predictDmdc } from "#lib/math/control/dmdc_prediction.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = { numTrials: 1, numTime: 3, numUnits: 1 };
 * const trials = {
 *   states: { data: Float64Array.of(1, 0, 0), ...shape },
 *   controls: { data: Float64Array.of(1, 1, 1), ...shape },
 * };
 * const map = { left: Float64Array.of(1), right: Float64Array.of(0.5, 10), size: 1 }; // x ← x/2 + 10u
 * assertEquals(predictDmdc(map, trials, { numDelays: 1, reseed: 9 }), Float64Array.of(1, 10.5, 15.25));
 * ```
 */
export function predictDmdc(
  map: ControlledMap,
  trials: ControlledTrials,
  options: PredictDmdcOptions,
): Float64Array {
  const { reseed = 1, compat = "corrected" } = options;
  const steps = compat === "v2" ? 1 : options.stepsAhead ?? 1;
  if (!(reseed === Infinity || Number.isInteger(reseed) && reseed >= 1)) {
    throw new RangeError(
      `dmdc: reseed is ${reseed}; it must be a positive integer, or Infinity for a free run`,
    );
  }
  const rows = alignedEmbedding(trials, options);
  const { numFeatures: f, numControlFeatures: g, start, states } = rows;
  requireFit(map, f, g);
  const early = compat === "v2" && (options.numControlDelays ?? 1) === 1 ? start : 0;
  const controls = early > 0 ? earlyControls(trials.controls, rows.rowsPerTrial) : rows.controls;
  const { numUnits } = trials.states;
  const out = trials.states.data.slice();
  const predicted = new Float64Array(Math.max(...rows.rowsPerTrial) * f);
  let first = 0, offset = 0;
  trialLengths(trials.states).forEach((length, trial) => {
    const count = rows.rowsPerTrial[trial];
    predicted.set(states.subarray(first * f, (first + Math.min(steps, count)) * f));
    for (let i = steps; i < count; i++) {
      const from = i % reseed === 0
        ? states.subarray((first + i - steps) * f, (first + i - steps + 1) * f)
        : predicted.subarray((i - steps) * f, (i - steps + 1) * f);
      const at = (first + i - steps) * g;
      apply(map, from, controls.subarray(at, at + g), predicted.subarray(i * f, (i + 1) * f));
      const newest = predicted.subarray(i * f, i * f + numUnits);
      out.set(newest, offset + (start + i) * numUnits);
    }
    first += count;
    offset += length * numUnits;
  });
  return out;
}

function requireFit({ left, right, size }: ControlledMap, f: number, g: number): void {
  if (left.length !== f * size || right.length !== (f + g) * size) {
    throw new RangeError(
      `dmdc: the model maps ${right.length / size} features of states and controls to ${
        left.length / size
      }, but these trials have ${f} of states and ${g} of controls; ` +
        "give the units and inputs that it was fitted to",
    );
  }
}

function apply(
  { left, right, size: q }: ControlledMap,
  h: Float64Array,
  u: Float64Array,
  out: Float64Array,
): void {
  const f = h.length, g = u.length;
  const seen = new Float64Array(q);
  for (let i = 0, at = 0; i < f; i++) for (let j = 0; j < q; j++, at++) seen[j] += right[at] * h[i];
  for (let i = 0, at = f * q; i < g; i++) {
    for (let j = 0; j < q; j++, at++) seen[j] += right[at] * u[i];
  }
  for (let i = 0, at = 0; i < f; i++) {
    let sum = 0;
    for (let j = 0; j < q; j++, at++) sum += left[at] * seen[j];
    out[i] = sum;
  }
}

/** The inputs from the start of each trial, as many rows as are embedded. */
function earlyControls(controls: TrialSet, rowsPerTrial: readonly number[]): Float64Array {
  const { numUnits: g } = controls;
  const out = new Float64Array(g * rowsPerTrial.reduce((sum, rows) => sum + rows, 0));
  let from = 0, to = 0;
  trialLengths(controls).forEach((length, trial) => {
    out.set(controls.data.subarray(from, from + rowsPerTrial[trial] * g), to);
    from += length * g;
    to += rowsPerTrial[trial] * g;
  });
  return out;
}
