// The loop that all fixed-step methods share: trials one after the other, equal steps between stored points.

import { type EnsembleGrid, layOutEnsemble, requirePositiveInteger, type Stepper } from "./grid.ts";

/** An output grid and the number of equal steps between two stored points. */
export interface FixedStepOptions extends EnsembleGrid {
  /** Steps of length dt / substeps per stored point; 1 if absent. */
  readonly substeps?: number;
}

/**
 * Trajectories of an ensemble by a one-step method, trials × time × units. Nothing is allocated per step.
 * A diverging trial fills up with infinities and NaN and leaves the others alone.
 *
 * @throws {RangeError} if the grid or the array sizes make no sense.
 *
 * @example
 * ```ts
 * import { integrateFixedStep } from "#lib/math/ode/fixed_step.ts";
 * import { assertEquals } from "@std/assert";
 * const drift = (state: Float64Array, dt: number) => void (state[0] += 2 * dt);
 * const states = integrateFixedStep(drift, new Float64Array([1]), { numUnits: 1, numTime: 3, dt: 0.5 });
 * assertEquals([...states], [1, 2, 3]);
 * ```
 */
export function integrateFixedStep(
  step: Stepper,
  initial: Float64Array,
  options: FixedStepOptions,
): Float64Array {
  const { numUnits, numTime, dt, substeps = 1 } = options;
  requirePositiveInteger("substeps", substeps);
  const { numTrials, states } = layOutEnsemble(initial, options);
  const shortDt = dt / substeps;
  const state = new Float64Array(numUnits);
  for (let trial = 0, at = 0; trial < numTrials; trial++) {
    for (let unit = 0; unit < numUnits; unit++) state[unit] = initial[trial * numUnits + unit];
    for (let t = 0; t < numTime; t++) {
      if (t > 0) {
        for (let substep = 0; substep < substeps; substep++) step(state, shortDt);
      }
      for (let unit = 0; unit < numUnits; unit++) states[at++] = state[unit];
    }
  }
  return states;
}
