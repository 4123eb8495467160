// Rows for training a readout: every sample of every trial is one row of states with what is to be read from it. Trials
// are held out whole, for neighbouring samples of one trial are nearly the same.

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import type { Item } from "#lib/core/task.ts";
import { describeShape } from "#lib/core/tensor.ts";

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
 * @throws {RangeError} if trials or times do not agree.
 */
export function targetRows(
  states: Trajectories,
  targets: Trajectories,
  options: RowOptions & { readonly stepsAhead: number },
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
  const names = [...new Set(classes)].map(String).sort();
  if (classes.includes(undefined as never) || names.length < 2) {
    const has = Object.keys(items[0]?.coords ?? {}).join(", ") || "none";
    throw new RangeError(
      `train_tfjs got states with ${names.length} values of the coordinate '${label}'; ` +
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
