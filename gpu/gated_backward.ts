// Backward through time of gated_forward: some steps, from the last to the first. With g = dL/dh' of a step, its own
// (`state_gradients`) and that of later steps together,
//   d_u = g ⊙ (keep · h + gain · n − h) ⊙ u (1 − u)      d_n = g ⊙ u · gain ⊙ φ'(n)
//   dh = g ⊙ (1 − u + keep · u) + W_rec,uᵀ d_u + …, and by reset gate
//   0 live              d_r = d_n ⊙ (W_rec,n h) ⊙ r (1 − r)  … W_rec,rᵀ d_r + W_rec,nᵀ (d_n ⊙ r)
//   1 live_state_gated  e = W_rec,nᵀ d_n, d_r = e ⊙ h ⊙ r (1 − r)  … W_rec,rᵀ d_r + e ⊙ r
//   2 dead              d_r = 0  … W_rec,nᵀ d_n
// d_r, d_u, d_n take the places of r, u, n in `work`, and d_n ⊙ r that of W_rec,n h (live); behind them
// g ⊙ u ⊙ (h − n) · dkeep/dτ where time constants are trained.
// `carry` holds dL/d(state before the steps that were done), in the end before step 0. Panels are those of W_recᵀ, all gates behind one another.
// Leaves out the gradients of weights, which are sums of outer products (outer_sums).

import { defineKernel } from "../lib/core/kernel.ts";
import { activationSlope } from "../lib/math/networks/activation.ts";
import module from "../lib/wasm/gated_backward.wasm" with { type: "bytes" };
import source from "./gated_backward.wgsl" with { type: "text" };
import { panelLength } from "./gate_panels.ts";
import cell from "./rnn/cell.wgsl" with { type: "text" };
import { leakOf } from "./rnn/leak.ts";
import { rowBlock, rowGrid, rowThreads } from "./rnn/row_blocks.ts";

/** As in rnn/program.ts; `carry` is `initialGradients`; `scratch` is room that wasm alone uses. */
export type GatedBackwardBuffer =
  | "slots"
  | "parameters"
  | "panels"
  | "states"
  | "work"
  | "state_gradients"
  | "carry"
  | "scratch";

/** As in gated_forward; the steps are those from `end_step` − 1 down to `first_step`. */
export type GatedBackwardUniform =
  | "num_models"
  | "num_rows"
  | "num_steps"
  | "num_units"
  | "num_parameters"
  | "first_step"
  | "end_step"
  | "at_tau_ms"
  | "activation"
  | "reset_gate"
  | "leak"
  | "keep"
  | "gain"
  | "dt_ms"
  | "work_stride";

export default defineKernel<GatedBackwardBuffer, GatedBackwardUniform>({
  name: "gated_backward",
  source,
  fragments: { "rnn/cell": cell },
  overrides: (device) => ({ ...rowThreads(device) }),
  grid: rowGrid,
  wasm: {
    module,
    entry: "gated_backward",
    buffers: [
      "slots",
      "parameters",
      "panels",
      "states",
      "work",
      "state_gradients",
      "carry",
      "scratch",
    ],
    uniforms: [
      "num_models",
      "num_rows",
      "num_steps",
      "num_units",
      "num_parameters",
      "first_step",
      "end_step",
      "at_tau_ms",
      "activation",
      "reset_gate",
      "leak",
      "keep",
      "gain",
      "dt_ms",
      "work_stride",
    ],
    numParts: ({ num_models, num_rows }) => num_models * Math.ceil(num_rows / rowBlock),
  },
  twin({ slots, parameters, panels, states, work, state_gradients, carry }, u) {
    const { num_rows, num_steps, num_units, activation, reset_gate } = u;
    const inner = 3 * num_units;
    const ofModel = panelLength({ blocks: 1, columns: num_units, inner });
    for (let model = 0; model < u.num_models; model++) {
      const steps = Math.min(num_steps, slots[2 * model + 1]);
      for (let row = 0; row < num_rows; row++) {
        const dh = (model * num_rows + row) * num_units;
        // The last step of a model, and a model without steps, begin with nothing.
        if (u.end_step >= steps && u.first_step <= steps) carry.fill(0, dh, dh + num_units);
        for (let step = Math.min(u.end_step, steps) - 1; step >= u.first_step; step--) {
          const at = (model * num_rows + row) * num_steps + step;
          const h = (at + model * num_rows + row) * num_units;
          const r = at * u.work_stride;
          const [z, n, q] = [r + num_units, r + 2 * num_units, r + 3 * num_units];
          // The gradient of a source through one gate, whose own gradients lie at `from`.
          const through = (gate: number, from: number, unit: number) => {
            const panel = model * ofModel + 8 * (inner * (unit >> 3) + gate * num_units) +
              (unit & 7);
            let sum = 0;
            for (let k = 0; k < num_units; k++) sum += panels[panel + 8 * k] * work[from + k];
            return sum;
          };
          for (let unit = 0; unit < num_units; unit++) {
            const g = carry[dh + unit] + state_gradients[at * num_units + unit];
            const before = states[h + unit];
            const [reset, update, candidate] = [work[r + unit], work[z + unit], work[n + unit]];
            const tau = parameters[model * u.num_parameters + u.at_tau_ms + unit];
            const { keep, gain, slope } = leakOf(u, tau);
            const mixed = keep * before + gain * candidate;
            const toCandidate = g * update * gain * activationSlope(activation, candidate);
            if (u.leak !== 0) {
              work[q + num_units + unit] = g * update * (before - candidate) * slope;
            }
            carry[dh + unit] = g * (1 - update + keep * update);
            work[z + unit] = g * (mixed - before) * update * (1 - update);
            work[n + unit] = toCandidate;
            if (reset_gate === 2) work[r + unit] = 0;
            if (reset_gate !== 0) continue;
            work[r + unit] = toCandidate * work[q + unit] * reset * (1 - reset);
            work[q + unit] = toCandidate * reset;
          }
          for (let unit = 0; unit < num_units; unit++) {
            const e = through(2, reset_gate === 0 ? q : n, unit);
            if (reset_gate !== 1) {
              carry[dh + unit] += e;
              continue;
            }
            const reset = work[r + unit];
            carry[dh + unit] += e * reset;
            work[r + unit] = e * states[h + unit] * reset * (1 - reset);
          }
          for (let unit = 0; unit < num_units; unit++) {
            carry[dh + unit] += through(1, z, unit);
            if (reset_gate !== 2) carry[dh + unit] += through(0, r, unit);
          }
        }
      }
    }
  },
  // Rounding in f32 over some tens of steps of networks that forget; cases keep their weights small enough for that.
  tolerance: { abs: 2e-5, rel: 2e-5 },
});
