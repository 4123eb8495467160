// Cases of the kernel `gated_backward` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import { activate, logistic } from "../../lib/math/networks/activation.ts";
import { panelLength } from "../gate_panels.ts";
import type { GatedBackwardBuffer, GatedBackwardUniform } from "../gated_backward.ts";
import { untouched } from "../rnn/cell_cases.ts";
import {
  type GatedCase,
  gatedCases,
  gatedUniforms,
  scaledNormals,
  slotTable,
} from "../rnn/gated_cases.ts";
import { packedNumbers } from "../rnn/row_blocks.ts";

/** The cells, sizes and steps of gated_forward, with gates in `work` as a forward pass might leave them. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<GatedBackwardBuffer, GatedBackwardUniform>> {
  let at = 0;
  for (const one of gatedCases()) {
    if (one.noise_gain === 0) yield caseOf(one, at++, random);
  }
}

function caseOf(
  one: GatedCase,
  at: number,
  random: RandomStream,
): KernelCase<GatedBackwardBuffer, GatedBackwardUniform> {
  const { models, rows, steps, units } = one;
  const draw = scaledNormals(random, at);
  const uniforms = gatedUniforms(one);
  const stride = uniforms.work_stride;
  const states = draw(models * rows * (steps + 1) * units, 1);
  const work = draw(models * rows * steps * stride, 1);
  for (let i = 0; i < work.length; i++) {
    const gate = Math.floor(i % stride / units);
    if (gate < 2) work[i] = logistic(work[i]);
    else if (gate === 2) work[i] = activate(one.activation, work[i]);
  }
  if (one.reset_gate === 1) gateStates(one, stride, states, work);
  return {
    label: one.label,
    buffers: {
      slots: slotTable(one),
      parameters: draw(models * uniforms.num_parameters, 20).map((x) => 60 + Math.abs(x)),
      panels: draw(
        models * panelLength({ blocks: 1, columns: units, inner: 3 * units }),
        0.8 / Math.sqrt(units),
      ),
      states,
      work,
      state_gradients: draw(models * rows * steps * units, 1),
      carry: draw(models * rows * units, 1),
      scratch: untouched(models * packedNumbers(rows, 3 * units)),
    },
    uniforms,
  };
}

/** r ⊙ h, as a state-gated network leaves it. */
function gateStates(
  { models, rows, steps, units }: GatedCase,
  stride: number,
  states: Float32Array,
  work: Float32Array,
): void {
  for (let row = 0; row < models * rows; row++) {
    for (let step = 0; step < steps; step++) {
      const r = (row * steps + step) * stride;
      const h = (row * (steps + 1) + step) * units;
      for (let unit = 0; unit < units; unit++) {
        work[r + 3 * units + unit] = work[r + unit] * states[h + unit];
      }
    }
  }
}
