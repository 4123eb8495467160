// What vanilla and leaky networks share: the names and shapes of their parameters, settings of noise and readout, and a step
// in f64 in any of the three forms. Leaves out how much a step keeps (leaky_rnn.ts).

import { z } from "zod";
import type { NetworkSizes, ParameterShape } from "../../core/network_model.ts";
import {
  activate,
  type Activation,
  activationCode,
  activations,
} from "../../math/networks/activation.ts";

/** Settings of both. */
export const unitParams = {
  activation: z.enum(activations).default("leaky_relu").describe("φ; leaky_relu has slope 0.01"),
  recurrent_noise: z.number().min(0).default(0)
    .describe("standard deviation of noise in what drives each unit"),
  input_noise: z.number().min(0).default(0)
    .describe("standard deviation of noise in each input channel, drawn anew in each step"),
  bias_out: z.boolean().default(false).describe("whether outputs have biases"),
};

/** Forms of a step, by the number that kernels know (`form` of gpu/rnn/recurrent.ts). */
export const forms = ["leak_outside", "leak_inside", "current"] as const;

/**
 * The parameters, in their order.
 *
 * @param tau where time constants of single units start, in ms; absent where there are none
 * @example
 * ```ts
 * import { unitParameters } from "#lib/models/networks/_rate_units.ts";
 * import { assertEquals } from "@std/assert";
 * const [input] = unitParameters({ bias_out: false }, { inputs: 7, units: 12, outputs: 3 });
 * assertEquals([input.name, ...input.shape], ["W_in", 12, 7]);
 * ```
 */
export function unitParameters(
  { bias_out }: { readonly bias_out: boolean },
  { inputs, units, outputs }: NetworkSizes,
  tau?: number,
): readonly ParameterShape[] {
  const parameters: ParameterShape[] = [
    {
      name: "W_in",
      dims: ["unit", "input"],
      shape: [units, inputs],
      fanIn: inputs,
      role: "input",
    },
    {
      name: "W_rec",
      dims: ["unit", "source"],
      shape: [units, units],
      fanIn: units,
      role: "recurrent",
    },
    // As published: biases start as uniformly as the weights of inputs.
    { name: "b_rec", dims: ["unit"], shape: [units], fanIn: inputs, role: "bias" },
    {
      name: "W_out",
      dims: ["output", "unit"],
      shape: [outputs, units],
      fanIn: units,
      role: "output",
    },
  ];
  if (bias_out) {
    parameters.push({
      name: "b_out",
      dims: ["output"],
      shape: [outputs],
      fanIn: units,
      role: "bias",
    });
  }
  if (tau !== undefined) {
    parameters.push({
      name: "tau_ms",
      dims: ["unit"],
      shape: [units],
      fanIn: 1,
      role: "other",
      start: tau,
    });
  }
  return parameters;
}

/**
 * A step without noise, from keep and gain of each unit.
 *
 * @throws {RangeError} if a parameter is missing or has another length than the sizes say
 *
 * @example
 * ```ts
 * import { unitStep } from "#lib/models/networks/_rate_units.ts";
 * import { assertEquals } from "@std/assert";
 * const one = (x: number) => Float64Array.of(x);
 * const parameters = { W_in: one(2), W_rec: one(0.5), b_rec: one(1) };
 * const step = unitStep("relu", "leak_outside", parameters, { inputs: 1, units: 1, outputs: 1 }, one(0.8), one(0.2));
 * const next = one(0);
 * step(one(3), one(4), next);
 * assertEquals(next[0], 0.8 * 4 + 0.2 * (2 * 3 + 0.5 * 4 + 1));
 * ```
 */
export function unitStep(
  activation: Activation,
  form: typeof forms[number],
  parameters: Readonly<Record<string, Float64Array>>,
  { inputs, units }: NetworkSizes,
  keep: Float64Array,
  gain: Float64Array,
): (input: Float64Array, state: Float64Array, next: Float64Array) => void {
  const code = activationCode(activation);
  const of = (name: string, length: number) => {
    const found = parameters[name];
    if (found?.length === length) return found;
    throw new RangeError(
      `Cannot step the network: ${name} has ${found?.length ?? "no"} numbers, ${length} are wanted`,
    );
  };
  const W_in = of("W_in", units * inputs);
  const W_rec = of("W_rec", units * units);
  const b_rec = of("b_rec", units);
  const seen = new Float64Array(units);
  return (input, state, next) => {
    for (let unit = 0; unit < units; unit++) {
      seen[unit] = form === "current" ? activate(code, state[unit]) : state[unit];
    }
    for (let unit = 0; unit < units; unit++) {
      let p = b_rec[unit];
      for (let i = 0; i < inputs; i++) p += W_in[unit * inputs + i] * input[i];
      for (let i = 0; i < units; i++) p += W_rec[unit * units + i] * seen[i];
      const taken = form === "leak_outside" ? activate(code, p) : p;
      const mixed = keep[unit] * state[unit] + gain[unit] * taken;
      next[unit] = form === "leak_inside" ? activate(code, mixed) : mixed;
    }
  };
}
