// Backward through time of recurrent_forward: some steps, from the last to the first. With g = dL/dh' of a step, its own
// (`state_gradients`) and that of later steps together,
//   0 outside  dp = g · gain · φ'(p)           dh = keep · g + W_recᵀ dp
//   1 inside   dq = g · φ'(q), dp = gain · dq  dh = keep · dq + W_recᵀ dp
//   2 current  dp = gain · g                   dh = keep · g + φ'(h) · W_recᵀ dp
// dp takes the place of what forward left in `work`; dL/dkeep · dkeep/dτ goes to `terms_at` where time constants are
// trained. `carry` holds dL/d(state before the steps that were done), in the end before step 0. Panels are those of W_recᵀ.
// Leaves out the gradients of weights, which are sums of outer products (outer_sums).

import { defineKernel } from "../lib/core/kernel.ts";
import { activationSlope } from "../lib/math/networks/activation.ts";
import module from "../lib/wasm/recurrent_backward.wasm" with { type: "bytes" };
import source from "./recurrent_backward.wgsl" with { type: "text" };
import cell from "./rnn/cell.wgsl" with { type: "text" };
import { leakOf } from "./rnn/leak.ts";
import { panelAt, panelNumbers } from "./rnn/panels.ts";
import { rowBlock, rowGrid, rowThreads } from "./rnn/row_blocks.ts";

/** As in rnn/program.ts; `panels` of W_rec transposed; `carry` is `initialGradients`. */
export type BackwardBuffer =
  | "slots"
  | "parameters"
  | "panels"
  | "states"
  | "work"
  | "state_gradients"
  | "carry"
  | "scratch";
/** As in recurrent_forward; steps are those from `end_step` − 1 down to `first_step`. */
export type BackwardUniform =
  | "num_models"
  | "num_rows"
  | "num_steps"
  | "num_units"
  | "num_parameters"
  | "first_step"
  | "end_step"
  | "at_tau_ms"
  | "activation"
  | "form"
  | "leak"
  | "keep"
  | "gain"
  | "dt_ms"
  | "work_stride"
  | "rates_at"
  | "terms_at";

export default defineKernel<BackwardBuffer, BackwardUniform>({
  name: "recurrent_backward",
  source,
  fragments: { "rnn/cell": cell },
  overrides: rowThreads,
  grid: rowGrid,
  wasm: {
    module,
    entry: "recurrent_backward",
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
      "form",
      "leak",
      "keep",
      "gain",
      "dt_ms",
      "work_stride",
      "rates_at",
      "terms_at",
    ],
    numParts: ({ num_models, num_rows }) => num_models * Math.ceil(num_rows / rowBlock),
  },
  twin({ slots, parameters, panels, states, work, state_gradients, carry }, u) {
    const { num_rows, num_steps, num_units, activation, form } = u;
    const held = new Float64Array(num_units);
    for (let model = 0; model < u.num_models; model++) {
      const own = model * u.num_parameters;
      const weights = model * panelNumbers(num_units, num_units);
      const steps = slots[2 * model + 1];
      const end = Math.min(u.end_step, steps);
      for (let row = 0; row < num_rows; row++) {
        const at = model * num_rows + row;
        // The last steps of all begin with nothing; so does a model without steps.
        if (u.end_step >= steps && (u.first_step < steps || u.first_step === 0)) {
          carry.fill(0, at * num_units, (at + 1) * num_units);
        }
        for (let step = end - 1; step >= u.first_step; step--) {
          const before = (at * (num_steps + 1) + step) * num_units;
          const kept = (at * num_steps + step) * u.work_stride;
          const given = (at * num_steps + step) * num_units;
          for (let unit = 0; unit < num_units; unit++) {
            const { keep, gain, slope } = leakOf(u, parameters[own + u.at_tau_ms + unit]);
            const taken = work[kept + unit];
            let g = state_gradients[given + unit] + carry[at * num_units + unit];
            if (form === 1) g *= activationSlope(activation, states[before + num_units + unit]);
            if (u.terms_at > 0) {
              work[kept + u.terms_at + unit] = g * (states[before + unit] - taken) * slope;
            }
            held[unit] = keep * g;
            work[kept + unit] = form === 0
              ? gain * g * activationSlope(activation, taken)
              : gain * g;
          }
          for (let source = 0; source < num_units; source++) {
            let sum = 0;
            for (let unit = 0; unit < num_units; unit++) {
              sum += panels[weights + panelAt(source, unit, num_units)] * work[kept + unit];
            }
            if (form === 2) sum *= activationSlope(activation, work[kept + u.rates_at + source]);
            carry[at * num_units + source] = held[source] + sum;
          }
        }
      }
    }
  },
  // Rounding in f32 over some tens of steps; cases keep their gradients near 1.
  tolerance: { abs: 2e-5, rel: 2e-5 },
});
