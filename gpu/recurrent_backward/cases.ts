// Cases of the kernel `recurrent_backward` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import type { BackwardBuffer, BackwardUniform } from "../recurrent_backward.ts";
import { type CellCase, cellCases, fill, panelsFor, untouched } from "../rnn/cell_cases.ts";
import { panelNumbers } from "../rnn/panels.ts";
import { packedNumbers } from "../rnn/row_blocks.ts";

/** Declared and random cases, those of the forward pass; states and work are any numbers, within the values of φ. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<BackwardBuffer, BackwardUniform>> {
  for (const one of cellCases(random)) yield backwardCase(one, random, 0);
  // Later steps were done by another dispatch, which left its carry.
  for (const one of cellCases(random)) {
    if (one.label === "large" || one.label.startsWith("models with")) {
      yield backwardCase({ ...one, label: `${one.label}, the first steps alone` }, random, 4);
    }
  }
}

function backwardCase(
  one: CellCase,
  random: RandomStream,
  later: number,
): KernelCase<BackwardBuffer, BackwardUniform> {
  const { models, rows, steps, units, slots, index } = one;
  const { noise_gain: _, ...cell } = one.cell;
  const normal = (length: number, scale: number, j: number) =>
    fill(random, index, 10 + j, length, scale);
  const panels = panelsFor(models, [{
    targets: units,
    sources: units,
    weights: normal(models * units * units, 0.5 / Math.sqrt(units + 1), 1),
    numbers: panelNumbers(units, units),
  }]);
  const parameters = normal(models * units, 1, 3).map((x) => Math.exp(2 * x) * cell.dt_ms);
  const rates_at = cell.form === 2 ? units : 0;
  const terms_at = cell.leak > 0 ? units + rates_at : 0;
  const work_stride = Math.max(units + rates_at, units + terms_at);
  // Between 0 and 1, where every activation has values.
  const within = (length: number, j: number) =>
    normal(length, 1, j).map((x) => Math.fround(1 / (1 + Math.exp(-x))));
  return {
    label: one.label,
    buffers: {
      slots: Uint32Array.from(slots.flat()),
      parameters,
      panels,
      states: within(models * rows * (steps + 1) * units, 4),
      work: within(models * rows * steps * work_stride, 5),
      state_gradients: normal(models * rows * steps * units, 1, 6),
      carry: normal(models * rows * units, 1, 7),
      scratch: untouched(models * packedNumbers(rows, units)),
    },
    uniforms: {
      num_models: models,
      num_rows: rows,
      num_steps: steps,
      num_units: units,
      num_parameters: units,
      first_step: 0,
      end_step: steps - later,
      at_tau_ms: 0,
      ...cell,
      work_stride,
      rates_at,
      terms_at,
    },
  };
}
