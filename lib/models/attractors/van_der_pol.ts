// The Van der Pol oscillator: one limit cycle, nearly a circle of radius 2 for small mu, relaxation jumps for large.

import { z } from "zod";
import { defineAttractor } from "../../core/attractor.ts";
import wasm from "../../wasm/ode/van_der_pol.wasm" with { type: "bytes" };
import wgsl from "./van_der_pol.wgsl" with { type: "text" };

export default defineAttractor({
  name: "van_der_pol",
  summary: "Van der Pol's oscillator: one limit cycle around an unstable point.",
  reference: "van der Pol 1926, Phil. Mag. 2:978",
  params: z.strictObject({
    mu: z.number().positive().default(1)
      .describe("strength of the nonlinear damping; the period is 6.6633 at 1"),
  }),
  attractor: { kind: "limit_cycle", dimension: 1 },
  dimension: () => 2,
  unitNames: () => ["x", "v"],
  initialBox: () => [[-3, 3], [-3, 3]],
  vectorField: ({ mu }) => (state, derivative) => {
    const x = state[0], v = state[1];
    derivative[0] = v;
    derivative[1] = mu * (1 - x * x) * v - x;
  },
  jacobian: ({ mu }) => (state, jacobian) => {
    const x = state[0], v = state[1];
    jacobian[0] = 0;
    jacobian[1] = 1;
    jacobian[2] = -2 * mu * x * v - 1;
    jacobian[3] = mu * (1 - x * x);
  },
  engine: {
    path: "lib/models/attractors/van_der_pol.wgsl",
    wgsl,
    wasm,
    coupling: "pairs",
    constants: ({ mu }) => [mu, 1],
    params: ([mu]) => ({ mu }),
  },
});
