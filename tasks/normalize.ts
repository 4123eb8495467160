// Brings trajectories to a common scale: per trial into [0, 1] with the aspect ratio kept, per trial and unit to mean 0
// and variance 1, or each unit over all rows of all trials.

import { z } from "zod";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { scaleColumns } from "#lib/math/preprocessing/scale_columns.ts";
import { minMaxNormalize, zScoreUnits } from "#lib/models/motifs/normalize.ts";
import { inTermsOf } from "./_delays.ts";
import {
  allRows,
  cutRows,
  fromTrials,
  requireFiniteTrials,
  type TrialRows,
  trialsOf,
} from "./_each_trial.ts";
import { exampleTrajectories, statesOf, withStates } from "./_states.ts";

const params = z.strictObject({
  method: z.enum(["min_max", "z_score", "z_score_rows", "centre_rows", "centre"])
    .default("min_max")
    .describe(
      "min_max: each trial into [0, 1] by one minimum and maximum; z_score: each unit of each trial over time; z_score_rows: each unit over all rows of all trials; centre_rows: its mean over all rows taken off; centre: its mean in each trial taken off",
    ),
  epsilon: z.number().min(0).default(0).describe(
    "added to the range of min_max (1e-6 in the published notebooks)",
  ),
});

export default defineTask({
  name: "normalize",
  summary: "Brings trajectories to a common scale.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { trajectories: one(trajectories) },
  outputs: { trajectories },
  examples: [
    { params: {}, inputs: () => ({ trajectories: exampleTrajectories() }) },
    { params: { method: "z_score" }, inputs: () => ({ trajectories: exampleTrajectories() }) },
    { params: { method: "z_score_rows" }, inputs: () => ({ trajectories: exampleTrajectories() }) },
  ],
  run(_context, params, inputs) {
    const value = inputs.trajectories;
    const isByTrial = params.method === "min_max" || params.method === "z_score";
    if (isByTrial && value.lengths === undefined) {
      return { trajectories: inTermsOf("normalize", value, () => scaled(value, params)) };
    }
    const trials = trialsOf(value);
    requireFiniteTrials(value, trials);
    const numUnits = value.states.shape[2];
    const done = isByTrial
      ? inTermsOf("normalize", value, () => trials.map((trial) => oneTrial(trial, params)))
      : params.method === "centre"
      ? trials.map(({ rows, numTime }) => scaleColumns(rows, numTime, numUnits))
      : overRows(trials, numUnits, params.method === "z_score_rows");
    const isScaled = isByTrial || params.method === "z_score_rows";
    return { trajectories: fromTrials(value, done, numUnits, { isScaled }) };
  },
});

type Params = z.output<typeof params>;

function scaled(value: Trajectories, { method, epsilon }: Params): Trajectories {
  const { states, shape } = statesOf(value);
  const scaled = method === "min_max"
    ? minMaxNormalize(states, shape, { epsilon })
    : zScoreUnits(states, shape);
  const bad = scaled.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const length = shape.numTime * shape.numUnits;
    const trial = Math.floor(bad / length);
    const isFinite = states.subarray(trial * length, (trial + 1) * length).every(Number.isFinite);
    throw new RangeError(
      isFinite
        ? `trial ${trial} never moves, so ${method} has no range to divide by; give an epsilon above 0`
        : `trial ${trial} holds numbers that are not finite; remove or mask that trial`,
    );
  }
  return withStates(value, scaled, shape, { isScaled: true });
}

function oneTrial({ rows, numTime, numUnits, trial }: TrialRows, params: Params): Float64Array {
  const shape = { numTrials: 1, numTime, numUnits };
  if (params.method === "z_score") return zScoreUnits(rows, shape);
  const scaled = minMaxNormalize(rows, shape, { epsilon: params.epsilon });
  if (scaled.every(Number.isFinite)) return scaled;
  throw new RangeError(
    `trial ${trial} never moves, so min_max has no range to divide by; give an epsilon above 0`,
  );
}

function overRows(trials: readonly TrialRows[], numUnits: number, scale: boolean): Float64Array[] {
  const rows = allRows(trials);
  return cutRows(scaleColumns(rows, rows.length / numUnits, numUnits, { scale }), trials, numUnits);
}
