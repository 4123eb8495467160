// Gated networks (leaky GRU) forward through time: all models of a sweep, all rows, some steps. Gates lie in the order r, u, n:
//   r = σ(W_in,r x + W_rec,r h + b_r),  u = σ(W_in,u x + W_rec,u h + b_u),
//   n = φ(W_in,n x + b_n + s + noise_gain · ξ),  h' = (1 − u) h + u (keep · h + gain · n), and by reset gate
//   0 live              s = r ⊙ (W_rec,n h)
//   1 live_state_gated  s = W_rec,n (r ⊙ h)
//   2 dead              s = W_rec,n h; r is not even computed
// `work` keeps for backward, per step: r (0 if dead), u, n, then W_rec,n h (live) or r ⊙ h (live_state_gated).
// Weights come as panels of gates (gate_panels.ts): W_rec, then W_in. Leaves out the readout.

import { defineKernel } from "../lib/core/kernel.ts";
import { activate, logistic } from "../lib/math/networks/activation.ts";
import module from "../lib/wasm/gated_forward.wasm" with { type: "bytes" };
import source from "./gated_forward.wgsl" with { type: "text" };
import { panelLength } from "./gate_panels.ts";
import cell from "./rnn/cell.wgsl" with { type: "text" };
import { leakOf } from "./rnn/leak.ts";
import { rowBlock, rowGrid, rowThreads } from "./rnn/row_blocks.ts";

/** As in rnn/program.ts; `scratch` is room that wasm alone uses (`packedNumbers`). */
export type GatedForwardBuffer =
  | "slots"
  | "parameters"
  | "panels"
  | "inputs"
  | "noise"
  | "states"
  | "work"
  | "scratch";

/** Lengths of axes, the steps of this dispatch (`first_step` to before `end_step`), where tensors begin, and the cell. */
export type GatedForwardUniform =
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
  | "reset_gate"
  | "leak"
  | "keep"
  | "gain"
  | "dt_ms"
  | "work_stride"
  | "noise_gain";

export default defineKernel<GatedForwardBuffer, GatedForwardUniform>({
  name: "gated_forward",
  source,
  fragments: { "rnn/cell": cell },
  overrides: (device) => ({ ...rowThreads(device) }),
  grid: rowGrid,
  wasm: {
    module,
    entry: "gated_forward",
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
      "reset_gate",
      "leak",
      "keep",
      "gain",
      "dt_ms",
      "work_stride",
      "noise_gain",
    ],
    numParts: ({ num_models, num_rows }) => num_models * Math.ceil(num_rows / rowBlock),
  },
  twin({ slots, parameters, panels, inputs, noise, states, work }, u) {
    const { num_rows, num_steps, num_inputs, num_units, activation, reset_gate } = u;
    const ofStates = panelLength({ blocks: 3, columns: num_units, inner: num_units });
    const ofModel = ofStates + panelLength({ blocks: 3, columns: num_units, inner: num_inputs });
    const across = Math.ceil(num_units / 8);
    const product = (
      panelsAt: number,
      gate: number,
      unit: number,
      x: Float64Array | Uint32Array,
      at: number,
      num: number,
    ) => {
      const panel = panelsAt + 8 * num * (gate * across + (unit >> 3)) + (unit & 7);
      let sum = 0;
      for (let k = 0; k < num; k++) sum += panels[panel + 8 * k] * x[at + k];
      return sum;
    };
    for (let model = 0; model < u.num_models; model++) {
      const end = Math.min(u.end_step, slots[2 * model + 1]);
      const recurrent = model * ofModel;
      const own = model * u.num_parameters;
      const bias = own + u.at_b_rec;
      for (let row = 0; row < num_rows; row++) {
        for (let step = u.first_step; step < end; step++) {
          const at = (model * num_rows + row) * num_steps + step;
          const x = ((slots[2 * model] * num_rows + row) * num_steps + step) * num_inputs;
          const h = (at + model * num_rows + row) * num_units;
          const r = at * u.work_stride;
          const [z, n, q] = [r + num_units, r + 2 * num_units, r + 3 * num_units];
          const fromInput = (gate: number, unit: number) =>
            parameters[bias + gate * num_units + unit] +
            product(recurrent + ofStates, gate, unit, inputs, x, num_inputs);
          for (let unit = 0; unit < num_units; unit++) {
            for (const [gate, to] of [[0, r], [1, z]]) {
              if (gate === 0 && reset_gate === 2) {
                work[to + unit] = 0;
                continue;
              }
              const recurred = product(recurrent, gate, unit, states, h, num_units);
              work[to + unit] = logistic(fromInput(gate, unit) + recurred);
            }
            if (reset_gate === 1) work[q + unit] = work[r + unit] * states[h + unit];
          }
          for (let unit = 0; unit < num_units; unit++) {
            const source = reset_gate === 1 ? work : states;
            let recurred = product(recurrent, 2, unit, source, reset_gate === 1 ? q : h, num_units);
            if (reset_gate === 0) {
              work[q + unit] = recurred;
              recurred *= work[r + unit];
            }
            let sum = fromInput(2, unit) + recurred;
            if (u.noise_gain !== 0) sum += u.noise_gain * noise[at * num_units + unit];
            const candidate = activate(activation, sum);
            work[n + unit] = candidate;
            const before = states[h + unit];
            const update = work[z + unit];
            const { keep, gain } = leakOf(u, parameters[own + u.at_tau_ms + unit]);
            states[h + num_units + unit] = (1 - update) * before +
              update * (keep * before + gain * candidate);
          }
        }
      }
    }
  },
  // Rounding in f32 over some tens of steps of networks that forget; cases keep their weights small enough for that.
  tolerance: { abs: 2e-5, rel: 2e-5 },
});
