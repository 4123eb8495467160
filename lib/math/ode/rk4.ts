// The classical Runge–Kutta method, order 4, with fixed steps (Kutta 1901).

import { type FixedStepOptions, integrateFixedStep } from "./fixed_step.ts";
import type { VectorField } from "../../core/attractor.ts";
import type { Stepper } from "./grid.ts";

/**
 * One classical Runge–Kutta step, in place.
 *
 * @example
 * ```ts
 * import { rk4Stepper } from "#lib/math/ode/rk4.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const state = new Float64Array([1]);
 * rk4Stepper((x, dx) => void (dx[0] = -x[0]), 1)(state, 0.1);
 * assertAlmostEquals(state[0], Math.exp(-0.1), 1e-7);
 * ```
 */
export function rk4Stepper(field: VectorField, numUnits: number): Stepper {
  const k1 = new Float64Array(numUnits);
  const k2 = new Float64Array(numUnits);
  const k3 = new Float64Array(numUnits);
  const k4 = new Float64Array(numUnits);
  const probe = new Float64Array(numUnits);
  return (state, dt) => {
    const half = 0.5 * dt;
    field(state, k1);
    for (let unit = 0; unit < numUnits; unit++) probe[unit] = state[unit] + half * k1[unit];
    field(probe, k2);
    for (let unit = 0; unit < numUnits; unit++) probe[unit] = state[unit] + half * k2[unit];
    field(probe, k3);
    for (let unit = 0; unit < numUnits; unit++) probe[unit] = state[unit] + dt * k3[unit];
    field(probe, k4);
    const sixth = dt / 6;
    for (let unit = 0; unit < numUnits; unit++) {
      state[unit] += sixth * (k1[unit] + 2 * (k2[unit] + k3[unit]) + k4[unit]);
    }
  };
}

/**
 * Trajectories by the classical Runge–Kutta method, trials × time × units.
 *
 * @throws {RangeError} if the grid or the array sizes make no sense.
 *
 * @example
 * ```ts
 * import { rk4 } from "#lib/math/ode/rk4.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const decay = (x: Float64Array, dx: Float64Array) => void (dx[0] = -x[0]);
 * const states = rk4(decay, new Float64Array([1]), { numUnits: 1, numTime: 11, dt: 0.1 });
 * assertAlmostEquals(states[10], Math.exp(-1), 1e-6);
 * ```
 */
export function rk4(
  field: VectorField,
  initial: Float64Array,
  options: FixedStepOptions,
): Float64Array {
  return integrateFixedStep(rk4Stepper(field, options.numUnits), initial, options);
}
