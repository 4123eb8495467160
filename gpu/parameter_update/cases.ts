// Cases of the kernel `parameter_update` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import { UpdateKind, UpdatePart, updateRowLength } from "../../lib/training/update_row.ts";
import parameterNorms from "../parameter_norms.ts";
import normsCases from "../parameter_norms/cases.ts";
import type { UpdateBuffer, UpdateUniform } from "../parameter_update.ts";

/**
 * Each case of `parameter_norms`, by every kind of optimiser in turn, with and without clipping, penalties and decay: small
 * ones in all ways, large ones in one.
 */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<UpdateBuffer, UpdateUniform>> {
  let count = 0;
  for (const { label, buffers, uniforms } of normsCases(random)) {
    const { num_models: models, num_parameters: numParameters, num_tensors: numTensors } = uniforms;
    const sums = new Float64Array(buffers.sums.length);
    parameterNorms.twin({
      tensors: buffers.tensors as Uint32Array,
      parameters: Float64Array.from(buffers.parameters),
      gradients: Float64Array.from(buffers.gradients),
      constraints: Float64Array.from(buffers.constraints),
      sums,
    }, uniforms);
    const turns = numParameters < 300 ? [0, 1, 2, 3] : [count % 4];
    for (const turn of turns) {
      const i = count++;
      const step = i % 3;
      const steps = Float32Array.from({ length: 3 * models * updateRowLength }, () => 0.5);
      const norm = Math.sqrt(numParameters);
      for (let model = 0; model < models; model++) {
        const row = steps.subarray((step * models + model) * updateRowLength);
        row[UpdatePart.kind] = 1 + (i + model) % 5 === 5 ? UpdateKind.none : 1 + (i + model) % 5;
        row[UpdatePart.rate] = 0.01 * (1 + model);
        row[UpdatePart.inverseRoot] = 1.7;
        row[UpdatePart.epsilon] = 1e-3;
        row[UpdatePart.beta1] = 0.9;
        row[UpdatePart.rest1] = 0.1;
        row[UpdatePart.beta2] = 0.99;
        row[UpdatePart.rest2] = 0.01;
        row[UpdatePart.weightDecay] = turn === 1 ? 0.05 : 0;
        row[UpdatePart.clipNorm] = turn === 1 ? 0.5 * norm : turn === 2 ? 100 * norm + 1 : 0;
        row[UpdatePart.clipValue] = turn === 2 ? 0.7 : 0;
        row[UpdatePart.l1] = turn >= 2 ? 0.02 : 0;
        row[UpdatePart.l2Norm] = turn >= 1 ? 0.3 : 0;
        row[UpdatePart.l2Squared] = turn === 3 ? 0.04 : 0;
      }
      const moments = Float32Array.from(
        random.normal(new Float64Array(models * 3 * numParameters), 10, i, 0),
        // Second moments are never negative.
        (value, at) =>
          Math.floor(at / Math.max(1, numParameters)) % 3 === 0 ? value : value * value,
      );
      yield {
        label: `${label}, turn ${turn}`,
        buffers: {
          tensors: buffers.tensors,
          trainable: Uint32Array.from(
            { length: models * numTensors },
            (_, k) => random.integer(4, 11, i, k) === 0 ? 0 : 1,
          ),
          parameters: buffers.parameters,
          gradients: buffers.gradients,
          constraints: buffers.constraints,
          sums: Float32Array.from(sums),
          steps,
          moments,
        },
        uniforms: { ...uniforms, num_moments: 3, step },
      };
    }
  }
}
