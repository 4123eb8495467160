// Dormand & Prince's pair of orders 5 and 4 with adaptive steps and dense output: the control of the steps.
// What happens within a step is in dormand_prince_step.ts.
// Leaves out stiffness detection: a stiff system costs many steps and ends in NaN when they run out.

import type { VectorField } from "../../core/attractor.ts";
import { DormandPrinceStep } from "./dormand_prince_step.ts";
import { type EnsembleGrid, layOutEnsemble } from "./grid.ts";

/** An output grid, tolerances on the error per step, and a limit to the work. */
export interface AdaptiveOptions extends EnsembleGrid {
  /** Allowed error per step relative to the state; 1e-6 if absent. */
  readonly rtol?: number;
  /** Allowed error per step in the state's own unit; 1e-9 if absent. */
  readonly atol?: number;
  /** Steps tried per trial before it is given up; 1,000,000 if absent. */
  readonly maxSteps?: number;
  /** Filled with counts over all trials if given. */
  readonly statistics?: StepStatistics;
}

/** What the step-size control did, summed over trials. */
export interface StepStatistics {
  accepted: number;
  rejected: number;
  /** Trials given up: the rest of their trajectory is NaN. */
  failed: number;
}

/**
 * Trajectories by the adaptive 5(4) pair, trials × time × units. Steps follow the error alone; stored points are
 * read from the fourth-order interpolant, so a longer or finer grid gives the same steps and equal
 * points at equal times. A trial whose solution blows up, or that uses up its steps, continues as NaN.
 *
 * Sources: Dormand & Prince 1980, J. Comput. Appl. Math. 6:19 (coefficients; the last stage of a step is the first
 * of the next); Hairer, Nørsett & Wanner 1993, "Solving ordinary differential equations I", II.4 (first
 * step, PI control with β = 0.04) and II.6 (interpolant).
 *
 * @throws {RangeError} if the grid, the array sizes or the tolerances make no sense.
 *
 * @example
 * ```ts
 * import { dormandPrince } from "#lib/math/ode/dormand_prince.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const decay = (x: Float64Array, dx: Float64Array) => void (dx[0] = -x[0]);
 * const grid = { numUnits: 1, numTime: 6, dt: 0.2, rtol: 1e-10, atol: 1e-12 };
 * assertAlmostEquals(dormandPrince(decay, new Float64Array([1]), grid)[5], Math.exp(-1), 1e-9);
 * ```
 */
export function dormandPrince(
  field: VectorField,
  initial: Float64Array,
  options: AdaptiveOptions,
): Float64Array {
  const { numUnits, numTime, dt, rtol = 1e-6, atol = 1e-9, maxSteps = 1_000_000 } = options;
  if (!(rtol >= 0 && atol >= 0 && rtol + atol > 0 && Number.isFinite(rtol + atol))) {
    throw new RangeError(
      `dormandPrince() got rtol ${rtol} and atol ${atol}; both must be at least 0 and one of them positive`,
    );
  }
  const { numTrials, states } = layOutEnsemble(initial, options);
  const step = new DormandPrinceStep(field, numUnits);
  const statistics = options.statistics ?? { accepted: 0, rejected: 0, failed: 0 };
  const state = new Float64Array(numUnits);
  for (let trial = 0; trial < numTrials; trial++) {
    const offset = trial * numTime * numUnits;
    for (let unit = 0; unit < numUnits; unit++) {
      state[unit] = initial[trial * numUnits + unit];
      states[offset + unit] = state[unit];
    }
    let stored = 1;
    let start = 0;
    field(state, step.k1);
    let length = step.firstLength(state, rtol, atol);
    let lastError = 1e-4;
    let wasRejected = false;
    for (let tried = 0; stored < numTime && tried < maxSteps; tried++) {
      if (!(start + length > start)) break;
      step.attempt(state, length);
      const error = step.error(state, length, rtol, atol);
      if (error <= 1) { // not so for NaN
        statistics.accepted++;
        const end = start + length;
        if (stored * dt <= end) {
          step.prepareInterpolant(state, length);
          for (; stored < numTime && stored * dt <= end; stored++) {
            const fraction = Math.min(1, (stored * dt - start) / length);
            step.interpolate(state, fraction, states, offset + stored * numUnits);
          }
        }
        start = end;
        step.accept(state);
        const growth = SAFETY * Math.pow(error, -EXPONENT) * Math.pow(lastError, BETA);
        length *= Math.min(wasRejected ? 1 : 10, Math.max(0.2, growth));
        lastError = Math.max(error, 1e-4);
        wasRejected = false;
      } else {
        statistics.rejected++;
        wasRejected = true;
        length *= error < Infinity ? Math.max(0.2, SAFETY * Math.pow(error, -0.2)) : 0.1;
      }
    }
    if (stored < numTime) {
      statistics.failed++;
      states.fill(NaN, offset + stored * numUnits, offset + numTime * numUnits);
    }
  }
  return states;
}

const SAFETY = 0.9;
const BETA = 0.04;
const EXPONENT = 0.2 - 0.75 * BETA;
