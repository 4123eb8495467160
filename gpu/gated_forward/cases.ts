// Cases of the kernel `gated_forward` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import { panelLength } from "../gate_panels.ts";
import type { GatedForwardBuffer, GatedForwardUniform } from "../gated_forward.ts";
import { untouched } from "../rnn/cell_cases.ts";
import {
  type GatedCase,
  gatedCases,
  gatedUniforms,
  scaledNormals,
  slotTable,
} from "../rnn/gated_cases.ts";
import { packedNumbers } from "../rnn/row_blocks.ts";

/** All reset gates and activations, leaks, noise; sizes around vectors, panels and blocks; models of unequal length. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<GatedForwardBuffer, GatedForwardUniform>> {
  let at = 0;
  for (const one of gatedCases()) yield caseOf(one, at++, random);
}

function caseOf(
  one: GatedCase,
  at: number,
  random: RandomStream,
): KernelCase<GatedForwardBuffer, GatedForwardUniform> {
  const { models, rows, steps, inputs, units } = one;
  const draw = scaledNormals(random, at);
  const ofModel = panelLength({ blocks: 3, columns: units, inner: units + inputs });
  const uniforms = gatedUniforms(one);
  return {
    label: one.label,
    buffers: {
      slots: slotTable(one),
      parameters: parametersOf(one, uniforms.num_parameters, draw),
      panels: draw(models * ofModel, 0.8 / Math.sqrt(units + inputs)),
      inputs: draw(2 * rows * steps * inputs, 1),
      noise: draw(one.noise_gain === 0 ? 1 : models * rows * steps * units, 1),
      states: draw(models * rows * (steps + 1) * units, 1),
      work: new Float32Array(models * rows * steps * uniforms.work_stride),
      scratch: untouched(models * packedNumbers(rows, units + inputs)),
    },
    uniforms: {
      ...uniforms,
      num_inputs: inputs,
      at_b_rec: units,
      noise_gain: one.noise_gain,
    },
  };
}

/** Time constants, then biases. */
function parametersOf(
  { models, units }: GatedCase,
  perModel: number,
  draw: (length: number, scale: number) => Float32Array,
): Float32Array {
  const parameters = draw(models * perModel, 0.5);
  for (let model = 0; model < models; model++) {
    for (let unit = 0; unit < units; unit++) {
      const at = model * perModel + unit;
      parameters[at] = 60 + 80 * parameters[at];
    }
  }
  return parameters;
}
