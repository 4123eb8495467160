// Predicts driven trials by a model with inputs: of dmdc by its full map, of subspace_dmdc by a Kalman filter, an imported
// (A, B) as if the units were its states. Leaves out the scoring of predictions.

import { z } from "zod";
import {
  type ControlledOperator,
  controlledOperator,
} from "#lib/core/artifacts/controlled_operator.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import { type ControlledTrials, trialLengths } from "#lib/math/control/controlled_trials.ts";
import { type ControlledMap, predictDmdc } from "#lib/math/control/dmdc_prediction.ts";
import { predictKalman } from "#lib/math/control/kalman.ts";
import {
  drivenPorts,
  drivenTrialsOf,
  exampleDriven,
  inTermsOfBoth,
  trajectoriesLike,
} from "./_driven.ts";

const params = z.strictObject({
  reseed: z.union([z.int().min(1), z.literal("never")]).default(1).describe(
    "dmdc: rows between two predictions from data; subspace_dmdc: time points between two observed ones. 1: all; never: a free run",
  ),
  estimate: z.enum(["filtered", "predicted"]).default("filtered").describe(
    "subspace_dmdc: the output knowing that of the same moment, or before it",
  ),
  regularisation: z.number().min(0).default(1e-6).describe(
    "subspace_dmdc: added to the variance of the states before and after each step",
  ),
  compat: z.enum(["v2", "corrected"]).optional().describe(
    "default: as the operator was fitted, else corrected. v2, as published. dmdc: one step whatever steps_ahead, and inputs without delays (n_delays − 1) · delay_interval too early; subspace_dmdc: what is not observed counts as zero",
  ),
});

type Params = z.output<typeof params>;

export default defineTask({
  name: "predict_controlled",
  summary: "Predicts driven trajectories by a fitted model with inputs.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { ...drivenPorts, operator: one(controlledOperator) },
  outputs: { prediction: trajectories },
  examples: [
    {
      params: { reseed: 5 },
      inputs: () => ({ ...exampleDriven(), operator: exampleControlledOperator() }),
    },
  ],
  run(_context, params, inputs) {
    const trials = drivenTrialsOf("predict_controlled", inputs, { toFit: false });
    const predicted = inTermsOfBoth(
      "predict_controlled",
      inputs,
      () => predict(inputs.operator, trials, params),
    );
    const bad = predicted.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new RangeError(
        `predict_controlled: the prediction left the finite numbers at ${placeOf(bad, trials)}; ` +
          "the model is unstable, give a smaller reseed or fit it again with a smaller rank",
      );
    }
    return { prediction: trajectoriesLike(inputs.trajectories, predicted) };
  },
});

function predict(operator: ControlledOperator, trials: ControlledTrials, params: Params) {
  const { about } = operator;
  const reseed = params.reseed === "never" ? Infinity : params.reseed;
  const compat = params.compat ?? (about.compat === "v2" ? "v2" : "corrected");
  if (about.method === "subspace_dmdc") {
    return predictKalman(stateSpaceModel(operator), trials, {
      reseed,
      compat,
      estimate: params.estimate,
      regularisation: params.regularisation,
    });
  }
  if (about.method === "dmdc") {
    requireUnits(about, trials);
    const { gain, modes } = operator.arrays;
    const map = { left: doubles(gain), right: doubles(modes), size: gain.shape[1] };
    return predictDmdc(map, trials, {
      numDelays: about.n_delays as number,
      delayInterval: about.delay_interval as number,
      numControlDelays: about.n_control_delays as number,
      stepsAhead: about.steps_ahead as number,
      reseed,
      compat,
    });
  }
  if (operator.arrays.output !== undefined) {
    throw new RangeError(
      `a controlled operator (${about.method}) with an output map but no covariances cannot be filtered; ` +
        "fit it by subspace_dmdc, or leave the output out if the units are the states",
    );
  }
  return predictDmdc(observedMap(operator), trials, { numDelays: 1, reseed, compat });
}

/** h(t + 1) = [A B] [h; u]. */
function observedMap({ arrays: { state, input } }: ControlledOperator): ControlledMap {
  const [n, m] = [state.shape[0], input.shape[1]];
  const [a, b] = [doubles(state), doubles(input)];
  const right = new Float64Array((n + m) * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) right[j * n + i] = a[i * n + j];
    for (let j = 0; j < m; j++) right[(n + j) * n + i] = b[i * m + j];
  }
  const left = new Float64Array(n * n);
  for (let i = 0; i < n; i++) left[i * n + i] = 1;
  return { left, right, size: n };
}

function stateSpaceModel({ arrays }: ControlledOperator) {
  return {
    state: doubles(arrays.state),
    input: doubles(arrays.input),
    output: doubles(arrays.output),
    processCovariance: doubles(arrays.process_covariance),
    outputCovariance: doubles(arrays.output_covariance),
    crossCovariance: doubles(arrays.cross_covariance),
    order: arrays.state.shape[0],
    numInputs: arrays.input.shape[1],
    numUnits: arrays.output.shape[0],
  };
}

function placeOf(entry: number, { states }: ControlledTrials): string {
  let time = Math.floor(entry / states.numUnits), trial = 0;
  for (const length of trialLengths(states)) {
    if (time < length) break;
    time -= length;
    trial++;
  }
  return `trial ${trial}, time ${time}`;
}

function requireUnits(about: ControlledOperator["about"], trials: ControlledTrials): void {
  const [units, inputs] = [trials.states.numUnits, trials.controls.numUnits];
  if (about.num_units === units && about.num_inputs === inputs) return;
  throw new RangeError(
    `the operator was fitted to ${about.num_units} units and ${about.num_inputs} inputs, but these are ${units} and ${inputs}`,
  );
}

function doubles({ data }: { readonly data: ArrayLike<number> }): Float64Array {
  return data instanceof Float64Array ? data : Float64Array.from(data);
}

function exampleControlledOperator(): ControlledOperator {
  return {
    arrays: {
      state: tensor(["target", "source"], [2, 2], Float64Array.of(0.8, -0.4, 0.4, 0.8)),
      input: tensor(["target", "input"], [2, 2], Float64Array.of(1, 0, 0, -0.5)),
    },
    about: { rank: 2, method: "imported", warnings: [] },
  };
}
