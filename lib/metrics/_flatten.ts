// Trajectories as items × features: every moment of every trial is an item, as geometric metrics take them.

import type { Trajectories } from "../core/artifacts/trajectories.ts";
import { describeShape } from "../core/tensor.ts";

/** An items × features matrix, row-major, and where it comes from in words. */
export interface Items {
  readonly data: Float64Array;
  readonly numItems: number;
  readonly numFeatures: number;
  /** `trajectories (trial 3 × time 10 × unit 4)`, for messages. */
  readonly label: string;
}

/**
 * Trials and time merged, units as features; f64. Row k of two systems must be the same trial and moment. Of trials that
 * differ in length, what lies beyond the end is left out.
 *
 * @example
 * ```ts
 * import { flattenTrials } from "#lib/metrics/_flatten.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const states = tensor(["trial", "time", "unit"], [2, 5, 3], new Float64Array(30));
 * assertEquals(flattenTrials({ states, dt: 1, timeUnit: "1" }).numItems, 10);
 * assertEquals(flattenTrials({ states, lengths: [5, 2], dt: 1, timeUnit: "1" }).numItems, 7);
 * ```
 */
export function flattenTrials({ states, lengths }: Trajectories): Items {
  const [numTrials, numTime, numUnits] = states.shape;
  const data = states.data instanceof Float64Array ? states.data : Float64Array.from(states.data);
  const shape = describeShape(states.dims, states.shape);
  if (lengths === undefined) {
    const label = `trajectories (${shape})`;
    return { data, numItems: numTrials * numTime, numFeatures: numUnits, label };
  }
  const numItems = lengths.reduce((sum, length) => sum + length, 0);
  const kept = new Float64Array(numItems * numUnits);
  let to = 0;
  lengths.forEach((length, trial) => {
    const from = trial * numTime * numUnits;
    kept.set(data.subarray(from, from + length * numUnits), to);
    to += length * numUnits;
  });
  const label = `trajectories (${shape}, ${numItems} moments in trials of unequal length)`;
  return { data: kept, numItems, numFeatures: numUnits, label };
}
