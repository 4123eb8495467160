// Kernel: sums over parameters and their gradients, segment by segment, from which the kernel `parameter_update` has the
// norm of each tensor and the norm of all gradients, penalties included. Each segment is summed in one fixed order.
// Leaves out adding up segments (parameter_update.ts).

import { defineKernel } from "../lib/core/kernel.ts";
import module from "../lib/wasm/parameter_norms.wasm" with { type: "bytes" };
import source from "./parameter_norms.wgsl" with { type: "text" };
import { Constraint } from "../lib/training/update_row.ts";
import { eachSegment, sumsLength } from "./rnn/parameter_tensors.ts";

/**
 * - `tensors` (u32): the table of `tensorTable`;
 * - `parameters`, `gradients`: model × `num_parameters`;
 * - `constraints`: codes of `Constraint`, see `constrained`;
 * - `sums`: model × segment × 8: Σ|p|, Σp², Σg², Σgp, Σ g sign(p), Σ|sign(p)|, 0, 0.
 */
export type NormsBuffer = "tensors" | "parameters" | "gradients" | "constraints" | "sums";

/** `constrained`: 0 no constraints, 1 one row of them for all models, 2 a row for each model. */
export type NormsUniform =
  | "num_models"
  | "num_parameters"
  | "num_tensors"
  | "num_segments"
  | "constrained";

export default defineKernel<NormsBuffer, NormsUniform>({
  name: "parameter_norms",
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
    entry: "parameter_norms",
    buffers: ["tensors", "parameters", "gradients", "constraints", "sums"],
    uniforms: ["num_models", "num_parameters", "num_tensors", "num_segments", "constrained"],
    numParts: ({ num_models, num_segments }) => num_models * num_segments,
  },
  twin(buffers, { num_models, num_parameters, num_tensors, num_segments, constrained }) {
    const tensors = (buffers.tensors as Uint32Array).subarray(0, 4 * num_tensors);
    const { parameters, gradients, constraints } = buffers;
    const sums = buffers.sums as Float64Array;
    for (let model = 0; model < num_models; model++) {
      const at = model * num_parameters;
      const codesAt = constrained === 2 ? at : 0;
      eachSegment(tensors, (segment, _, from, to) => {
        const to8 = (model * num_segments + segment) * sumsLength;
        const out = sums.subarray(to8, to8 + sumsLength).fill(0);
        for (let i = from; i < to; i++) {
          const isAbsent = constrained > 0 && constraints[codesAt + i] === Constraint.absent;
          const p = parameters[at + i];
          const g = isAbsent ? 0 : gradients[at + i];
          const sign = Math.sign(p);
          out[0] += Math.abs(p);
          out[1] += p * p;
          out[2] += g * g;
          out[3] += g * p;
          out[4] += g * sign;
          out[5] += Math.abs(sign);
        }
      });
    }
  },
  // Sums of up to 2048 terms of either sign in f32, for numbers of size one.
  tolerance: { abs: 2e-4, rel: 2e-6 },
});
