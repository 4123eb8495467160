// Forward Euler, order 1, and with additive noise Euler–Maruyama.

import { type FixedStepOptions, integrateFixedStep } from "./fixed_step.ts";
import type { VectorField } from "../../core/attractor.ts";
import { layOutEnsemble, type Stepper } from "./grid.ts";

/** Additive process noise: after each step, std · √(step length) times the next draw is added to each unit. */
export interface ProcessNoise {
  /** Standard deviation per square root of the unit of time. */
  readonly std: number;
  /** Standard normal numbers, trials × ((time − 1) · substeps) × units. */
  readonly draws: Float64Array;
}

/**
 * One forward Euler step x ← x + f(x) · dt, the product rounded before the sum.
 *
 * @example
 * ```ts
 * import { eulerStepper } from "#lib/math/ode/euler.ts";
 * import { assertEquals } from "@std/assert";
 * const state = new Float64Array([1]);
 * eulerStepper((x, dx) => void (dx[0] = -x[0]), 1)(state, 0.25);
 * assertEquals(state[0], 0.75);
 * ```
 */
export function eulerStepper(field: VectorField, numUnits: number): Stepper {
  const velocity = new Float64Array(numUnits);
  return (state, dt) => {
    field(state, velocity);
    for (let unit = 0; unit < numUnits; unit++) state[unit] += velocity[unit] * dt;
  };
}

/**
 * Trajectories by forward Euler, trials × time × units. With `noise` it is the Euler–Maruyama method of
 * dx = f(x) dt + std dW, of strong order 1 because the noise is additive (Kloeden & Platen 1992, section 10.2).
 *
 * @throws {RangeError} if the grid, the array sizes or the number of draws make no sense.
 *
 * @example
 * ```ts
 * import { euler } from "#lib/math/ode/euler.ts";
 * import { assertEquals } from "@std/assert";
 * const decay = (x: Float64Array, dx: Float64Array) => void (dx[0] = -x[0]);
 * const states = euler(decay, new Float64Array([1, 2]), { numUnits: 1, numTime: 3, dt: 0.5 });
 * assertEquals([...states], [1, 0.5, 0.25, 2, 1, 0.5]);
 * ```
 */
export function euler(
  field: VectorField,
  initial: Float64Array,
  options: FixedStepOptions & { readonly noise?: ProcessNoise },
): Float64Array {
  const { numUnits, numTime, substeps = 1, noise } = options;
  const step = eulerStepper(field, numUnits);
  if (noise === undefined) return integrateFixedStep(step, initial, options);

  const { numTrials } = layOutEnsemble(initial, options);
  const needed = numTrials * (numTime - 1) * substeps * numUnits;
  if (noise.draws.length !== needed) {
    throw new RangeError(
      `euler() got ${noise.draws.length} noise draws for ${numTrials} trials × ` +
        `${(numTime - 1) * substeps} steps × ${numUnits} units, which need ${needed}`,
    );
  }
  const { std, draws } = noise;
  let at = 0;
  return integrateFixedStep(
    (state, dt) => {
      step(state, dt);
      const scale = std * Math.sqrt(dt);
      for (let unit = 0; unit < numUnits; unit++) state[unit] += scale * draws[at++];
    },
    initial,
    options,
  );
}
