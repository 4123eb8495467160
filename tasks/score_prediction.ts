// Scores predicted trajectories against the true ones: errors, MASE, NMSE, R², correlation, AIC. Once with all samples, as the
// reference does, and once without those that a prediction by delays merely copies, which flatter every score.
// Hyndman & Koehler 2006 (MASE); Akaike 1974.

import { z } from "zod";
import { type Operator, operator } from "#lib/core/artifacts/operator.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { defineTask, one, optional } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { nonNormality, spectralRadius, transientGrowth } from "#lib/math/dmd/operator_facts.ts";
import { numCopied } from "#lib/math/dmd/predict.ts";
import { predictionStatistics, type ScoreOptions } from "#lib/math/dmd/prediction_statistics.ts";
import { exampleFit, finiteTrials, matrixOf, numberCell, operatorCells } from "./_delay_model.ts";
import { lengthsOf } from "./_delays.ts";
import { trialSetOf } from "./_states.ts";

const params = z.strictObject({
  rank: z.int().min(0).optional().describe(
    "components that the AIC counts, as rank² + 1 parameters; default: those of the operator, if one is bound",
  ),
  num_skipped: z.int().min(0).optional().describe(
    "samples at the start of each trial that the rows `predicted` leave out; default: those that the operator copies",
  ),
});

const about = {
  scored: { description: "all samples, or those that were predicted" },
  mae: { description: "mean absolute error" },
  mse: { description: "mean squared error" },
  mase: { description: "mae over that of persistence within trials" },
  nmse: { description: "mse over the variance of all entries" },
  r2: { description: "explained variance by unit, averaged over units that vary" },
  correlation: { description: "Pearson correlation by unit, averaged over units that vary" },
  aic: { description: "ln(SSE/n) + 2(rank² + 1)/n" },
  aic_total: { description: "n ln(SSE/n) + 2(rank² + 1)" },
  log_mse: { description: "ln(SSE/n)" },
  num_entries: { description: "n, scored samples times units" },
  persistence_lag: { description: "samples that persistence looks back" },
  non_normality: { description: "‖AᵀA − AAᵀ‖" },
  transient_growth: { description: "largest singular value of A" },
  spectral_radius: { description: "largest modulus of an eigenvalue of A" },
};

export default defineTask({
  name: "score_prediction",
  summary: "Scores predicted trajectories against the true ones, with and without copied samples.",
  version: 1,
  numerics: "f64",
  params,
  inputs: {
    truth: one(trajectories),
    prediction: one(trajectories),
    operator: optional(operator),
  },
  outputs: { scores: table, trials: table },
  examples: [
    { params: {}, inputs: example },
    {
      params: { rank: 3 },
      inputs: () => ({ truth: example().truth, prediction: example().truth }),
    },
  ],
  run(_context, params, inputs) {
    const { states } = inputs.truth;
    const other = inputs.prediction.states;
    const truth = finiteTrials("score_prediction", "truth", inputs.truth);
    const prediction = trialSetOf(inputs.prediction);
    if (String(states.shape) !== String(other.shape) || !sameLengths(truth, prediction)) {
      throw new RangeError(
        `score_prediction got truth (${describeShape(states.dims, states.shape)}) and prediction (${
          describeShape(other.dims, other.shape)
        }), whose trials have other lengths or units; predict from the same trajectories`,
      );
    }
    const ways = scorings(params, inputs.operator);
    const ids = inputs.operator === undefined ? {} : operatorCells(inputs.operator);
    const facts = inputs.operator === undefined ? {} : operatorFacts(inputs.operator);
    const scores = ways.map(([scored, options]) => ({
      scored,
      ...scoreCells(truth, prediction.data, options),
      ...facts,
      ...ids,
    }));
    const trials = ways.flatMap(([scored, options]) =>
      eachTrial(truth, prediction.data).flatMap(({ trial, truth, prediction }) =>
        truth.numTime as number <= options.numSkipped
          ? []
          : [{ scored, trial, ...scoreCells(truth, prediction, options), ...ids }]
      )
    );
    return { scores: tableOf(scores, about), trials: tableOf(trials, about) };
  },
});

type Scoring = Required<Omit<ScoreOptions, "rank">> & { readonly rank: number | undefined };

/** The rows of a table: all samples with persistence of one sample, and what was predicted with persistence as far ahead. */
function scorings(
  { rank, num_skipped }: z.output<typeof params>,
  operator: Operator | undefined,
): [string, Scoring][] {
  const about = operator?.about ?? {};
  const number = (name: string) => typeof about[name] === "number" ? about[name] as number : 1;
  const stepsAhead = number("steps_ahead");
  const copied = operator === undefined ? undefined : numCopied({
    numDelays: number("n_delays"),
    delayInterval: number("delay_interval"),
    stepsAhead,
  });
  const counted = rank ?? (operator === undefined ? undefined : operatorCells(operator).rank);
  const all: Scoring = {
    rank: typeof counted === "number" ? counted : undefined,
    numSkipped: 0,
    persistenceLag: 1,
  };
  const skipped = num_skipped ?? copied;
  return skipped === undefined
    ? [["all", all]]
    : [["all", all], ["predicted", { ...all, numSkipped: skipped, persistenceLag: stepsAhead }]];
}

function scoreCells(
  truth: TrialSet,
  prediction: Float64Array,
  { rank, numSkipped, persistenceLag }: Scoring,
): Record<string, Cell> {
  const found = predictionStatistics(truth, prediction, {
    rank: rank ?? 0,
    numSkipped,
    persistenceLag,
  });
  return {
    mae: found.mae,
    mse: found.mse,
    mase: numberCell(found.mase),
    nmse: found.nmse,
    r2: numberCell(found.r2),
    correlation: numberCell(found.correlation),
    aic: rank === undefined ? null : found.aic,
    aic_total: rank === undefined ? null : found.aicTotal,
    log_mse: found.logMse,
    num_entries: found.numEntries,
    num_constant_units: found.numConstantUnits,
    num_skipped: numSkipped,
    persistence_lag: persistenceLag,
  };
}

function operatorFacts(operator: Operator): Record<string, Cell> {
  const matrix = matrixOf(operator);
  const [n] = operator.matrix.shape;
  return {
    non_normality: nonNormality(matrix, n),
    transient_growth: transientGrowth(matrix, n),
    spectral_radius: spectralRadius(matrix, n),
  };
}

function eachTrial(truth: TrialSet, prediction: Float64Array) {
  const { data, numUnits } = truth;
  let from = 0;
  return lengthsOf(truth).map((numTime, trial) => {
    const to = from + numTime * numUnits;
    const own = {
      trial,
      truth: { data: data.subarray(from, to), numTrials: 1, numTime, numUnits } as TrialSet,
      prediction: prediction.subarray(from, to),
    };
    from = to;
    return own;
  });
}

function sameLengths(a: TrialSet, b: TrialSet): boolean {
  return String(lengthsOf(a)) === String(lengthsOf(b));
}

function example() {
  const { operator, trajectories: truth } = exampleFit();
  const states = truth.states.data.map((value, i) => value + 0.01 * (i % 7)) as Float64Array;
  const prediction = {
    ...truth,
    states: tensor(truth.states.dims, truth.states.shape, states),
  };
  return { truth, prediction, operator };
}
