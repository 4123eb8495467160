// The Lorenz system: a point, two points or the butterfly, according to r.
// For s = 10, b = 8/3: the origin is stable for r < 1; two points C± are stable for 1 < r < 24.74; beyond, chaos
// (with periodic windows), which from r = 24.06 already coexists with the stable points.

import { z } from "zod";
import { defineAttractor } from "../../core/attractor.ts";
import wasm from "../../wasm/ode/lorenz.wasm" with { type: "bytes" };
import wgsl from "./lorenz.wgsl" with { type: "text" };

const params = z.strictObject({
  s: z.number().positive().default(10).describe("Prandtl number σ"),
  r: z.number().min(0).default(28).describe("relative Rayleigh number ρ; sets the regime"),
  b: z.number().positive().default(8 / 3)
    .describe("geometric factor β; 8/3 exactly, where many programs write 2.667"),
});

/** Params of {@link default}, defaults filled in. */
export type LorenzParams = z.output<typeof params>;

/**
 * The fixed points of the Lorenz system: the origin, and for r > 1 also C₊ and C₋.
 *
 * @example
 * ```ts
 * import { lorenzFixedPoints } from "#lib/models/attractors/lorenz.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(lorenzFixedPoints({ s: 10, r: 28, b: 8 / 3 })[1][2], 27);
 * ```
 */
export function lorenzFixedPoints({ r, b }: LorenzParams): readonly Float64Array[] {
  const origin = Float64Array.of(0, 0, 0);
  if (r <= 1) return [origin];
  const c = Math.sqrt(b * (r - 1));
  return [origin, Float64Array.of(c, c, r - 1), Float64Array.of(-c, -c, r - 1)];
}

export default defineAttractor({
  name: "lorenz",
  summary: "Lorenz's three equations of convection; chaotic at the defaults.",
  reference: "Lorenz 1963, J. Atmos. Sci. 20:130, equations 25–27",
  params,
  attractor: { kind: "chaos", dimension: 2.06 },
  dimension: () => 3,
  unitNames: () => ["x", "y", "z"],
  initialBox: () => [[0, 1], [0, 1], [0, 1]],
  // The order of operations is that of the published simulations, whose last bits depend on it.
  vectorField: ({ s, r, b }) => (state, derivative) => {
    const x = state[0], y = state[1], z = state[2];
    derivative[0] = s * (y - x);
    derivative[1] = r * x - y - x * z;
    derivative[2] = x * y - b * z;
  },
  jacobian: ({ s, r, b }) => (state, jacobian) => {
    const x = state[0], y = state[1], z = state[2];
    jacobian[0] = -s;
    jacobian[1] = s;
    jacobian[2] = 0;
    jacobian[3] = r - z;
    jacobian[4] = -1;
    jacobian[5] = -x;
    jacobian[6] = y;
    jacobian[7] = x;
    jacobian[8] = -b;
  },
  engine: {
    path: "lib/models/attractors/lorenz.wgsl",
    wgsl,
    wasm,
    coupling: "triples",
    constants: ({ s, r, b }) => [s, r, b],
    params: ([s, r, b]) => ({ s, r, b }),
  },
});
