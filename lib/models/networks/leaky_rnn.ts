// Leaky recurrent network with drive p = W_in x + W_rec h + b, in three forms:
//   leak_outside  h' = keep · h + gain · φ(p)
//   leak_inside   h' = φ(keep · h + gain · p)
//   current       h' = keep · h + gain · p, where others see φ(h)
// with keep = e^(−dt/τ), gain = 1 − keep (exponential) or gain = dt/τ, keep = 1 − gain (Euler; at most 1). τ is a setting,
// or a parameter of each unit, which training may change.
// Noise: drives get √(2/gain) · σ · ξ, so that a unit without any other drive has a standard deviation near σ.

import { z } from "zod";
import { defineNetworkModel } from "../../core/network_model.ts";
import { activationCode } from "../../math/networks/activation.ts";
import { keepAndGain, leaks } from "./_leak.ts";
import { forms, unitParameters, unitParams, unitStep } from "./_rate_units.ts";

const params = z.strictObject({
  ...unitParams,
  form: z.enum(forms).default("leak_outside")
    .describe(
      "whether φ is taken of the drive, of the new state, or of the state as others see it",
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
  name: "leaky_rnn",
  summary:
    "Units that keep a share of their state, by a time constant, and take up the rest of their drive.",
  reference:
    "Yang et al. 2019, Nature Neuroscience 22:297–306, equations 1–3; Song et al. 2016, PLOS Comput. Biol. 12:e1004792",
  program: "recurrent",
  params,
  parameters: (settings, sizes) =>
    unitParameters(settings, sizes, settings.unit_taus ? settings.tau_ms : undefined),
  constants(settings, { dtMs }) {
    const { keep, gain } = keepAndGain(settings.leak, settings.tau_ms, dtMs);
    const amplitude = Math.sqrt(2 / gain);
    return {
      activation: activationCode(settings.activation),
      form: forms.indexOf(settings.form),
      leak: !settings.unit_taus ? 0 : leaks.indexOf(settings.leak) + 1,
      keep,
      gain,
      dt_ms: dtMs,
      noise: amplitude * settings.recurrent_noise,
      input_noise: amplitude * settings.input_noise,
    };
  },
  stateSize: (_, { units }) => units,
  step(settings, parameters, sizes, { dtMs }) {
    const { units } = sizes;
    const keep = new Float64Array(units);
    const gain = new Float64Array(units);
    for (let unit = 0; unit < units; unit++) {
      const tau = settings.unit_taus ? parameters.tau_ms[unit] : settings.tau_ms;
      ({ keep: keep[unit], gain: gain[unit] } = keepAndGain(settings.leak, tau, dtMs));
    }
    return unitStep(settings.activation, settings.form, parameters, sizes, keep, gain);
  },
});
