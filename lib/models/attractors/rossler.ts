// The Rössler system: one folded band, the simplest chaotic flow; limit cycles at smaller c.

import { z } from "zod";
import { defineAttractor } from "../../core/attractor.ts";
import wasm from "../../wasm/ode/rossler.wasm" with { type: "bytes" };
import wgsl from "./rossler.wgsl" with { type: "text" };

export default defineAttractor({
  name: "rossler",
  summary: "Rössler's folded band; chaotic at the defaults.",
  reference: "Rössler 1976, Phys. Lett. A 57:397",
  params: z.strictObject({
    a: z.number().default(0.2).describe("growth rate of the spiral in the x–y plane"),
    b: z.number().default(0.2).describe("inflow of z"),
    c: z.number().default(5.7).describe("threshold in x above which z grows; sets the regime"),
  }),
  attractor: { kind: "chaos", dimension: 2.01 },
  dimension: () => 3,
  unitNames: () => ["x", "y", "z"],
  initialBox: () => [[-5, 5], [-5, 5], [0, 1]],
  vectorField: ({ a, b, c }) => (state, derivative) => {
    const x = state[0], y = state[1], z = state[2];
    derivative[0] = -y - z;
    derivative[1] = x + a * y;
    derivative[2] = b + z * (x - c);
  },
  jacobian: ({ a, c }) => (state, jacobian) => {
    const x = state[0], z = state[2];
    jacobian[0] = 0;
    jacobian[1] = -1;
    jacobian[2] = -1;
    jacobian[3] = 1;
    jacobian[4] = a;
    jacobian[5] = 0;
    jacobian[6] = z;
    jacobian[7] = 0;
    jacobian[8] = x - c;
  },
  engine: {
    path: "lib/models/attractors/rossler.wgsl",
    wgsl,
    wasm,
    coupling: "triples",
    constants: ({ a, b, c }) => [a, b, c],
    params: ([a, b, c]) => ({ a, b, c }),
  },
});
