// Splits trajectories into a part to fit and a part to test on: whole trials, or the beginnings and ends of trials; by a
// fraction, or into folds of which each is the test once. Nothing is shuffled: neighbouring trials may depend on each other.

import { z } from "zod";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { exampleTrajectories } from "./_states.ts";

const params = z.strictObject({
  by: z.enum(["auto", "trials", "time"]).default("auto").describe(
    "what is divided; auto: trials where there are several, else time",
  ),
  fraction: z.number().gt(0).lt(1).optional().describe(
    "share that is trained on, rounded down: the first trials, or the beginning of each; 0.8 unless there are folds",
  ),
  folds: z.int().min(2).optional().describe("instead of fraction: parts of nearly equal size"),
  fold: z.int().min(0).default(0).describe(
    "which of the folds is `test`, from 0; the others are `train`",
  ),
  compat: z.enum(["v2", "corrected"]).default("corrected").describe(
    "v2: a single trial is split the other way round, its beginning into `test`",
  ),
}).superRefine(({ fraction, folds, fold }, context) => {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (fraction !== undefined && folds !== undefined) {
    refuse("folds", "give either fraction or folds");
  }
  if (fold >= (folds ?? 1)) {
    refuse("fold", folds === undefined ? "fold belongs to folds" : `folds are 0 to ${folds - 1}`);
  }
});

export default defineTask({
  name: "split",
  summary: "Splits trajectories into a part to fit and a part to test on.",
  version: 1,
  numerics: "exact",
  params,
  inputs: { trajectories: one(trajectories) },
  outputs: { train: trajectories, test: trajectories },
  examples: [
    { params: {}, inputs: () => ({ trajectories: exampleTrajectories(5, 4, 2) }) },
    {
      params: { by: "time", folds: 3, fold: 1 },
      inputs: () => ({ trajectories: exampleTrajectories(2, 7, 2) }),
    },
  ],
  run(_context, params, { trajectories }) {
    const { numTrials, lengths } = sizesOf(trajectories);
    const by = params.by === "auto" ? (numTrials > 1 ? "trials" : "time") : params.by;
    const tested = by === "trials"
      ? testedTrials(lengths, divided(numTrials, params))
      : lengths.map((length) => divided(length, params));
    refuseEmpty(trajectories, by, tested);
    const inside = tested.flatMap((span, trial) => piecesIn(trial, span));
    const outside = lengths.flatMap((length, trial) => piecesAround(trial, length, tested[trial]));
    const isSwapped = params.compat === "v2" && numTrials === 1 && params.folds === undefined;
    const [train, test] = isSwapped ? [inside, outside] : [outside, inside];
    return { train: piecesOf(trajectories, train), test: piecesOf(trajectories, test) };
  },
});

/** First and one past the last that is tested on. */
type Span = readonly [from: number, to: number];

interface Piece {
  readonly trial: number;
  readonly from: number;
  readonly to: number;
}

/** What is tested on among `length` things. */
function divided(length: number, { fraction, folds, fold }: z.output<typeof params>): Span {
  if (folds !== undefined) {
    return [Math.floor(fold * length / folds), Math.floor((fold + 1) * length / folds)];
  }
  // 0.29 · 100 is 28.999999999999996 in binary: no sample is lost to that.
  return [Math.floor((fraction ?? 0.8) * length + 1e-9), length];
}

function testedTrials(lengths: readonly number[], [from, to]: Span): Span[] {
  return lengths.map((length, trial) => [0, trial >= from && trial < to ? length : 0]);
}

function piecesIn(trial: number, [from, to]: Span): Piece[] {
  return from < to ? [{ trial, from, to }] : [];
}

/** What lies before and after the test is not one stretch of time, so it makes two trials. */
function piecesAround(trial: number, length: number, [from, to]: Span): Piece[] {
  if (from >= to) return [{ trial, from: 0, to: length }];
  return [{ trial, from: 0, to: from }, { trial, from: to, to: length }]
    .filter(({ from, to }) => from < to);
}

function refuseEmpty(value: Trajectories, by: string, tested: readonly Span[]): void {
  const { lengths } = sizesOf(value);
  const numTested = tested.reduce((sum, [from, to]) => sum + to - from, 0);
  if (numTested > 0 && numTested < lengths.reduce((a, b) => a + b)) return;
  const { dims, shape } = value.states;
  throw new RangeError(
    `split by ${by} got trajectories (${describeShape(dims, shape)}) of which ` +
      `${numTested === 0 ? "nothing" : "everything"} would be tested on; ` +
      `change the fraction or folds, or split by ${by === "trials" ? "time" : "trials"}`,
  );
}

function sizesOf({ states, lengths }: Trajectories) {
  const [numTrials, numTime] = states.shape;
  return { numTrials, lengths: lengths ?? new Array<number>(numTrials).fill(numTime) };
}

/** Pieces of trials as trajectories, in the numbers they had. */
function piecesOf(value: Trajectories, pieces: readonly Piece[]): Trajectories {
  const { states, lengths: _lengths, ...rest } = value;
  const [, numTime, numUnits] = states.shape;
  const lengths = pieces.map(({ from, to }) => to - from);
  const longest = Math.max(...lengths);
  const isRagged = lengths.some((length) => length !== longest);
  const size = pieces.length * longest * numUnits;
  const data = states.data instanceof Float32Array
    ? new Float32Array(size)
    : new Float64Array(size);
  if (isRagged) data.fill(NaN);
  pieces.forEach(({ trial, from, to }, i) => {
    const start = trial * numTime;
    data.set(
      states.data.subarray((start + from) * numUnits, (start + to) * numUnits),
      i * longest * numUnits,
    );
  });
  const names = states.coords?.trial;
  const { time: _time, ...others } = states.coords ?? {};
  const coords = {
    ...others,
    ...(names === undefined ? {} : { trial: pieces.map(({ trial }) => names[trial]) }),
  };
  return {
    ...rest,
    states: tensor(states.dims, [pieces.length, longest, numUnits], data, {
      ...(states.units === undefined ? {} : { units: states.units }),
      ...(Object.keys(coords).length === 0 ? {} : { coords }),
    }),
    ...(isRagged ? { lengths } : {}),
  };
}
