// Trial by trial: for tasks that work on each trial alone and can take trials of unequal length.

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";

/** One trial: time × units, without padding. */
export interface TrialRows {
  readonly rows: Float64Array;
  readonly numTime: number;
  readonly numUnits: number;
  readonly trial: number;
}

/**
 * The trials of trajectories, as f64.
 *
 * @throws {RangeError} if there is no trial, time point or unit.
 */
export function trialsOf(value: Trajectories): TrialRows[] {
  const { states, lengths } = value;
  if (states.shape.includes(0)) {
    throw new RangeError(
      `trajectories (${
        describeShape(states.dims, states.shape)
      }) are empty; give at least one trial, time point and unit`,
    );
  }
  const [numTrials, longest, numUnits] = states.shape;
  const data = states.data instanceof Float64Array ? states.data : Float64Array.from(states.data);
  return Array.from({ length: numTrials }, (_, trial) => {
    const numTime = lengths?.[trial] ?? longest;
    const from = trial * longest * numUnits;
    return { rows: data.subarray(from, from + numTime * numUnits), numTime, numUnits, trial };
  });
}

/**
 * Trajectories like `model` made of other trials, padded where they differ in length. Labels of units stay if their
 * number does and `keepUnits` is not false, and so does the physical unit of the numbers unless `isScaled`; labels of
 * trials stay.
 */
export function fromTrials(
  model: Trajectories,
  trials: readonly Float64Array[],
  numUnits: number,
  { dt = model.dt, keepUnits = true, isScaled = !keepUnits }: {
    dt?: number;
    keepUnits?: boolean;
    isScaled?: boolean;
  } = {},
): Trajectories {
  const lengths = trials.map((rows) => rows.length / numUnits);
  const longest = Math.max(...lengths);
  const states = new Float64Array(trials.length * longest * numUnits).fill(NaN);
  trials.forEach((rows, trial) => states.set(rows, trial * longest * numUnits));
  const { unit, trial } = model.states.coords ?? {};
  const coords = {
    ...(keepUnits && unit?.length === numUnits ? { unit } : {}),
    ...(trial?.length === trials.length ? { trial } : {}),
  };
  const extra = {
    ...(!isScaled && model.states.units !== undefined ? { units: model.states.units } : {}),
    ...(Object.keys(coords).length === 0 ? {} : { coords }),
  };
  return {
    states: tensor(["trial", "time", "unit"], [trials.length, longest, numUnits], states, extra),
    ...(lengths.every((length) => length === longest) ? {} : { lengths }),
    dt,
    timeUnit: model.timeUnit,
  };
}

/** All rows of all trials, one after the other. */
export function allRows(trials: readonly TrialRows[]): Float64Array {
  const rows = new Float64Array(trials.reduce((sum, trial) => sum + trial.rows.length, 0));
  let at = 0;
  for (const trial of trials) {
    rows.set(trial.rows, at);
    at += trial.rows.length;
  }
  return rows;
}

/** Rows of all trials cut into trials again, each with its number of time points. */
export function cutRows(
  rows: Float64Array,
  trials: readonly TrialRows[],
  numUnits: number,
): Float64Array[] {
  let at = 0;
  return trials.map(({ numTime }) => rows.subarray(at, at += numTime * numUnits));
}

/** @throws {RangeError} if a number is not finite; says where, and what to do. */
export function requireFiniteTrials(value: Trajectories, trials: readonly TrialRows[]): void {
  for (const { rows, numUnits, trial } of trials) {
    const bad = rows.findIndex((x) => !Number.isFinite(x));
    if (bad < 0) continue;
    throw new RangeError(
      `trajectories (${describeShape(value.states.dims, value.states.shape)}) hold ${
        rows[bad]
      } in trial ${trial}, time ${Math.floor(bad / numUnits)}, unit ${
        bad % numUnits
      }; leave that trial out (import: missing: drop_trials)`,
    );
  }
}

/**
 * A duration in samples: given in samples, or in ms where the trajectories have ms.
 *
 * @throws {RangeError} if both or neither are given, or ms where there are none.
 */
export function inSamples(
  name: string,
  { samples, ms }: { samples: number | undefined; ms: number | undefined },
  { dt, timeUnit }: Trajectories,
): number {
  if ((samples === undefined) === (ms === undefined)) {
    throw new RangeError(`give ${name} (in samples) or ${name}_ms, one of them`);
  }
  if (ms === undefined) return samples!;
  if (timeUnit !== "ms") {
    throw new RangeError(
      `${name}_ms needs trajectories with a time step in ms, but theirs is ${dt} without a unit; give ${name} in samples (or dt_ms to import)`,
    );
  }
  return ms / dt;
}
