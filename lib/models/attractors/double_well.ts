// Bistable units: each of the first `bistable` units moves downhill in its own double well
// V(x) = x⁴/4 − depth · x²/2, so dx/dt = depth · x − x³, and falls into −√depth or +√depth; the others decay to 0.
// With k bistable units there are 2ᵏ stable points, separated by the planes where one of those units is 0.

import { z } from "zod";
import { defineAttractor } from "../../core/attractor.ts";
import wasm from "../../wasm/ode/double_well.wasm" with { type: "bytes" };
import wgsl from "./double_well.wgsl" with { type: "text" };

export default defineAttractor({
  name: "double_well",
  summary: "Units that fall into one of two wells: a memory of one bit each.",
  reference: "Strogatz 1994, Nonlinear Dynamics and Chaos, sections 2.7 and 3.4",
  params: z.strictObject({
    units: z.int().min(1).default(2).describe("state variables"),
    bistable: z.int().min(0).default(1)
      .describe("how many of them, from the first, have two wells; all if larger than units"),
    depth: z.number().positive().default(1)
      .describe("linear growth at the ridge; the wells lie at ±√depth"),
    tau: z.number().positive().default(1)
      .describe("decay time of the other units, in the unit of dt"),
  }),
  attractor: { kind: "fixed_point", dimension: 0 },
  dimension: ({ units }) => units,
  unitNames: ({ units }) => Array.from({ length: units }, (_, unit) => `x${unit}`),
  initialBox: ({ units }) => Array.from({ length: units }, () => [-1.5, 1.5] as const),
  vectorField: ({ units, bistable, depth, tau }) => (state, derivative) => {
    for (let unit = 0; unit < units; unit++) {
      const x = state[unit];
      derivative[unit] = unit < bistable ? x * (depth - x * x) : -x / tau;
    }
  },
  jacobian: ({ units, bistable, depth, tau }) => (state, jacobian) => {
    jacobian.fill(0);
    for (let unit = 0; unit < units; unit++) {
      const x = state[unit];
      jacobian[unit * units + unit] = unit < bistable ? depth - 3 * x * x : -1 / tau;
    }
  },
  engine: {
    path: "lib/models/attractors/double_well.wgsl",
    wgsl,
    wasm,
    coupling: "pairs",
    constants: ({ depth, tau, bistable }) => [depth, tau, bistable],
    params: ([depth, tau, bistable], units) => ({ depth, tau, bistable, units }),
  },
});
