// Past and future windows of driven trials: the data matrices of subspace identification, one row per window position.
// A row is a run of consecutive samples, oldest first, so it is copied as one piece.

import { type ControlledTrials, requireCorresponding, trialLengths } from "./controlled_trials.ts";

/** Windows of all trials that are long enough. Window j of a trial ends its past with sample j + d − 1. */
export interface SubspaceWindows {
  /** Past inputs, then past outputs: rows × d(m + N). */
  readonly past: Float64Array;
  /** Future inputs: rows × dm. */
  readonly futureInputs: Float64Array;
  /** Future outputs: rows × dN. */
  readonly futureOutputs: Float64Array;
  /** Windows of each trial; 0 for one that is too short. */
  readonly rowsPerTrial: readonly number[];
  readonly numRows: number;
  readonly numUnits: number;
  readonly numInputs: number;
  readonly numDelays: number;
}

/**
 * The windows of `numDelays` past and as many future samples: T − 2d of a trial of T time points.
 *
 * @throws {RangeError} if trials do not correspond, an entry is not finite, or no trial has more than 2d time points.
 *
 * @example
 * ```ts
 * import { subspaceWindows } from "#lib/math/control/subspace_windows.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = { numTrials: 1, numTime: 4, numUnits: 1 };
 * const states = { data: Float64Array.of(1, 2, 3, 4), ...shape };
 * const controls = { data: Float64Array.of(5, 6, 7, 8), ...shape };
 * const { past, futureInputs } = subspaceWindows({ states, controls }, 1);
 * assertEquals([past, futureInputs], [Float64Array.of(5, 1, 6, 2), Float64Array.of(6, 7)]);
 * ```
 */
export function subspaceWindows(trials: ControlledTrials, numDelays: number): SubspaceWindows {
  requireCorresponding(trials);
  const d = numDelays;
  if (!Number.isInteger(d) || d < 1) {
    throw new RangeError(`subspace windows: ${d} delays; give a positive integer`);
  }
  const lengths = trialLengths(trials.states);
  const rowsPerTrial = lengths.map((length) => Math.max(0, length - 2 * d));
  const numRows = rowsPerTrial.reduce((sum, rows) => sum + rows, 0);
  if (numRows === 0) {
    throw new RangeError(
      `subspace windows: ${d} past and ${d} future samples need trials of more than ${
        2 * d
      } time points; ` +
        `the longest has ${Math.max(0, ...lengths)}, take fewer delays`,
    );
  }
  const { numUnits } = trials.states, numInputs = trials.controls.numUnits;
  const x = trials.states.data, u = trials.controls.data;
  const dn = d * numUnits, dm = d * numInputs;
  const past = new Float64Array(numRows * (dm + dn));
  const futureInputs = new Float64Array(numRows * dm);
  const futureOutputs = new Float64Array(numRows * dn);
  let row = 0, time = 0;
  rowsPerTrial.forEach((rows, trial) => {
    for (let j = 0; j < rows; j++, row++) {
      const [ofInputs, ofOutputs] = [(time + j) * numInputs, (time + j) * numUnits];
      past.set(u.subarray(ofInputs, ofInputs + dm), row * (dm + dn));
      past.set(x.subarray(ofOutputs, ofOutputs + dn), row * (dm + dn) + dm);
      futureInputs.set(u.subarray(ofInputs + dm, ofInputs + 2 * dm), row * dm);
      futureOutputs.set(x.subarray(ofOutputs + dn, ofOutputs + 2 * dn), row * dn);
    }
    time += lengths[trial];
  });
  return {
    past,
    futureInputs,
    futureOutputs,
    rowsPerTrial,
    numRows,
    numUnits,
    numInputs,
    numDelays: d,
  };
}
