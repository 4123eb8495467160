// Kernel: one update of the parameters of many models: penalties, clipping, coupled weight decay, Adam, AMSGrad or SGD
// with (Nesterov) momentum, then constraints. What depends on the number of the update comes from the host, one row of
// numbers for each update and model. Runs after `parameter_norms`. A frozen tensor's bytes, and its moments', stay.
// Order: gradient + penalties → clip by norm → clip by value → weight decay → moments → step → constraint.
// Sources: Kingma & Ba 2015, algorithm 1; Reddi, Kale & Kumar 2018, algorithm 2, with the maximum taken over moments that
// are not corrected for their bias, as customary; Sutskever et al. 2013, eq. 3–4, in the form v ← μv + g, p ← p − α(g + μv).

import { defineKernel } from "../lib/core/kernel.ts";
import module from "../lib/wasm/parameter_update.wasm" with { type: "bytes" };
import source from "./parameter_update.wgsl" with { type: "text" };
import { Constraint, UpdateKind, UpdatePart, updateRowLength } from "../lib/training/update_row.ts";
import { eachSegment, segmentLength, sumsLength } from "./rnn/parameter_tensors.ts";

/**
 * - `tensors` (u32), `gradients`, `constraints`, `sums`: as for `parameter_norms`;
 * - `trainable` (u32): model × tensor: 0 for tensors that stay;
 * - `parameters`: model × `num_parameters`, updated;
 * - `moments`: model × `num_moments` × `num_parameters`: first, second and largest second moment, or the velocity;
 * - `steps`: ring × model × 20: `UpdatePart` says which number is what, and which ones come back.
 */
export type UpdateBuffer =
  | "tensors"
  | "trainable"
  | "parameters"
  | "gradients"
  | "constraints"
  | "sums"
  | "steps"
  | "moments";

/** `step`, the place in the ring. */
export type UpdateUniform =
  | "num_models"
  | "num_parameters"
  | "num_tensors"
  | "num_segments"
  | "num_moments"
  | "constrained"
  | "step";

export default defineKernel<UpdateBuffer, UpdateUniform>({
  name: "parameter_update",
  source,
  fragments: {},
  overrides: () => ({}),
  grid({ num_models, num_segments }) {
    const groups = num_models * num_segments;
    const across = Math.min(groups, 65535);
    return [across, across === 0 ? 0 : Math.ceil(groups / across), 1];
  },
  wasm: {
    module,
    entry: "parameter_update",
    buffers: [
      "tensors",
      "trainable",
      "parameters",
      "gradients",
      "constraints",
      "sums",
      "steps",
      "moments",
    ],
    uniforms: [
      "num_models",
      "num_parameters",
      "num_tensors",
      "num_segments",
      "num_moments",
      "constrained",
      "step",
    ],
    numParts: ({ num_models, num_segments }) => num_models * num_segments,
  },
  twin(buffers, u) {
    const { num_models, num_parameters, num_tensors, num_segments, num_moments, constrained } = u;
    const tensors = (buffers.tensors as Uint32Array).subarray(0, 4 * num_tensors);
    const { trainable, gradients, constraints } = buffers;
    const [parameters, moments] = [buffers.parameters, buffers.moments] as Float64Array[];
    const [sums, steps] = [buffers.sums, buffers.steps] as Float64Array[];
    for (let model = 0; num_segments > 0 && model < num_models; model++) {
      const rowAt = (u.step * num_models + model) * updateRowLength;
      const row = steps.subarray(rowAt, rowAt + updateRowLength);
      const isTrained = (tensor: number) => trainable[model * num_tensors + tensor] !== 0;
      const totals = totalsOf(
        tensors,
        sums.subarray(model * num_segments * sumsLength, (model + 1) * num_segments * sumsLength),
        row,
        isTrained,
      );
      row.set([totals.penalty, totals.norm, totals.scale, 0], UpdatePart.penalty);
      const [kind, rate, root, epsilon, beta1, rest1, beta2, rest2, decay] = row;
      const [clipValue, l1] = [row[UpdatePart.clipValue], row[UpdatePart.l1]];
      if (kind === UpdateKind.none) continue;
      eachSegment(tensors, (_, tensor, from, to) => {
        if (!isTrained(tensor)) return;
        for (let i = from; i < to; i++) {
          const at = model * num_parameters + i;
          const code = constrained > 0 ? constraints[constrained === 2 ? at : i] : Constraint.free;
          let p = parameters[at];
          let g = code === Constraint.absent ? 0 : gradients[at];
          g = (g + totals.pulls[tensor] * p + l1 * Math.sign(p)) * totals.scale;
          if (code === Constraint.absent) g = 0;
          if (clipValue > 0) g = Math.max(-clipValue, Math.min(clipValue, g));
          g += decay * p;
          const first = model * num_moments * num_parameters + i;
          const second = first + num_parameters;
          const most = second + num_parameters;
          if (kind === UpdateKind.sgd || kind === UpdateKind.nesterov) {
            moments[first] = beta1 * moments[first] + g;
            p -= rate * (kind === UpdateKind.sgd ? moments[first] : g + beta1 * moments[first]);
          } else {
            moments[first] = beta1 * moments[first] + rest1 * g;
            moments[second] = beta2 * moments[second] + rest2 * g * g;
            let v = moments[second];
            if (kind === UpdateKind.amsgrad) v = moments[most] = Math.max(moments[most], v);
            p -= rate * moments[first] / (Math.sqrt(v) * root + epsilon);
          }
          parameters[at] = constrain(p, code);
        }
      });
    }
  },
  // Rounding of some ten operations in f32 on numbers of size one, and quotients of the moments.
  tolerance: { abs: 2e-6, rel: 4e-6 },
});

/** Penalties, norm and factor of the gradients, and each tensor's factor of p in the gradient of its penalties. */
function totalsOf(
  tensors: Uint32Array,
  sums: Float64Array,
  row: Float64Array,
  isTrained: (tensor: number) => boolean,
) {
  const [clipNorm, , l1, norms, squares] = row.subarray(UpdatePart.clipNorm);
  const numTensors = tensors.length / 4;
  const pulls = new Float64Array(numTensors);
  let [penalty, square] = [0, 0];
  for (let tensor = 0; tensor < numTensors; tensor++) {
    const [, length, first] = tensors.subarray(4 * tensor, 4 * tensor + 3);
    const s = new Float64Array(sumsLength);
    for (let k = 0; k < Math.ceil(length / segmentLength); k++) {
      for (let i = 0; i < sumsLength; i++) s[i] += sums[(first + k) * sumsLength + i];
    }
    const size = Math.sqrt(s[1]);
    const pull = (size > 0 ? norms / size : 0) + 2 * squares;
    pulls[tensor] = pull;
    penalty += l1 * s[0] + norms * size + squares * s[1];
    if (!isTrained(tensor)) continue;
    // Σ (g + pull p + l1 sign(p))², multiplied out.
    square += Math.max(
      0,
      s[2] + pull * (2 * s[3] + pull * s[1]) + l1 * (2 * s[4] + 2 * pull * s[0] + l1 * s[5]),
    );
  }
  const norm = Math.sqrt(square);
  const scale = clipNorm > 0 ? Math.min(1, clipNorm / (norm + 1e-6)) : 1;
  return { pulls, penalty, norm, scale };
}

function constrain(p: number, code: number): number {
  switch (code) {
    case Constraint.notNegative:
      return Math.max(0, p);
    case Constraint.notPositive:
      return Math.min(0, p);
    case Constraint.reflectPositive:
      return Math.abs(p);
    case Constraint.reflectNegative:
      return -Math.abs(p);
    case Constraint.absent:
    case Constraint.zeroed:
      return 0;
    default:
      return p;
  }
}
