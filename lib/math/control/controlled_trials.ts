// Trials of a driven system: states and the inputs that drove them, time point by time point, and their delay
// embeddings brought to one start. Leaves out the fits.

import {
  type DelayParams,
  embeddingShape,
  embedRows,
  type TrialSet,
} from "../dmd/delay_embedding.ts";
import { requireFinite } from "../linalg/require_shape.ts";

/** States (trials × time × units) and inputs (trials × time × inputs) of the same trials. */
export interface ControlledTrials {
  readonly states: TrialSet;
  readonly controls: TrialSet;
}

/** How far states and inputs look back; both with one interval. */
export interface ControlDelays extends DelayParams {
  /** Samples of the input per row. Default 1: the present one. */
  readonly numControlDelays?: number;
}

/** Embedded states h and inputs u whose row i belongs to time `start` + i of its trial. */
export interface AlignedEmbedding {
  /** rows × F. */
  readonly states: Float64Array;
  /** rows × G. */
  readonly controls: Float64Array;
  readonly rowsPerTrial: readonly number[];
  readonly numRows: number;
  /** F = numDelays · units. */
  readonly numFeatures: number;
  /** G = numControlDelays · inputs. */
  readonly numControlFeatures: number;
  /** Time of the first row of every trial. */
  readonly start: number;
}

/**
 * Embeds states and inputs (newest sample first, as `delayEmbedding`), both cropped to the later of their starts, so
 * that a row of one and the same row of the other end at the same time.
 *
 * @throws {RangeError} if trials do not correspond, are too short for the delays, or an entry is not finite.
 *
 * @example
 * ```ts
 * import { alignedEmbedding } from "#lib/math/control/controlled_trials.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = { numTrials: 1, numTime: 3, numUnits: 1 };
 * const states = { data: Float64Array.of(1, 2, 3), ...shape };
 * const controls = { data: Float64Array.of(7, 8, 9), ...shape };
 * const found = alignedEmbedding({ states, controls }, { numDelays: 1, numControlDelays: 2 });
 * assertEquals([found.states, found.controls], [Float64Array.of(2, 3), Float64Array.of(8, 7, 9, 8)]);
 * ```
 */
export function alignedEmbedding(
  trials: ControlledTrials,
  { numDelays, numControlDelays = 1, delayInterval = 1 }: ControlDelays,
): AlignedEmbedding {
  requireCorresponding(trials);
  const ofStates = { numDelays, delayInterval };
  const ofControls = { numDelays: numControlDelays, delayInterval };
  const h = embeddingShape(trials.states, ofStates);
  const u = embeddingShape(trials.controls, ofControls);
  const start = (Math.max(numDelays, numControlDelays) - 1) * delayInterval;
  const rowsPerTrial = h.rowsPerTrial.map((rows, trial) => Math.min(rows, u.rowsPerTrial[trial]));
  const numRows = rowsPerTrial.reduce((sum, rows) => sum + rows, 0);
  const states = new Float64Array(numRows * h.numFeatures);
  const controls = new Float64Array(numRows * u.numFeatures);
  const firstState = start - (numDelays - 1) * delayInterval;
  const firstControl = start - (numControlDelays - 1) * delayInterval;
  let row = 0;
  rowsPerTrial.forEach((rows, trial) => {
    const to = [row * h.numFeatures, row * u.numFeatures];
    embedRows(trials.states, ofStates, h.offsets[trial], rows, states, to[0], firstState);
    embedRows(trials.controls, ofControls, u.offsets[trial], rows, controls, to[1], firstControl);
    row += rows;
  });
  return {
    states,
    controls,
    rowsPerTrial,
    numRows,
    numFeatures: h.numFeatures,
    numControlFeatures: u.numFeatures,
    start,
  };
}

/**
 * Time points of each trial.
 *
 * @example
 * ```ts
 * import { trialLengths } from "#lib/math/control/controlled_trials.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(trialLengths({ data: new Float64Array(6), numTrials: 2, numTime: 3, numUnits: 1 }), [3, 3]);
 * ```
 */
export function trialLengths({ numTime, numTrials }: TrialSet): readonly number[] {
  return typeof numTime === "number" ? new Array<number>(numTrials).fill(numTime) : numTime;
}

/**
 * Refuses states and inputs that are not of the same trials and times, lack units or inputs, or hold anything but
 * finite numbers.
 *
 * @throws {RangeError} that names both.
 *
 * @example
 * ```ts
 * import { requireCorresponding } from "#lib/math/control/controlled_trials.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const trials = (numTime: number) => ({ data: new Float64Array(numTime), numTrials: 1, numTime, numUnits: 1 });
 * assertThrows(() => requireCorresponding({ states: trials(5), controls: trials(4) }), RangeError, "trial 0");
 * ```
 */
export function requireCorresponding({ states, controls }: ControlledTrials): void {
  for (const [name, { numUnits }] of [["states", states], ["controls", controls]] as const) {
    if (!(numUnits >= 1)) {
      throw new RangeError(
        `controlled trials: the ${name} have ${numUnits} columns; ` +
          (name === "states"
            ? "give at least one unit"
            : "give at least one input, or fit without"),
      );
    }
  }
  if (states.numTrials !== controls.numTrials) {
    throw new RangeError(
      `controlled trials: ${states.numTrials} trials of states, but ${controls.numTrials} of controls; each trial needs its own`,
    );
  }
  const of = [trialLengths(states), trialLengths(controls)];
  const trial = of[0].findIndex((length, k) => length !== of[1][k]);
  if (trial >= 0) {
    throw new RangeError(
      `controlled trials: trial ${trial} has ${of[0][trial]} time points of states, but ${
        of[1][trial]
      } of controls; give one input for each time point`,
    );
  }
  requireFinite("controlled trials", "the states", states.data);
  requireFinite("controlled trials", "the controls", controls.data);
}
