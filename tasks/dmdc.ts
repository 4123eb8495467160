// Fits linear dynamics with inputs to driven trials in delay coordinates: DMD with control.
// Source: Proctor, Brunton & Kutz 2016. `state` and `input` of the result are the reduced model, in the leading
// `rank_output` directions of the states (orthonormal, not whitened: units of the data); `full_state` and `full_input`
// that of all delay coordinates, for up to 256 of them; `gain` and `modes` its factors, always.

import { z } from "zod";
import { controlledOperator } from "#lib/core/artifacts/controlled_operator.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { defineTask } from "#lib/core/task.ts";
import { type Tensor, tensor } from "#lib/core/tensor.ts";
import { alignedEmbedding, type ControlledTrials } from "#lib/math/control/controlled_trials.ts";
import { type DmdcFit, type DmdcOptions, fitDmdc, fullDmdc } from "#lib/math/control/dmdc.ts";
import { reducedPairs } from "#lib/math/control/dmdc_pairs.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import { checkDelays, delayFields, numDelaysOf } from "./_delays.ts";
import {
  checkRank,
  drivenPorts,
  drivenTrialsOf,
  exampleDriven,
  inputWarnings,
  inTermsOfBoth,
  rankChoice,
  rankFields,
} from "./_driven.ts";
import { spectrumOf } from "./_driven_spectrum.ts";

const params = z.strictObject({
  ...delayFields,
  n_control_delays: z.int().min(1).default(1)
    .describe("samples of the inputs per row, the present one included"),
  ...rankFields("input", "states and inputs together, from which is predicted"),
  ...rankFields("output", "the states that are predicted: the size of the reduced model"),
  ridge: z.number().min(0).default(1e-8).describe("λ of the regression, Σ⁺ = Σ/(Σ² + λ)"),
  steps_ahead: z.int().min(1).default(1).describe("samples from one row of a pair to the other"),
  compat: z.enum(["v2", "corrected"]).default("corrected").describe(
    "v2: one pair per border joins two trials, and numbers of delays must agree unless inputs have one, as published",
  ),
}).superRefine((value, context) => {
  checkDelays(value, context);
  checkRank(value, "rank_input", context);
  checkRank(value, "rank_output", context);
});

/** Above this many delay coordinates the full operator is left in its factors. */
const largestFull = 256;

export default defineTask({
  name: "dmdc",
  summary: "Fits linear dynamics with inputs to driven trajectories (DMD with control).",
  version: 1,
  numerics: "f64",
  params,
  inputs: drivenPorts,
  outputs: { operator: controlledOperator, spectrum: table },
  examples: [
    { params: { n_delays: 1 }, inputs: () => ({ ...exampleDriven() }) },
    {
      params: { n_delays: 2, n_control_delays: 3, rank_input: 6, rank_output_thresh: 0.5 },
      inputs: () => ({ ...exampleDriven() }),
    },
  ],
  run(_context, params, inputs) {
    const trials = drivenTrialsOf("dmdc", inputs);
    const options: DmdcOptions = {
      numDelays: numDelaysOf(params, inputs.trajectories),
      delayInterval: params.delay_interval,
      numControlDelays: params.n_control_delays,
      input: rankChoice(params, "rank_input"),
      output: rankChoice(params, "rank_output"),
      ridge: params.ridge,
      stepsAhead: params.steps_ahead,
      compat: params.compat,
    };
    const fit = inTermsOfBoth("dmdc", inputs, () => fitDmdc(trials, options));
    const pairs = {
      ...reducedPairs(fit, alignedEmbedding(trials, options)),
      state: fit.state,
      input: fit.input,
      order: fit.rankOutput,
      numInputs: fit.numControlFeatures,
    };
    const { eigenvalues, spectrum, facts } = spectrumOf(
      pairs,
      params.steps_ahead,
      inputs.trajectories,
    );
    const list = warnings(fit, trials);
    return {
      operator: {
        arrays: { ...arraysOf(fit, trials.states.numUnits), eigenvalues },
        about: {
          method: "dmdc",
          rank: fit.rankOutput,
          rank_input: fit.rankInput,
          rank_output: fit.rankOutput,
          n_delays: options.numDelays,
          delay_interval: params.delay_interval,
          n_control_delays: params.n_control_delays,
          steps_ahead: params.steps_ahead,
          ridge: params.ridge,
          compat: params.compat,
          num_pairs: fit.numPairs,
          num_features: fit.numFeatures,
          num_control_features: fit.numControlFeatures,
          num_units: trials.states.numUnits,
          num_inputs: trials.controls.numUnits,
          numerical_rank: fit.numericalRank,
          singular_ratio: fit.inputSingularValues[fit.rankInput - 1] / fit.inputSingularValues[0],
          ...facts,
          warnings: list,
        },
      },
      spectrum,
    };
  },
});

function arraysOf(fit: DmdcFit, numUnits: number): Record<string, Tensor> {
  const { rankInput: q, rankOutput: r, numFeatures: f, numControlFeatures: g } = fit;
  const full = f <= largestFull ? fullDmdc(fit) : undefined;
  return {
    state: tensor(["target", "source"], [r, r], fit.state),
    input: tensor(["target", "input"], [r, g], fit.input),
    output: tensor(["unit", "source"], [numUnits, r], fit.basis.slice(0, numUnits * r)),
    basis: tensor(["feature", "source"], [f, r], fit.basis),
    gain: tensor(["feature", "component"], [f, q], fit.gain),
    modes: tensor(["feature_or_input", "component"], [f + g, q], fit.modes),
    input_singular_values: vector("component", fit.inputSingularValues),
    output_singular_values: vector("component", fit.outputSingularValues),
    state_matrix_singular_values: vector("component", singularValues(fit.state, r, r)),
    input_matrix_singular_values: vector("component", singularValues(fit.input, r, g)),
    ...(full === undefined ? {} : {
      full_state: tensor(["target", "source"], [f, f], full.state),
      full_input: tensor(["target", "input"], [f, g], full.input),
    }),
  };
}

function vector(dim: string, values: Float64Array): Tensor {
  return tensor([dim], [values.length], values);
}

function warnings(fit: DmdcFit, trials: ControlledTrials): string[] {
  const list = inputWarnings(trials);
  if (fit.rankInput > fit.numericalRank) {
    list.push(
      `rank_input ${fit.rankInput} exceeds the numerical rank ${fit.numericalRank} of states and inputs: the last components are rounding, held by the ridge alone`,
    );
  }
  if (fit.numPairs < fit.rankInput) {
    list.push(`${fit.numPairs} pairs for ${fit.rankInput} components: the fit passes through all`);
  }
  return list;
}
