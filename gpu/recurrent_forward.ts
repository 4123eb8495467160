// Vanilla and leaky recurrent networks forward through time: all models of a sweep, all rows, some steps. With drive
// p = W_in x + W_rec h + b (+ noise), a step is, by form,
//   0 outside  h' = keep · h + gain · φ(p)
//   1 inside   h' = φ(keep · h + gain · p)
//   2 current  h' = keep · h + gain · p, with φ(h) in place of h in p
// What a backward pass needs goes to `work`: φ(p) (outside) or p, then φ(h) at `rates_at` (current).
// Weights come as panels (rnn/panels.ts) of W_rec, then of W_in. Leaves out the readout.

import { defineKernel } from "../lib/core/kernel.ts";
import { activate } from "../lib/math/networks/activation.ts";
import module from "../lib/wasm/recurrent_forward.wasm" with { type: "bytes" };
import source from "./recurrent_forward.wgsl" with { type: "text" };
import cell from "./rnn/cell.wgsl" with { type: "text" };
import { leakOf } from "./rnn/leak.ts";
import { panelAt, panelNumbers } from "./rnn/panels.ts";
import { rowBlock, rowGrid, rowThreads } from "./rnn/row_blocks.ts";

/** As in rnn/program.ts; `panels` of W_rec, W_in. */
export type ForwardBuffer =
  | "slots"
  | "parameters"
  | "panels"
  | "inputs"
  | "noise"
  | "states"
  | "work"
  | "scratch";
/**
 * Lengths of axes; the steps of this dispatch (`first_step` to before `end_step`); offsets of tensors in a model's
 * parameters; the cell as `recurrentProgram` has it. `noise_gain` multiplies the normal numbers of `noise`.
 */
export type ForwardUniform =
  | "num_models"
  | "num_rows"
  | "num_steps"
  | "num_inputs"
  | "num_units"
  | "num_parameters"
  | "first_step"
  | "end_step"
  | "at_b_rec"
  | "at_tau_ms"
  | "activation"
  | "form"
  | "leak"
  | "keep"
  | "gain"
  | "dt_ms"
  | "noise_gain"
  | "work_stride"
  | "rates_at";

export default defineKernel<ForwardBuffer, ForwardUniform>({
  name: "recurrent_forward",
  source,
  fragments: { "rnn/cell": cell },
  overrides: rowThreads,
  grid: rowGrid,
  wasm: {
    module,
    entry: "recurrent_forward",
    buffers: ["slots", "parameters", "panels", "inputs", "noise", "states", "work", "scratch"],
    uniforms: [
      "num_models",
      "num_rows",
      "num_steps",
      "num_inputs",
      "num_units",
      "num_parameters",
      "first_step",
      "end_step",
      "at_b_rec",
      "at_tau_ms",
      "activation",
      "form",
      "leak",
      "keep",
      "gain",
      "dt_ms",
      "noise_gain",
      "work_stride",
      "rates_at",
    ],
    numParts: ({ num_models, num_rows }) => num_models * Math.ceil(num_rows / rowBlock),
  },
  twin({ slots, parameters, panels, inputs, noise, states, work }, u) {
    const { num_rows, num_steps, num_inputs, num_units, activation, form, rates_at } = u;
    const ofRec = panelNumbers(num_units, num_units);
    const rates = new Float64Array(num_units);
    for (let model = 0; model < u.num_models; model++) {
      const own = model * u.num_parameters;
      const rec = model * (ofRec + panelNumbers(num_units, num_inputs));
      const end = Math.min(u.end_step, slots[2 * model + 1]);
      for (let row = 0; row < num_rows; row++) {
        const at = model * num_rows + row;
        for (let step = u.first_step; step < end; step++) {
          const before = (at * (num_steps + 1) + step) * num_units;
          const after = before + num_units;
          const kept = (at * num_steps + step) * u.work_stride;
          const x = ((slots[2 * model] * num_rows + row) * num_steps + step) * num_inputs;
          for (let unit = 0; unit < num_units; unit++) {
            const h = states[before + unit];
            rates[unit] = form === 2 ? activate(activation, h) : h;
            if (form === 2) work[kept + rates_at + unit] = rates[unit];
          }
          for (let unit = 0; unit < num_units; unit++) {
            let p = parameters[own + u.at_b_rec + unit];
            for (let source = 0; source < num_units; source++) {
              p += panels[rec + panelAt(unit, source, num_units)] * rates[source];
            }
            for (let i = 0; i < num_inputs; i++) {
              p += panels[rec + ofRec + panelAt(unit, i, num_inputs)] * inputs[x + i];
            }
            if (u.noise_gain !== 0) {
              p += u.noise_gain * noise[(at * num_steps + step) * num_units + unit];
            }
            const { keep, gain } = leakOf(u, parameters[own + u.at_tau_ms + unit]);
            const held = keep * states[before + unit];
            const taken = form === 0 ? activate(activation, p) : p;
            const mixed = held + gain * taken;
            states[after + unit] = form === 1 ? activate(activation, mixed) : mixed;
            work[kept + unit] = taken;
          }
        }
      }
    }
  },
  // Rounding in f32 over some tens of steps of networks that forget; cases keep their weights small enough for that.
  tolerance: { abs: 2e-5, rel: 2e-5 },
});
