// One stable point at the origin, approached straight or in a spiral.
// tau dx/dt = −x + gain · φ(x) + tau · omega · R x, where R turns the planes (x0, x1), (x2, x3), … and φ is the
// identity or tanh. |φ(x)| ≤ |x| and R leaves the length alone, so gain < 1 makes every trajectory shrink.
// With the identity, x(t) decays as exp(−(1 − gain) t/tau) while it turns by omega · t.

import { z } from "zod";
import { defineAttractor } from "../../core/attractor.ts";
import wasm from "../../wasm/ode/point.wasm" with { type: "bytes" };
import wgsl from "./point.wgsl" with { type: "text" };

export default defineAttractor({
  name: "point",
  summary: "One stable point, linear or with saturating units, with or without rotation.",
  reference: "Strogatz 1994, Nonlinear Dynamics and Chaos, section 5.2",
  params: z.strictObject({
    units: z.int().min(1).default(3).describe("state variables"),
    tau: z.number().positive().default(1).describe("time constant of the leak, in the unit of dt"),
    gain: z.number().lt(1).default(0).describe("self-excitation, below 1 for stability"),
    omega: z.number().default(0)
      .describe(
        "angular speed in the planes of successive pairs of units, radians per unit of time",
      ),
    activation: z.enum(["linear", "tanh"]).default("linear").describe("response of a unit"),
  }),
  attractor: { kind: "fixed_point", dimension: 0 },
  dimension: ({ units }) => units,
  unitNames: ({ units }) => Array.from({ length: units }, (_, unit) => `x${unit}`),
  initialBox: ({ units }) => Array.from({ length: units }, () => [-1, 1] as const),
  vectorField: ({ units, tau, gain, omega, activation }) => (state, derivative) => {
    for (let unit = 0; unit < units; unit++) {
      const x = state[unit];
      const response = activation === "tanh" ? Math.tanh(x) : x;
      derivative[unit] = (gain * response - x) / tau;
    }
    for (let unit = 0; unit + 1 < units; unit += 2) {
      derivative[unit] -= omega * state[unit + 1];
      derivative[unit + 1] += omega * state[unit];
    }
  },
  jacobian: ({ units, tau, gain, omega, activation }) => (state, jacobian) => {
    jacobian.fill(0);
    for (let unit = 0; unit < units; unit++) {
      const slope = activation === "tanh" ? 1 - Math.tanh(state[unit]) ** 2 : 1;
      jacobian[unit * units + unit] = (gain * slope - 1) / tau;
    }
    for (let unit = 0; unit + 1 < units; unit += 2) {
      jacobian[unit * units + unit + 1] = -omega;
      jacobian[(unit + 1) * units + unit] = omega;
    }
  },
  engine: {
    path: "lib/models/attractors/point.wgsl",
    wgsl,
    wasm,
    coupling: "pairs",
    constants: (
      { tau, gain, omega, activation },
    ) => [tau, gain, omega, Number(activation === "tanh")],
    params: ([tau, gain, omega, saturates], units) => ({
      tau,
      gain,
      omega,
      activation: saturates === 0 ? "linear" as const : "tanh" as const,
      units,
    }),
  },
});
