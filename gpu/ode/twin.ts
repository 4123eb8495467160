// The twin of the kernels for ensembles: one trajectory after the other with the steppers and vector fields of lib/math
// and lib/models, so that the f64 of a stage and the meaning of its kernel are one and the same.

import type { Attractor } from "#lib/core/attractor.ts";
import type { TwinBuffers } from "#lib/core/kernel.ts";
import { keyedStream } from "#lib/core/random.ts";
import { integrators } from "#lib/math/ode/integrate.ts";
import { addNoise } from "#lib/math/ode/process_noise.ts";
import { lanes, ownConstants } from "./layout.ts";

/** Buffers of both kernels. */
export type OdeBuffer = "quads" | "members" | "constants" | "state" | "points";

/** Uniforms of both kernels. */
export type OdeUniform =
  | "num_quads"
  | "first_point"
  | "num_points"
  | "first_step"
  | "num_steps"
  | "num_units";

/** Methods that kernels know, in the order of the override constant `method`. */
export const odeMethods = ["euler", "rk4"] as const;

/** A method that kernels know. */
export type OdeMethod = typeof odeMethods[number];

/**
 * What one dispatch does.
 *
 * @param blocks blocks of units per quad; see layout.ts.
 *
 * @example
 * ```ts
 * import { odeTwin } from "#gpu/ode/twin.ts";
 * import lorenz from "#lib/models/attractors/lorenz.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(typeof odeTwin(lorenz, "rk4", 1), "function");
 * ```
 */
export function odeTwin(
  // deno-lint-ignore no-explicit-any
  attractor: Attractor<any>,
  method: OdeMethod,
  blocks: number,
): (buffers: TwinBuffers<OdeBuffer>, uniforms: Readonly<Record<OdeUniform, number>>) => void {
  return ({ quads, members, constants, state, points }, uniforms) => {
    const { num_quads, first_point, num_points, first_step, num_steps, num_units } = uniforms;
    const x = new Float64Array(num_units);
    const draws = new Float64Array(num_units);
    for (let quad = 0; quad < num_quads; quad++) {
      const [member, row, count, trial] = quads.subarray(4 * quad);
      const [substeps, discard, key0, key1, from] = members.subarray(8 * member);
      const [h, , , noise] = constants.subarray(from);
      const own = constants.subarray(from + ownConstants);
      const field = attractor.vectorField(attractor.engine!.params(own, num_units));
      const step = integrators[method].stepper(field, num_units);
      const stream = keyedStream([key0, key1]);

      const start = num_points === 0 ? 0 : discard + Math.max(0, first_point - 1) * substeps;
      const finish = num_points === 0
        ? discard
        : discard + (first_point + num_points - 1) * substeps;
      const begin = Math.min(start + first_step, finish);
      const end = Math.min(begin + num_steps, finish);
      const storesFirst = num_points > 0 && first_point === 0 && first_step === 0;
      for (let lane = 0; lane < lanes; lane++) {
        const at = quad * blocks * num_units * lanes + lane;
        for (let unit = 0; unit < num_units; unit++) x[unit] = state[at + unit * lanes];
        const store = (point: number) => {
          if (lane < count) {
            points.set(x, ((row + lane) * num_points + point - first_point) * num_units);
          }
        };
        if (storesFirst) store(0);
        for (let s = begin; s < end; s++) {
          step(x, h);
          if (noise !== 0) addNoise(x, noise, stream, trial + lane, s, draws);
          const since = s + 1 - discard;
          if (num_points > 0 && since % substeps === 0) store(since / substeps);
        }
        for (let unit = 0; unit < num_units; unit++) state[at + unit * lanes] = x[unit];
      }
    }
  };
}
