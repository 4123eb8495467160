// Lyapunov exponents: how fast neighbouring trajectories part, per unit of time, averaged along one trajectory.
// Two ways that share nothing but the integrator: tangent vectors (needs the Jacobian) and a second trajectory.
// Sources: Benettin, Galgani, Giorgilli & Strelcyn 1980, Meccanica 15:9 and 15:21.

import type { JacobianField, VectorField } from "../../core/attractor.ts";
import { requirePositiveInteger } from "./grid.ts";
import { rk4Stepper } from "./rk4.ts";

/** How long and how finely to follow the trajectory. */
export interface LyapunovOptions {
  /** Step of the classical Runge–Kutta method. */
  readonly dt: number;
  /** Steps that count. */
  readonly numSteps: number;
  /** Steps before, to reach the attracting set and its directions of growth; 0 if absent. */
  readonly numTransient?: number;
  /** Steps between two renormalisations; 10 if absent. */
  readonly renormalizeEvery?: number;
}

/**
 * The `numExponents` largest Lyapunov exponents, largest first, from tangent vectors that are carried along
 * by the Jacobian and orthonormalised again and again.
 *
 * @throws {RangeError} if a count is no positive integer or there are more exponents than units.
 *
 * @example
 * ```ts
 * import { lyapunovSpectrum } from "#lib/math/ode/lyapunov.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const field = (x: Float64Array, dx: Float64Array) => void (dx[0] = -x[0], dx[1] = -3 * x[1]);
 * const jacobian = (_: Float64Array, j: Float64Array) => j.set([-1, 0, 0, -3]);
 * const options = { dt: 0.01, numSteps: 100, numExponents: 2 };
 * const exponents = lyapunovSpectrum(field, jacobian, Float64Array.of(1, 1), options);
 * assertAlmostEquals(exponents[0], -1, 1e-6);
 * assertAlmostEquals(exponents[1], -3, 1e-6);
 * ```
 */
export function lyapunovSpectrum(
  field: VectorField,
  jacobian: JacobianField,
  initial: Float64Array,
  options: LyapunovOptions & { readonly numExponents?: number },
): Float64Array {
  const { dt, numSteps, numTransient = 0, renormalizeEvery = 10, numExponents = 1 } = options;
  const numUnits = initial.length;
  requirePositiveInteger("numSteps", numSteps);
  requirePositiveInteger("renormalizeEvery", renormalizeEvery);
  requirePositiveInteger("numExponents", numExponents);
  if (numExponents > numUnits) {
    throw new RangeError(
      `lyapunovSpectrum() got numExponents ${numExponents} for ${numUnits} units, which have ${numUnits} exponents`,
    );
  }
  // One long state: the trajectory's point, then each tangent vector.
  const joint = new Float64Array(numUnits * (1 + numExponents));
  joint.set(initial);
  for (let k = 0; k < numExponents; k++) joint[numUnits * (1 + k) + k] = 1;
  const step = rk4Stepper(tangentField(field, jacobian, numUnits, numExponents), joint.length);
  const growth = new Float64Array(numExponents);
  for (let done = 1; done <= numTransient + numSteps; done++) {
    step(joint, dt);
    const isLast = done === numTransient || done === numTransient + numSteps;
    if (done % renormalizeEvery === 0 || isLast) {
      orthonormalize(joint, numUnits, numExponents, growth);
    }
    // During the transient the vectors turn into their directions; that is no growth to count.
    if (done === numTransient) growth.fill(0);
  }
  return growth.map((sum) => sum / (numSteps * dt));
}

/**
 * The largest Lyapunov exponent from two trajectories, the second pulled back to the same small distance from the
 * first again and again. Needs no Jacobian; good to about `separation` relative to the attractor's size.
 *
 * @throws {RangeError} if a count is no positive integer.
 *
 * @example
 * ```ts
 * import { largestLyapunovExponent } from "#lib/math/ode/lyapunov.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const decay = (x: Float64Array, dx: Float64Array) => void (dx[0] = -x[0]);
 * const found = largestLyapunovExponent(decay, Float64Array.of(1), { dt: 0.01, numSteps: 100 });
 * assertAlmostEquals(found, -1, 1e-6);
 * ```
 */
export function largestLyapunovExponent(
  field: VectorField,
  initial: Float64Array,
  options: LyapunovOptions & { readonly separation?: number },
): number {
  const { dt, numSteps, numTransient = 0, renormalizeEvery = 10, separation = 1e-8 } = options;
  const numUnits = initial.length;
  requirePositiveInteger("numSteps", numSteps);
  requirePositiveInteger("renormalizeEvery", renormalizeEvery);
  const step = rk4Stepper(field, numUnits);
  const state = settle(field, initial, dt, numTransient);
  const shadow = state.map((x) => x + separation / Math.sqrt(numUnits));
  let growth = 0;
  for (let done = 1; done <= numSteps; done++) {
    step(state, dt);
    step(shadow, dt);
    if (done % renormalizeEvery !== 0 && done !== numSteps) continue;
    let squared = 0;
    for (let unit = 0; unit < numUnits; unit++) squared += (shadow[unit] - state[unit]) ** 2;
    const distance = Math.sqrt(squared);
    growth += Math.log(distance / separation);
    const scale = separation / distance;
    for (let unit = 0; unit < numUnits; unit++) {
      shadow[unit] = state[unit] + scale * (shadow[unit] - state[unit]);
    }
  }
  return growth / (numSteps * dt);
}

function settle(field: VectorField, initial: Float64Array, dt: number, numSteps: number) {
  const state = initial.slice();
  const step = rk4Stepper(field, state.length);
  for (let done = 0; done < numSteps; done++) step(state, dt);
  return state;
}

/** The point moves with the field, each tangent vector with the Jacobian at the point. */
function tangentField(
  field: VectorField,
  jacobian: JacobianField,
  numUnits: number,
  numVectors: number,
): VectorField {
  const matrix = new Float64Array(numUnits * numUnits);
  const point = new Float64Array(numUnits);
  const velocity = new Float64Array(numUnits);
  return (joint, derivative) => {
    for (let i = 0; i < numUnits; i++) point[i] = joint[i];
    field(point, velocity);
    jacobian(point, matrix);
    for (let i = 0; i < numUnits; i++) derivative[i] = velocity[i];
    for (let k = 1; k <= numVectors; k++) {
      const vector = k * numUnits;
      for (let i = 0; i < numUnits; i++) {
        let sum = 0;
        for (let j = 0; j < numUnits; j++) sum += matrix[i * numUnits + j] * joint[vector + j];
        derivative[vector + i] = sum;
      }
    }
  };
}

/** Modified Gram–Schmidt on the tangent vectors; adds the logarithm of each length to `growth`. */
function orthonormalize(
  joint: Float64Array,
  numUnits: number,
  numVectors: number,
  growth: Float64Array,
): void {
  for (let k = 0; k < numVectors; k++) {
    const vector = (k + 1) * numUnits;
    for (let earlier = 0; earlier < k; earlier++) {
      const other = (earlier + 1) * numUnits;
      let overlap = 0;
      for (let i = 0; i < numUnits; i++) overlap += joint[vector + i] * joint[other + i];
      for (let i = 0; i < numUnits; i++) joint[vector + i] -= overlap * joint[other + i];
    }
    let squared = 0;
    for (let i = 0; i < numUnits; i++) squared += joint[vector + i] ** 2;
    const length = Math.sqrt(squared);
    growth[k] += Math.log(length);
    for (let i = 0; i < numUnits; i++) joint[vector + i] /= length;
  }
}
