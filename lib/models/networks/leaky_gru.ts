// Leaky gated recurrent unit: an update gate u decides how much of a leaky step is taken, a reset gate r how much of the
// state the candidate n hears. With r, u = σ(W_in x + W_rec h + b), each with rows of its own,
//   h' = (1 − u) h + u (keep · h + gain · n),  n = φ(W_in,n x + b_n + s), and by reset gate
//   live              s = r ⊙ (W_rec,n h): the gate after the product, the bias outside it
//   live_state_gated  s = W_rec,n (r ⊙ h): the gate on the state
//   dead              s = W_rec,n h: r is there and never used, as in the published code of RepAL
// Keep and gain as in leaky_rnn.ts. The published text defines no live gate; both forms are customary (Cho et al. 2014 have
// the second one, cuDNN and PyTorch the first).
// Noise: what goes into φ gets √(2/gain) · σ · ξ.

import { z } from "zod";
import {
  defineNetworkModel,
  type NetworkSizes,
  type ParameterShape,
} from "../../core/network_model.ts";
import { activate, activationCode, logistic } from "../../math/networks/activation.ts";
import { keepAndGain, leaks } from "./_leak.ts";
import { unitParameters, unitParams } from "./_rate_units.ts";

/** Forms of the reset gate, by the number that kernels know (`reset_gate` of gpu/rnn/gated.ts). */
const resetGates = ["live", "live_state_gated", "dead"] as const;

const params = z.strictObject({
  ...unitParams,
  reset_gate: z.enum(resetGates).default("live").describe(
    "whether the reset gate is on the candidate's recurrent sum, on the state before that sum, or without effect as published",
  ),
  tau_ms: z.number().positive().default(100).describe(
    "time constant; where units start, with unit_taus",
  ),
  leak: z.enum(leaks).default("exponential")
    .describe("share kept per step: exp(-dt/tau), or 1 - dt/tau"),
  unit_taus: z.boolean().default(false)
    .describe(
      "whether each unit has a time constant of its own, the parameter tau_ms, which can be trained",
    ),
});

export default defineNetworkModel({
  name: "leaky_gru",
  summary: "Leaky units with an update gate and a reset gate.",
  reference:
    "Cho et al. 2014, EMNLP, arXiv 1406.1078; leak and dead reset gate: Guilhot et al. 2024, arXiv 2410.24070",
  program: "gated",
  params,
  parameters(settings, sizes) {
    const tau = settings.unit_taus ? settings.tau_ms : undefined;
    return unitParameters(settings, sizes, tau).map(withGates);
  },
  constants(settings, { dtMs }) {
    const { keep, gain } = keepAndGain(settings.leak, settings.tau_ms, dtMs);
    const amplitude = Math.sqrt(2 / gain);
    return {
      activation: activationCode(settings.activation),
      reset_gate: resetGates.indexOf(settings.reset_gate),
      leak: !settings.unit_taus ? 0 : settings.leak === "exponential" ? 1 : 2,
      keep,
      gain,
      dt_ms: dtMs,
      noise: amplitude * settings.recurrent_noise,
      input_noise: amplitude * settings.input_noise,
    };
  },
  stateSize: (_, { units }) => units,
  step({ activation, reset_gate, tau_ms, leak, unit_taus }, parameters, sizes, { dtMs }) {
    const { inputs, units } = sizes;
    const code = activationCode(activation);
    const { W_in, W_rec, b_rec } = checked(parameters, sizes);
    const sum = (row: number, x: Float64Array, W: Float64Array, width: number) => {
      let total = 0;
      for (let i = 0; i < width; i++) total += W[row * width + i] * x[i];
      return total;
    };
    const taus = unit_taus ? parameters.tau_ms : new Float64Array(units).fill(tau_ms);
    const shares = Array.from(taus, (tau) => keepAndGain(leak, tau, dtMs));
    const reset = new Float64Array(units);
    const heard = new Float64Array(units);
    return (input, state, next) => {
      const gate = (row: number) =>
        logistic(b_rec[row] + sum(row, input, W_in, inputs) + sum(row, state, W_rec, units));
      for (let unit = 0; unit < units; unit++) {
        reset[unit] = reset_gate === "dead" ? 1 : gate(unit);
        heard[unit] = reset_gate === "live_state_gated" ? reset[unit] * state[unit] : state[unit];
      }
      for (let unit = 0; unit < units; unit++) {
        const row = 2 * units + unit;
        const s = sum(row, heard, W_rec, units) * (reset_gate === "live" ? reset[unit] : 1);
        const candidate = activate(code, b_rec[row] + sum(row, input, W_in, inputs) + s);
        const update = gate(units + unit);
        const { keep, gain } = shares[unit];
        next[unit] = (1 - update) * state[unit] + update * (keep * state[unit] + gain * candidate);
      }
    };
  },
});

/** Three rows for each unit, in what gates read: all r, all u, all n. */
function withGates(parameter: ParameterShape): ParameterShape {
  if (!["W_in", "W_rec", "b_rec"].includes(parameter.name)) return parameter;
  const [units, ...rest] = parameter.shape;
  return {
    ...parameter,
    dims: ["gate_unit", ...parameter.dims.slice(1)],
    shape: [3 * units, ...rest],
  };
}

function checked(
  parameters: Readonly<Record<string, Float64Array>>,
  { inputs, units }: NetworkSizes,
): Readonly<Record<"W_in" | "W_rec" | "b_rec", Float64Array>> {
  const of = (name: string, length: number) => {
    const found = parameters[name];
    if (found?.length === length) return found;
    throw new RangeError(
      `Cannot step the network: ${name} has ${found?.length ?? "no"} numbers, ${length} are wanted`,
    );
  };
  return {
    W_in: of("W_in", 3 * units * inputs),
    W_rec: of("W_rec", 3 * units * units),
    b_rec: of("b_rec", 3 * units),
  };
}
