// Scaling of trajectories: into the unit cube with the aspect ratio kept, or each unit to mean 0 and variance 1.

import { requireShape, type TrajectoryShape } from "./shape.ts";

/**
 * Each trial scaled into [0, 1]: (u − min) / (max − min + epsilon), with one minimum and one maximum over all times
 * and units of the trial, so the aspect ratio is kept. The published Lorenz notebooks use epsilon 1e-6, the
 * published compositional test 0. A trial that never moves becomes 0 if epsilon > 0, else NaN.
 *
 * @throws {RangeError} if the array does not have the shape.
 *
 * @example
 * ```ts
 * import { minMaxNormalize } from "#lib/models/motifs/normalize.ts";
 * import { assertEquals } from "@std/assert";
 * const shape = { numTrials: 1, numTime: 2, numUnits: 2 };
 * assertEquals([...minMaxNormalize(Float64Array.of(1, 3, 2, 5), shape)], [0, 0.5, 0.25, 1]);
 * ```
 */
export function minMaxNormalize(
  states: Float64Array,
  shape: TrajectoryShape,
  { epsilon = 0 }: { readonly epsilon?: number } = {},
): Float64Array {
  requireShape("minMaxNormalize", states, shape);
  const { numTrials, numTime, numUnits } = shape;
  const length = numTime * numUnits;
  const scaled = new Float64Array(states.length);
  for (let trial = 0; trial < numTrials; trial++) {
    const first = trial * length;
    const end = first + length;
    let low = Infinity;
    let high = -Infinity;
    for (let i = first; i < end; i++) {
      // Unlike a comparison, these let a NaN through, so that it marks the whole trial instead of passing unseen.
      low = Math.min(low, states[i]);
      high = Math.max(high, states[i]);
    }
    const range = high - low + epsilon;
    for (let i = first; i < end; i++) scaled[i] = (states[i] - low) / range;
  }
  return scaled;
}

/**
 * Each unit of each trial shifted to mean 0 and scaled to population standard deviation 1 over time. A unit
 * that never moves becomes 0.
 *
 * @throws {RangeError} if the array does not have the shape.
 *
 * @example
 * ```ts
 * import { zScoreUnits } from "#lib/models/motifs/normalize.ts";
 * import { assertEquals } from "@std/assert";
 * const shape = { numTrials: 1, numTime: 2, numUnits: 2 };
 * assertEquals([...zScoreUnits(Float64Array.of(1, 7, 3, 7), shape)], [-1, 0, 1, 0]);
 * ```
 */
export function zScoreUnits(states: Float64Array, shape: TrajectoryShape): Float64Array {
  requireShape("zScoreUnits", states, shape);
  const { numTrials, numTime, numUnits } = shape;
  const scaled = new Float64Array(states.length);
  for (let trial = 0; trial < numTrials; trial++) {
    for (let unit = 0; unit < numUnits; unit++) {
      const first = trial * numTime * numUnits + unit;
      const end = first + numTime * numUnits;
      let isConstant = true;
      let sum = 0;
      for (let i = first; i < end; i += numUnits) {
        sum += states[i];
        if (states[i] !== states[first]) isConstant = false;
      }
      if (isConstant) continue;
      const mean = sum / numTime;
      let squares = 0;
      for (let i = first; i < end; i += numUnits) squares += (states[i] - mean) ** 2;
      const deviation = Math.sqrt(squares / numTime);
      for (let i = first; i < end; i += numUnits) scaled[i] = (states[i] - mean) / deviation;
    }
  }
  return scaled;
}
