// A line attractor: a linear rate network whose recurrent feedback exactly cancels the leak along one direction.
// tau dx/dt = −x + feedback · w (w·x) with w = (1, …, 1)/√units. Along w the rate of change is −(1 − feedback)/tau, so
// with feedback 1 every point of the line stays where it is: an integrator's memory. All else decays with tau.
// Mistuned feedback makes it leak with the time constant tau/(1 − feedback) (Seung 1996).

import { z } from "zod";
import { defineAttractor } from "../../core/attractor.ts";
import wasm from "../../wasm/ode/line.wasm" with { type: "bytes" };
import wgsl from "./line.wgsl" with { type: "text" };

export default defineAttractor({
  name: "line",
  summary: "Linear network that keeps its position along one direction and forgets the rest.",
  reference: "Seung 1996, PNAS 93:13339",
  params: z.strictObject({
    units: z.int().min(2).default(3).describe("units of the network"),
    tau: z.number().positive().default(1).describe("time constant of a unit, in the unit of dt"),
    feedback: z.number().max(1).default(1)
      .describe(
        "share of the leak along the line that feedback cancels; 1 keeps a position for ever",
      ),
  }),
  attractor: { kind: "line", dimension: 1 },
  dimension: ({ units }) => units,
  unitNames: ({ units }) => Array.from({ length: units }, (_, unit) => `x${unit}`),
  initialBox: ({ units }) => Array.from({ length: units }, () => [-1, 1] as const),
  vectorField: ({ units, tau, feedback }) => (state, derivative) => {
    let sum = 0;
    for (let unit = 0; unit < units; unit++) sum += state[unit];
    const recurrent = feedback * (sum / units);
    for (let unit = 0; unit < units; unit++) derivative[unit] = (recurrent - state[unit]) / tau;
  },
  jacobian: ({ units, tau, feedback }) => (_state, jacobian) => {
    for (let target = 0; target < units; target++) {
      for (let source = 0; source < units; source++) {
        const leak = target === source ? 1 : 0;
        jacobian[target * units + source] = (feedback / units - leak) / tau;
      }
    }
  },
  engine: {
    path: "lib/models/attractors/line.wgsl",
    wgsl,
    wasm,
    coupling: "sums",
    constants: ({ tau, feedback }) => [tau, feedback],
    params: ([tau, feedback], units) => ({ tau, feedback, units }),
  },
});
