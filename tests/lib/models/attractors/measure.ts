// Measurements on attractors that several tests share.

import type { VectorField } from "#lib/core/attractor.ts";
import { rk4Stepper } from "#lib/math/ode/rk4.ts";

/** The state after `duration`, by steps of `dt`. */
export function settle(field: VectorField, start: Float64Array, duration: number, dt = 0.02) {
  const state = start.slice();
  const step = rk4Stepper(field, state.length);
  for (let done = 0; done < duration / dt; done++) step(state, dt);
  return state;
}

/** Length of the velocity at a state. */
export function speed(field: VectorField, state: Float64Array): number {
  const velocity = new Float64Array(state.length);
  field(state, velocity);
  return Math.hypot(...velocity);
}

/** Times at which the first unit passes 0 upwards, by cubic interpolation within each step. */
export function upwardCrossings(
  field: VectorField,
  start: Float64Array,
  duration: number,
  dt: number,
): number[] {
  const state = start.slice();
  const before = start.slice();
  const [velocity, velocityBefore] = [start.slice(), start.slice()];
  const step = rk4Stepper(field, state.length);
  const times: number[] = [];
  for (let done = 0; done < duration / dt; done++) {
    before.set(state);
    step(state, dt);
    if (!(before[0] < 0 && state[0] >= 0)) continue;
    field(before, velocityBefore);
    field(state, velocity);
    let [low, high] = [0, 1];
    for (let halving = 0; halving < 60; halving++) {
      const s = (low + high) / 2;
      const value = before[0] * (1 + 2 * s) * (1 - s) ** 2 + state[0] * s ** 2 * (3 - 2 * s) +
        dt * (velocityBefore[0] * s * (1 - s) ** 2 - velocity[0] * s ** 2 * (1 - s));
      if (value < 0) low = s;
      else high = s;
    }
    times.push((done + low) * dt);
  }
  return times;
}
