// Kernel: readout and loss of recurrent networks, forward and backward in one: states → logits → loss, dL/dlogits,
// dL/dstate, penalties on activity, and how many answers were right. The gradients of the readout's own weights are
// products over rows and steps: kernel `outer_sums`. Leaves out how a sweep calls it (rnn/readout.ts).
// Losses: cross-entropy of a softmax, or squared error; a step of weight 0 gives exact zeros, whatever its state.

import { defineKernel } from "../lib/core/kernel.ts";
import module from "../lib/wasm/readout_loss.wasm" with { type: "bytes" };
import source from "./readout_loss.wgsl" with { type: "text" };

/**
 * - `slots` (u32): model × 2: which slot of targets and weights a model reads, and how many steps of it;
 * - `parameters`: model × `num_parameters`; the readout's matrix from `weight_at`, its bias from `bias_at`;
 * - `states`: model × row × (step + 1) × unit; the state after step t stands at t + 1;
 * - `targets`: slot × row × step × group, a class of the group; for squared errors slot × row × step × output;
 * - `weights`: slot × row × step × group: the step's part of the loss; then, at `scored_at`, in the same shape what is
 *   not zero where answers are counted; at `activity_at`, slot × row × step, the step's part of penalties on activity;
 * - `outputs`: model × row × step × output: logits, or dL/dlogits in the mode `gradients`;
 * - `state_gradients`: model × row × step × unit: dL/d(state after the step), in the mode `gradients`;
 * - `records`: ring × model × row × 4: loss, penalty on activity, number of right answers, number of answers.
 */
export type ReadoutBuffer =
  | "slots"
  | "parameters"
  | "states"
  | "targets"
  | "weights"
  | "outputs"
  | "state_gradients"
  | "records";

/**
 * Sizes; `first_step` to before `end_step`, the steps of this dispatch, `first_step` a multiple of `readoutBlock`: records of later ones are
 * added to what is there; `record`, the place in the ring; `mode` and `kind`, see `ReadoutMode` and `LossKind`; `groups`
 * of outputs, each with a softmax, a target and a weight of its own; `scored_at` and `activity_at`, 0 for none.
 */
export type ReadoutUniform =
  | "num_models"
  | "num_rows"
  | "num_steps"
  | "num_units"
  | "num_outputs"
  | "num_parameters"
  | "groups"
  | "first_step"
  | "end_step"
  | "weight_at"
  | "bias_at"
  | "has_bias"
  | "mode"
  | "kind"
  | "record"
  | "scored_at"
  | "activity_at"
  | "activity_l1"
  | "activity_l2";

/** What is computed: logits alone; logits and records; gradients and records. */
export const ReadoutMode = { logits: 0, losses: 1, gradients: 2 } as const;

/** Cross-entropy of classes (nats), or the mean over a group's outputs of the squared error. */
export const LossKind = { crossEntropy: 0, squaredError: 1 } as const;

/** Steps whose losses are summed before they are added to a record. */
export const readoutBlock = 64;

/** Numbers of a record. */
export const recordLength = 4;

export default defineKernel<ReadoutBuffer, ReadoutUniform>({
  name: "readout_loss",
  source,
  fragments: {},
  overrides: (device) => ({ WIDTH: device === "gpu" ? 128 : 64 }),
  grid({ num_models, num_rows }) {
    const groups = num_models * num_rows;
    const across = Math.min(groups, 65535);
    return [across, across === 0 ? 0 : Math.ceil(groups / across), 1];
  },
  wasm: {
    module,
    entry: "readout_loss",
    buffers: [
      "slots",
      "parameters",
      "states",
      "targets",
      "weights",
      "outputs",
      "state_gradients",
      "records",
    ],
    uniforms: [
      "num_models",
      "num_rows",
      "num_steps",
      "num_units",
      "num_outputs",
      "num_parameters",
      "groups",
      "first_step",
      "end_step",
      "weight_at",
      "bias_at",
      "has_bias",
      "mode",
      "kind",
      "record",
      "scored_at",
      "activity_at",
      "activity_l1",
      "activity_l2",
    ],
    numParts: ({ num_models, num_rows }) => num_models * num_rows,
  },
  twin(buffers, u) {
    const slots = buffers.slots as Uint32Array;
    const [parameters, states] = [buffers.parameters, buffers.states] as Float64Array[];
    const [targets, weights] = [buffers.targets, buffers.weights] as Float64Array[];
    const [outputs, stateGradients] = [
      buffers.outputs,
      buffers.state_gradients,
    ] as Float64Array[];
    const records = buffers.records as Float64Array;
    const { num_rows, num_steps, num_units, num_outputs, groups } = u;
    const perGroup = num_outputs / groups;
    const perTarget = u.kind === LossKind.squaredError ? num_outputs : groups;
    for (let model = 0; model < u.num_models; model++) {
      const own = parameters.subarray(model * u.num_parameters, (model + 1) * u.num_parameters);
      const [slot, length] = slots.subarray(2 * model, 2 * model + 2);
      for (let row = 0; row < num_rows; row++) {
        const sums = [0, 0, 0, 0];
        for (let step = u.first_step; step < Math.min(u.end_step, length, num_steps); step++) {
          const at = (model * num_rows + row) * num_steps + step;
          const dataAt = (slot * num_rows + row) * num_steps + step;
          const state = states.subarray((at + model * num_rows + row + 1) * num_units)
            .subarray(0, num_units);
          const out = outputs.subarray(at * num_outputs, (at + 1) * num_outputs);
          for (let k = 0; k < num_outputs; k++) {
            out[k] = u.has_bias > 0 ? own[u.bias_at + k] : 0;
            for (let i = 0; i < num_units; i++) {
              out[k] += own[u.weight_at + k * num_units + i] * state[i];
            }
          }
          if (u.mode === ReadoutMode.logits) continue;
          for (let group = 0; group < groups; group++) {
            const logits = out.subarray(group * perGroup, (group + 1) * perGroup);
            const target = targets.subarray(
              dataAt * perTarget + group * (perTarget / groups),
              dataAt * perTarget + (group + 1) * (perTarget / groups),
            );
            if (u.scored_at > 0 && weights[u.scored_at + dataAt * groups + group] !== 0) {
              const wanted = u.kind === LossKind.squaredError ? largest(target) : target[0];
              sums[2] += largest(logits) === wanted ? 1 : 0;
              sums[3] += 1;
            }
            const weight = weights[dataAt * groups + group];
            const gradients = u.mode === ReadoutMode.gradients ? logits : logits.slice();
            const loss = u.kind === LossKind.squaredError ? squaredError : crossEntropy;
            if (weight === 0) gradients.fill(0);
            else sums[0] += loss(gradients, target, weight);
          }
          const share = u.activity_at > 0 ? weights[u.activity_at + dataAt] / num_units : 0;
          for (let i = 0; i < num_units && share !== 0; i++) {
            sums[1] += share * (u.activity_l1 * Math.abs(state[i]) + u.activity_l2 * state[i] ** 2);
          }
          if (u.mode !== ReadoutMode.gradients) continue;
          for (let i = 0; i < num_units; i++) {
            let sum = share === 0
              ? 0
              : share * (u.activity_l1 * Math.sign(state[i]) + 2 * u.activity_l2 * state[i]);
            for (let k = 0; k < num_outputs; k++) {
              sum += out[k] * own[u.weight_at + k * num_units + i];
            }
            stateGradients[at * num_units + i] = sum;
          }
        }
        if (u.mode === ReadoutMode.logits) continue;
        const to = ((u.record * u.num_models + model) * num_rows + row) * recordLength;
        for (let i = 0; i < recordLength; i++) {
          records[to + i] = sums[i] + (u.first_step > 0 ? records[to + i] : 0);
        }
      }
    }
  },
  // Sums of some hundred products in f32, the functions exp and log (WGSL allows log 2⁻²¹), and sums over the steps.
  tolerance: { abs: 4e-6, rel: 4e-6 },
});

/** −weight · log softmax(logits)[class]; leaves weight · (softmax − one-hot) in `logits`. */
function crossEntropy(logits: Float64Array, [target]: Float64Array, weight: number): number {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const aim = logits[target];
  let sum = 0;
  for (let k = 0; k < logits.length; k++) sum += logits[k] = Math.exp(logits[k] - most);
  for (let k = 0; k < logits.length; k++) {
    logits[k] = weight * (logits[k] / sum - (k === target ? 1 : 0));
  }
  return weight * (Math.log(sum) - (aim - most));
}

/** weight · mean (output − target)²; leaves its gradient in `outputs`. */
function squaredError(outputs: Float64Array, targets: Float64Array, weight: number): number {
  const share = weight / outputs.length;
  let sum = 0;
  for (let k = 0; k < outputs.length; k++) {
    const difference = outputs[k] - targets[k];
    sum += share * difference * difference;
    outputs[k] = 2 * share * difference;
  }
  return sum;
}

/** Index of the largest number, the first of several. */
function largest(values: Float64Array): number {
  let at = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[at]) at = k;
  return at;
}
