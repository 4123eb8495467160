// What the tasks on trajectories share: reading them as f64 with their lengths, and wrapping a result.

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import type { TrajectoryShape } from "#lib/models/motifs/shape.ts";

/**
 * States as a flat f64 array, trials × time × units, with the three lengths.
 *
 * @throws {RangeError} if trials differ in length; a task that can take those uses `trialSetOf`.
 */
export function statesOf(
  value: Trajectories,
): { readonly states: Float64Array; readonly shape: TrajectoryShape } {
  if (value.lengths !== undefined) {
    throw new RangeError(
      `this task takes trials of one length, but got trajectories with trials of ${
        Math.min(...value.lengths)
      } to ${
        Math.max(...value.lengths)
      } time points; cut them to the shortest (import: equal_length: true)`,
    );
  }
  const [numTrials, numTime, numUnits] = value.states.shape;
  const { data } = value.states;
  const states = data instanceof Float64Array ? data : Float64Array.from(data);
  return { states, shape: { numTrials, numTime, numUnits } };
}

/** Trials one after the other, of any lengths: what lies beyond the end of a trial is left out. */
export function trialSetOf(value: Trajectories): TrialSet {
  const [numTrials, numTime, numUnits] = value.states.shape;
  const data = value.states.data instanceof Float64Array
    ? value.states.data
    : Float64Array.from(value.states.data);
  const { lengths } = value;
  if (lengths === undefined) return { data, numTrials, numTime, numUnits };
  const kept = new Float64Array(numUnits * lengths.reduce((sum, length) => sum + length, 0));
  let to = 0;
  lengths.forEach((length, trial) => {
    const from = trial * numTime * numUnits;
    kept.set(data.subarray(from, from + length * numUnits), to);
    to += length * numUnits;
  });
  return { data: kept, numTrials, numTime: lengths, numUnits };
}

/**
 * Trajectories like `model` with other states; labels of units are kept if their number is, and the physical unit of the
 * numbers unless `isScaled`.
 */
export function withStates(
  model: Trajectories,
  states: Float64Array,
  shape: TrajectoryShape,
  { isScaled = false }: { readonly isScaled?: boolean } = {},
): Trajectories {
  const { numTrials, numTime, numUnits } = shape;
  const { coords, units } = model.states;
  const names = coords?.unit;
  const extra = {
    ...(isScaled || units === undefined ? {} : { units }),
    ...(names !== undefined && names.length === numUnits ? { coords: { unit: names } } : {}),
  };
  return {
    ...model,
    states: tensor(["trial", "time", "unit"], [numTrials, numTime, numUnits], states, extra),
  };
}

/** Small trajectories for the examples of tasks: `numTrials` slow spirals. */
export function exampleTrajectories(numTrials = 3, numTime = 30, numUnits = 3): Trajectories {
  const states = new Float64Array(numTrials * numTime * numUnits);
  for (let trial = 0, at = 0; trial < numTrials; trial++) {
    for (let t = 0; t < numTime; t++) {
      for (let unit = 0; unit < numUnits; unit++, at++) {
        states[at] = Math.exp(-0.02 * t) * Math.sin(0.3 * t + unit + 0.7 * trial) +
          0.1 * unit * trial;
      }
    }
  }
  return {
    states: tensor(["trial", "time", "unit"], [numTrials, numTime, numUnits], states),
    dt: 0.01,
    timeUnit: "1",
  };
}
