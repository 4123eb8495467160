// Rows for training a readout: every sample of every trial is one row of states with what is to be read from it. Trials
// are held out whole, for neighbouring samples of one trial are nearly the same.

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import type { Item } from "#lib/core/task.ts";
import { describeShape, type Tensor } from "#lib/core/tensor.ts";

/** States and targets, row by row, and which rows are for what. */
export interface ReadoutRows {
  readonly numRows: number;
  readonly numUnits: number;
  readonly numTargets: number;
  /** numRows × numUnits. */
  readonly states: Float32Array;
  /** numRows × numTargets. */
  readonly targets: Float32Array;
  readonly trained: Int32Array;
  readonly heldOut: Int32Array;
  /** Names of the targets, if they have any: classes, or the units of the targets. */
  readonly names?: readonly (string | number)[];
  /** First row of each item, and the number of rows at the end. */
  readonly starts: readonly number[];
}

/** What decides about the rows. */
export interface RowOptions {
  readonly heldOut: number;
  readonly seed: number;
}

/**
 * Rows of states and of targets with the same trials and times; targets lie `stepsAhead` samples later.
 *
 * @throws {RangeError} if trials, times or time steps do not agree, there is nothing to train on, a number is none in
 *   f32, or targets that are to be probabilities are not.
 */
export function targetRows(
  states: Trajectories,
  targets: Trajectories,
  options: RowOptions & { readonly stepsAhead: number; readonly probabilities: boolean },
): ReadoutRows {
  const [numTrials, numTime, numUnits] = states.states.shape;
  const [trials, time, numTargets] = targets.states.shape;
  const { stepsAhead } = options;
  if (trials !== numTrials || time !== numTime || stepsAhead >= numTime) {
    throw new RangeError(
      `train_tfjs got states (${
        describeShape(states.states.dims, states.states.shape)
      }) and targets ` +
        `(${
          describeShape(targets.states.dims, targets.states.shape)
        }) for steps_ahead ${stepsAhead}; ` +
        "trials and time must be the same, and time longer than steps_ahead",
    );
  }
  if (states.dt !== targets.dt || states.timeUnit !== targets.timeUnit) {
    const [a, b] = [states, targets].map(({ dt, timeUnit }) => timeUnit === "ms" ? `${dt} ms` : dt);
    throw new RangeError(
      `train_tfjs got states every ${a} and targets every ${b}; their samples must be of the same times`,
    );
  }
  requireNumbers("states", states.states);
  requireNumbers("targets", targets.states);
  if (options.probabilities) requireProbabilities(targets.states);
  const used = numTime - stepsAhead;
  const cut = (data: ArrayLike<number>, width: number, from: number): Float32Array => {
    const rows = new Float32Array(numTrials * used * width);
    for (let trial = 0, at = 0; trial < numTrials; trial++) {
      const start = (trial * numTime + from) * width;
      for (let i = 0; i < used * width; i++) rows[at++] = data[start + i];
    }
    return rows;
  };
  const names = targets.states.coords?.unit;
  return {
    numRows: numTrials * used,
    numUnits,
    numTargets,
    states: cut(states.states.data, numUnits, 0),
    targets: cut(targets.states.data, numTargets, stepsAhead),
    ...splitTrials([{ numTrials, numTime: used }], options),
    ...(names === undefined ? {} : { names }),
    starts: [0, numTrials * used],
  };
}

/**
 * Rows of several states, each row with the class that a coordinate of its states names (one of as many targets).
 *
 * @throws {RangeError} if there are fewer than two classes, if units differ in number, or if a coordinate is missing.
 */
export function labelRows(
  items: readonly Item<Trajectories>[],
  label: string,
  options: RowOptions,
): ReadoutRows {
  const classes = items.map(({ coords }) => coords[label]);
  const names = [...new Set(classes.filter((each) => each !== undefined).map(String))].sort();
  if (classes.includes(undefined as never) || names.length < 2) {
    const has = Object.keys(items[0]?.coords ?? {}).join(", ") || "none";
    throw new RangeError(
      `train_tfjs got states with ${
        names.length === 1 ? "1 value" : `${names.length} values`
      } of the coordinate '${label}'; ` +
        `gather at least two over that axis (axes here: ${has})`,
    );
  }
  const shapes = items.map(({ value }) => value.states.shape);
  const numUnits = shapes[0][2];
  if (shapes.some(([, , units]) => units !== numUnits)) {
    throw new RangeError(
      `train_tfjs got states with ${shapes.map(([, , units]) => units).join(", ")} units; ` +
        "all must have the same number",
    );
  }
  for (const { value } of items) requireNumbers("states", value.states);
  const starts = [0];
  for (const [trials, time] of shapes) starts.push(starts[starts.length - 1] + trials * time);
  const numRows = starts[items.length];
  const states = new Float32Array(numRows * numUnits);
  const targets = new Float32Array(numRows * names.length);
  items.forEach(({ value }, i) => {
    states.set(value.states.data, starts[i] * numUnits);
    const target = names.indexOf(String(classes[i]));
    for (let row = starts[i]; row < starts[i + 1]; row++) targets[row * names.length + target] = 1;
  });
  const blocks = shapes.map(([numTrials, numTime]) => ({ numTrials, numTime }));
  return {
    numRows,
    numUnits,
    numTargets: names.length,
    states,
    targets,
    ...splitTrials(blocks, options),
    names,
    starts,
  };
}

/** Rows that are looked at together: f32 counts so many well, and any device takes them. */
export const rowsAtOnce = 16384;

/** Rows, so many at a time. */
export function blocksOf(rows: Int32Array): Int32Array[] {
  const num = Math.ceil(rows.length / rowsAtOnce);
  return Array.from({ length: num }, (_, i) => rows.subarray(i * rowsAtOnce, (i + 1) * rowsAtOnce));
}

/** Squared distances of targets from their means, over some rows. */
export function squaresOf({ targets, numTargets }: ReadoutRows, chosen: Int32Array): number {
  let squares = 0;
  for (let k = 0; k < numTargets; k++) {
    // From the first value on: nothing is left of a constant.
    const first = targets[chosen[0] * numTargets + k];
    let sum = 0;
    let own = 0;
    for (const row of chosen) {
      const value = targets[row * numTargets + k] - first;
      sum += value;
      own += value * value;
    }
    squares += own - sum * sum / chosen.length;
  }
  return squares;
}

/** Refuses what cannot be trained on: nothing at all, and what is no number in f32. */
function requireNumbers(name: string, { dims, shape, data }: Tensor): void {
  if (shape.includes(0)) {
    throw new RangeError(
      `train_tfjs got ${name} of ${describeShape(dims, shape)}; it needs at least one of each`,
    );
  }
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(Math.fround(data[i] as number))) continue;
    throw new RangeError(
      `train_tfjs got ${name} with ${data[i]} at ${placeOf(i, shape)}; it computes in f32, ` +
        "which takes finite numbers up to 3.4e38",
    );
  }
}

/** Probabilities of two classes or more, in each row. */
function requireProbabilities({ shape, data }: Tensor): void {
  const numClasses = shape[2];
  if (numClasses < 2) {
    throw new RangeError(
      `train_tfjs got targets of ${numClasses} unit for cross_entropy; it tells two classes or more`,
    );
  }
  for (let row = 0; row < data.length; row += numClasses) {
    let sum = 0;
    let lowest = 0;
    for (let k = 0; k < numClasses; k++) {
      sum += data[row + k] as number;
      lowest = Math.min(lowest, data[row + k] as number);
    }
    if (lowest === 0 && Math.abs(sum - 1) < 1e-3) continue;
    const found = lowest < 0 ? `${lowest}` : `a sum of ${sum}`;
    throw new RangeError(
      `train_tfjs got targets with ${found} at ${placeOf(row, shape)}; cross_entropy takes ` +
        "probabilities: from 0 to 1, and 1 together. Use `loss: mse` for other numbers",
    );
  }
}

function placeOf(index: number, [, numTime, numUnits]: readonly number[]): string {
  const sample = Math.floor(index / numUnits);
  return `trial ${Math.floor(sample / numTime)}, time ${sample % numTime}, unit ${
    index % numUnits
  }`;
}

/** Rows of the trials that are trained on, and of those that are held out: the same share of every item. */
function splitTrials(
  blocks: readonly { readonly numTrials: number; readonly numTime: number }[],
  { heldOut: share, seed }: RowOptions,
): Pick<ReadoutRows, "trained" | "heldOut"> {
  const random = randomStream(seed, "train_tfjs/held_out");
  const trained: number[] = [];
  const heldOut: number[] = [];
  let start = 0;
  blocks.forEach(({ numTrials, numTime }, block) => {
    const numHeldOut = Math.min(Math.round(share * numTrials), numTrials - 1);
    const chosen = new Set(random.permutation(numTrials, block).subarray(0, numHeldOut));
    for (let trial = 0; trial < numTrials; trial++) {
      const rows = chosen.has(trial) ? heldOut : trained;
      for (let t = 0; t < numTime; t++) rows.push(start + trial * numTime + t);
    }
    start += numTrials * numTime;
  });
  return { trained: Int32Array.from(trained), heldOut: Int32Array.from(heldOut) };
}
