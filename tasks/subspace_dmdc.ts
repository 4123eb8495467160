// Fits a linear state-space model with inputs and noise to driven trials: subspace DMD with control, the model of InputDSA.
// Source: Van Overschee & De Moor 1994 (N4SID). The basis of the states is arbitrary: `eigenvalues` and
// `markov_parameters` (C B, C A B, C A² B, …) are not.

import { z } from "zod";
import { controlledOperator } from "#lib/core/artifacts/controlled_operator.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { defineTask } from "#lib/core/task.ts";
import { type Tensor, tensor } from "#lib/core/tensor.ts";
import type { ControlledTrials } from "#lib/math/control/controlled_trials.ts";
import { trialLengths } from "#lib/math/control/controlled_trials.ts";
import { markovParameters } from "#lib/math/control/markov_parameters.ts";
import { fitSubspaceDmdc, type SubspaceFit } from "#lib/math/control/subspace_dmdc.ts";
import { multiply, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { checkDelays, numDelaysOf } from "./_delays.ts";
import {
  checkRank,
  drivenPorts,
  drivenTrialsOf,
  exampleDriven,
  inputWarnings,
  inTermsOfBoth,
  rankChoice,
} from "./_driven.ts";
import { spectrumOf } from "./_driven_spectrum.ts";

const params = z.strictObject({
  n_delays: z.int().min(1).optional()
    .describe("samples of the past, and of the future, in a window"),
  span_ms: z.number().min(0).optional().describe("instead of n_delays: (n_delays − 1) · dt_ms"),
  rank: z.int().min(1).optional().describe("states of the model; default: 99.9 % of the variance"),
  rank_thresh: z.number().positive().optional()
    .describe("instead of rank: keep singular values of the projection above this"),
  rank_explained_variance: z.number().gt(0).max(1).optional()
    .describe("instead of rank: keep the fewest states that explain this share; default 0.999"),
  backend: z.enum(["n4sid", "custom"]).default("n4sid").describe(
    "n4sid: oblique projection, exact without noise; custom: the published package's own, biased towards what future inputs do not explain",
  ),
  ridge: z.number().min(0).default(1e-8).describe("λ of the regressions"),
  num_markov: z.int().min(1).default(10).describe("Markov parameters to give"),
}).superRefine((value, context) => {
  checkRank(value, "rank", context);
  checkDelays({ ...value, delay_interval: 1 }, context);
});

export default defineTask({
  name: "subspace_dmdc",
  summary: "Fits a state-space model with inputs and noise to driven trajectories.",
  version: 1,
  numerics: "f64",
  params,
  inputs: drivenPorts,
  outputs: { operator: controlledOperator, spectrum: table },
  examples: [
    { params: { n_delays: 3, rank: 2 }, inputs: () => ({ ...exampleDriven() }) },
    {
      params: { n_delays: 2, backend: "custom" },
      inputs: () => ({ ...exampleDriven() }),
    },
  ],
  run(_context, params, inputs) {
    const trials = drivenTrialsOf("subspace_dmdc", inputs);
    const numDelays = numDelaysOf({ ...params, delay_interval: 1 }, inputs.trajectories);
    const choice = rankChoice(params, "rank");
    const fit = inTermsOfBoth("subspace_dmdc", inputs, () =>
      fitSubspaceDmdc(trials, {
        numDelays,
        ...(Object.keys(choice).length === 0 ? {} : { order: choice }),
        backend: params.backend,
        ridge: params.ridge,
      }));
    const { eigenvalues, spectrum, facts } = spectrumOf(
      { ...fit.pairs, ...fit },
      1,
      inputs.trajectories,
    );
    const list = warnings(fit, trials, numDelays);
    const total = sumOfSquares(fit.singularValues);
    return {
      operator: {
        arrays: { ...arraysOf(fit, params.num_markov), eigenvalues },
        about: {
          method: "subspace_dmdc",
          backend: params.backend,
          rank: fit.order,
          n_delays: numDelays,
          ridge: params.ridge,
          num_windows: fit.numRows,
          num_pairs: fit.pairs.numPairs,
          num_units: fit.numUnits,
          num_inputs: fit.numInputs,
          dropped_trials: fit.rowsPerTrial.flatMap((rows, trial) => rows === 0 ? [trial] : []),
          explained_variance: sumOfSquares(fit.singularValues.subarray(0, fit.order)) / total,
          singular_ratio: fit.singularValues[fit.order - 1] / fit.singularValues[0],
          ...facts,
          warnings: list,
        },
      },
      spectrum,
    };
  },
});

function arraysOf(fit: SubspaceFit, numMarkov: number): Record<string, Tensor> {
  const { order: n, numInputs: m, numUnits } = fit;
  const seen = multiply(fit.output, fit.processCovariance, numUnits, n, n);
  const markov = markovParameters(fit, numMarkov);
  const observed = multiplyTransposeB(seen, fit.output, numUnits, n, numUnits);
  const width = fit.observability.length / n;
  return {
    state: tensor(["target", "source"], [n, n], fit.state),
    input: tensor(["target", "input"], [n, m], fit.input),
    output: tensor(["unit", "source"], [numUnits, n], fit.output),
    observability: tensor(["future_output", "source"], [width, n], fit.observability),
    singular_values: tensor(["component"], [fit.singularValues.length], fit.singularValues),
    process_covariance: tensor(["target", "source"], [n, n], fit.processCovariance),
    output_covariance: tensor(["unit", "other_unit"], [numUnits, numUnits], fit.outputCovariance),
    cross_covariance: tensor(["target", "unit"], [n, numUnits], fit.crossCovariance),
    process_covariance_in_units: tensor(["unit", "other_unit"], [numUnits, numUnits], observed),
    markov_parameters: tensor(["lag", "unit", "input"], [numMarkov, numUnits, m], markov),
  };
}

function warnings(fit: SubspaceFit, trials: ControlledTrials, numDelays: number): string[] {
  const list = inputWarnings(trials);
  const dropped = fit.rowsPerTrial.filter((rows) => rows === 0).length;
  if (dropped > 0) {
    const lengths = trialLengths(trials.states).filter((_, k) => fit.rowsPerTrial[k] === 0);
    list.push(
      `${dropped} of ${fit.rowsPerTrial.length} trials are left out: ${numDelays} past and ${numDelays} future samples need more than ${
        2 * numDelays
      } time points, they have ${Math.min(...lengths)} to ${Math.max(...lengths)}${
        2 * dropped > fit.rowsPerTrial.length ? "; that is more than half, take fewer delays" : ""
      }`,
    );
  }
  if (!(fit.singularValues[fit.order - 1] > 1e-10 * fit.singularValues[0])) {
    list.push(
      `rank ${fit.order} exceeds the numerical rank of the projection: the last states are rounding`,
    );
  }
  return list;
}

function sumOfSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
