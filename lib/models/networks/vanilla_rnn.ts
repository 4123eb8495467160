// Vanilla recurrent network: h' = φ(W_in x + W_rec h + b), outputs W_out h'. Nothing is kept of the former state but what
// comes through the weights, so a step has no duration.

import { z } from "zod";
import { defineNetworkModel } from "../../core/network_model.ts";
import { activationCode } from "../../math/networks/activation.ts";
import { unitParameters, unitParams, unitStep } from "./_rate_units.ts";

export default defineNetworkModel({
  name: "vanilla_rnn",
  summary: "Units that take up all of their drive in each step, and keep nothing.",
  reference: "Elman 1990, Finding structure in time, Cognitive Science 14:179–211",
  program: "recurrent",
  params: z.strictObject(unitParams),
  parameters: unitParameters,
  constants: ({ activation, recurrent_noise, input_noise }, { dtMs }) => ({
    activation: activationCode(activation),
    form: 0,
    leak: 0,
    keep: 0,
    gain: 1,
    dt_ms: dtMs,
    noise: recurrent_noise,
    input_noise,
  }),
  stateSize: (_, { units }) => units,
  step({ activation }, parameters, sizes) {
    const keep = new Float64Array(sizes.units);
    const gain = new Float64Array(sizes.units).fill(1);
    return unitStep(activation, "leak_outside", parameters, sizes, keep, gain);
  },
});
