// Cases of the kernel `recurrent_forward` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import type { ForwardBuffer, ForwardUniform } from "../recurrent_forward.ts";
import { type CellCase, cellCases, fill, panelsFor, untouched } from "../rnn/cell_cases.ts";
import { panelNumbers } from "../rnn/panels.ts";
import { packedNumbers } from "../rnn/row_blocks.ts";

/** Declared and random cases: all forms and activations, sizes around panels, vectors and blocks of rows. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<ForwardBuffer, ForwardUniform>> {
  for (const one of cellCases(random)) yield forwardCase(one, random);
}

function forwardCase(
  one: CellCase,
  random: RandomStream,
): KernelCase<ForwardBuffer, ForwardUniform> {
  const { models, rows, steps, inputs, units, slots, index, cell } = one;
  const normal = (length: number, scale: number, j: number) =>
    fill(random, index, j, length, scale);
  // Rows of weights that shrink what they take, so that rounding does not grow.
  const panels = panelsFor(models, [
    panelsOf(units, units, normal(models * units * units, 0.5 / Math.sqrt(units + 1), 1)),
    panelsOf(units, inputs, normal(models * units * inputs, 0.5 / Math.sqrt(inputs + 1), 2)),
  ]);
  const parameters = normal(models * (2 * units), 0.3, 3);
  // Biases, then time constants between 0.05 and 10 steps.
  for (let i = 0; i < parameters.length; i++) {
    if (i % (2 * units) >= units) {
      parameters[i] = Math.exp(4 * parameters[i] / 0.3 / 2) * cell.dt_ms;
    }
  }
  const rates_at = cell.form === 2 ? units : 0;
  const work_stride = units + rates_at;
  const states = new Float32Array(models * rows * (steps + 1) * units);
  const start = normal(models * rows * units, 0.5, 4);
  for (let row = 0; row < models * rows; row++) {
    states.set(start.subarray(row * units, (row + 1) * units), row * (steps + 1) * units);
  }
  return {
    label: one.label,
    buffers: {
      slots: Uint32Array.from(slots.flat()),
      parameters,
      panels,
      inputs: normal(3 * rows * steps * inputs, 1, 5),
      noise: cell.noise_gain === 0
        ? new Float32Array(1)
        : normal(models * rows * steps * units, 1, 6),
      states,
      work: new Float32Array(models * rows * steps * work_stride),
      scratch: untouched(models * packedNumbers(rows, units + inputs)),
    },
    uniforms: {
      num_models: models,
      num_rows: rows,
      num_steps: steps,
      num_inputs: inputs,
      num_units: units,
      num_parameters: 2 * units,
      first_step: 0,
      end_step: steps,
      at_b_rec: 0,
      at_tau_ms: units,
      ...cell,
      work_stride,
      rates_at,
    },
  };

  function panelsOf(targets: number, sources: number, weights: Float32Array) {
    return { targets, sources, weights, numbers: panelNumbers(targets, sources) };
  }
}
