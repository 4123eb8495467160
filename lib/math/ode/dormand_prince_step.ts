// One step of Dormand & Prince's pair: stages, error estimate and interpolant. The tables of coefficients are Dormand &
// Prince 1980 and, for the interpolant, Hairer, Nørsett & Wanner 1993, II.6.

import type { VectorField } from "../../core/attractor.ts";
import type { Stepper } from "./grid.ts";

/**
 * One step of the fifth-order formula with a given length, in place.
 *
 * @example
 * ```ts
 * import { dormandPrinceStepper } from "#lib/math/ode/dormand_prince_step.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const state = new Float64Array([1]);
 * dormandPrinceStepper((x, dx) => void (dx[0] = -x[0]), 1)(state, 0.1);
 * assertAlmostEquals(state[0], Math.exp(-0.1), 1e-9);
 * ```
 */
export function dormandPrinceStepper(field: VectorField, numUnits: number): Stepper {
  const stages = new DormandPrinceStep(field, numUnits);
  return (state, dt) => {
    field(state, stages.k1);
    stages.attempt(state, dt);
    for (let unit = 0; unit < numUnits; unit++) state[unit] = stages.next[unit];
  };
}

/**
 * The seven stages of a step and the work arrays around them. Start by writing the field at the state into `k1`; then
 * for each step `attempt` it, look at `error`, read points within it by `prepareInterpolant` and `interpolate`, and
 * `accept` it, which moves the state and makes the last stage the next step's first.
 *
 * @example
 * ```ts
 * import { DormandPrinceStep } from "#lib/math/ode/dormand_prince_step.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const step = new DormandPrinceStep((x, dx) => void (dx[0] = -x[0]), 1);
 * const state = Float64Array.of(1);
 * step.k1[0] = -1;
 * step.attempt(state, 0.1);
 * assertAlmostEquals(step.next[0], Math.exp(-0.1), 1e-9);
 * ```
 */
export class DormandPrinceStep {
  readonly k1: Float64Array;
  readonly next: Float64Array;
  readonly #k2: Float64Array;
  readonly #k3: Float64Array;
  readonly #k4: Float64Array;
  readonly #k5: Float64Array;
  readonly #k6: Float64Array;
  readonly #k7: Float64Array;
  readonly #probe: Float64Array;
  /** Coefficients of the interpolant: difference, two slopes and the fourth-order term. */
  readonly #curve: Float64Array;

  constructor(readonly field: VectorField, readonly numUnits: number) {
    const vector = () => new Float64Array(numUnits);
    this.k1 = vector();
    this.next = vector();
    this.#k2 = vector();
    this.#k3 = vector();
    this.#k4 = vector();
    this.#k5 = vector();
    this.#k6 = vector();
    this.#k7 = vector();
    this.#probe = vector();
    this.#curve = new Float64Array(4 * numUnits);
  }

  /** Computes `next` and the stages from `state` and k1. */
  attempt(state: Float64Array, h: number): void {
    const { field, numUnits, k1, next } = this;
    const k2 = this.#k2, k3 = this.#k3, k4 = this.#k4, k5 = this.#k5, k6 = this.#k6;
    const probe = this.#probe;
    for (let i = 0; i < numUnits; i++) probe[i] = state[i] + h * (1 / 5) * k1[i];
    field(probe, k2);
    for (let i = 0; i < numUnits; i++) {
      probe[i] = state[i] + h * (3 / 40 * k1[i] + 9 / 40 * k2[i]);
    }
    field(probe, k3);
    for (let i = 0; i < numUnits; i++) {
      probe[i] = state[i] + h * (44 / 45 * k1[i] - 56 / 15 * k2[i] + 32 / 9 * k3[i]);
    }
    field(probe, k4);
    for (let i = 0; i < numUnits; i++) {
      probe[i] = state[i] + h * (19372 / 6561 * k1[i] - 25360 / 2187 * k2[i] +
            64448 / 6561 * k3[i] - 212 / 729 * k4[i]);
    }
    field(probe, k5);
    for (let i = 0; i < numUnits; i++) {
      probe[i] = state[i] + h * (9017 / 3168 * k1[i] - 355 / 33 * k2[i] +
            46732 / 5247 * k3[i] + 49 / 176 * k4[i] - 5103 / 18656 * k5[i]);
    }
    field(probe, k6);
    for (let i = 0; i < numUnits; i++) {
      next[i] = state[i] + h * (35 / 384 * k1[i] + 500 / 1113 * k3[i] + 125 / 192 * k4[i] -
            2187 / 6784 * k5[i] + 11 / 84 * k6[i]);
    }
  }

  /** Root mean square of the estimated error over the allowed one; no number if the step left the finite ones. */
  error(state: Float64Array, h: number, rtol: number, atol: number): number {
    const { k1, next, numUnits } = this;
    const k3 = this.#k3, k4 = this.#k4, k5 = this.#k5, k6 = this.#k6, k7 = this.#k7;
    this.field(next, k7);
    let sum = 0;
    for (let i = 0; i < numUnits; i++) {
      const difference = h * (71 / 57600 * k1[i] - 71 / 16695 * k3[i] + 71 / 1920 * k4[i] -
        17253 / 339200 * k5[i] + 22 / 525 * k6[i] - 1 / 40 * k7[i]);
      const allowed = atol + rtol * Math.max(Math.abs(state[i]), Math.abs(next[i]));
      // A unit that stays exactly at 0 under a purely relative tolerance has no error.
      if (difference !== 0) sum += (difference / allowed) ** 2;
    }
    return Math.sqrt(sum / numUnits);
  }

  accept(state: Float64Array): void {
    for (let i = 0; i < this.numUnits; i++) {
      state[i] = this.next[i];
      this.k1[i] = this.#k7[i];
    }
  }

  prepareInterpolant(state: Float64Array, h: number): void {
    const { k1, next, numUnits } = this;
    const k3 = this.#k3, k4 = this.#k4, k5 = this.#k5, k6 = this.#k6, k7 = this.#k7;
    const curve = this.#curve;
    for (let i = 0; i < numUnits; i++) {
      const difference = next[i] - state[i];
      const slope = h * k1[i] - difference;
      curve[4 * i] = difference;
      curve[4 * i + 1] = slope;
      curve[4 * i + 2] = difference - h * k7[i] - slope;
      curve[4 * i + 3] = h * (-12715105075 / 11282082432 * k1[i] +
        87487479700 / 32700410799 * k3[i] - 10690763975 / 1880347072 * k4[i] +
        701980252875 / 199316789632 * k5[i] - 1453857185 / 822651844 * k6[i] +
        69997945 / 29380423 * k7[i]);
    }
  }

  interpolate(state: Float64Array, fraction: number, out: Float64Array, at: number): void {
    const curve = this.#curve;
    const rest = 1 - fraction;
    for (let i = 0; i < this.numUnits; i++) {
      const inner = curve[4 * i + 2] + rest * curve[4 * i + 3];
      out[at + i] = state[i] +
        fraction * (curve[4 * i] + rest * (curve[4 * i + 1] + fraction * inner));
    }
  }

  /** A first step length from the size of the field and of its change (Hairer et al., II.4). */
  firstLength(state: Float64Array, rtol: number, atol: number): number {
    const { field, numUnits, k1 } = this;
    const probe = this.#probe, k2 = this.#k2;
    let size = 0, speed = 0;
    for (let i = 0; i < numUnits; i++) {
      const allowed = atol + rtol * Math.abs(state[i]) || Number.MIN_VALUE;
      size += (state[i] / allowed) ** 2;
      speed += (k1[i] / allowed) ** 2;
    }
    size = Math.sqrt(size / numUnits);
    speed = Math.sqrt(speed / numUnits);
    const guess = size < 1e-5 || speed < 1e-5 ? 1e-6 : 0.01 * size / speed;
    for (let i = 0; i < numUnits; i++) probe[i] = state[i] + guess * k1[i];
    field(probe, k2);
    let bend = 0;
    for (let i = 0; i < numUnits; i++) {
      const allowed = atol + rtol * Math.abs(state[i]) || Number.MIN_VALUE;
      bend += ((k2[i] - k1[i]) / allowed) ** 2;
    }
    bend = Math.sqrt(bend / numUnits) / guess;
    const steepest = Math.max(speed, bend);
    const second = steepest <= 1e-15 ? Math.max(1e-6, guess * 1e-3) : (0.01 / steepest) ** 0.2;
    const length = Math.min(100 * guess, second);
    // A field that is not finite here gives no length: let the first attempt fail and be counted.
    return length > 0 && length < Infinity ? length : 1e-6;
  }
}
