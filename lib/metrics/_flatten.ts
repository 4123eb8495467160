// Trajectories as items × features: every moment of every trial is an item, as geometric metrics take them.

import type { Trajectories } from "../core/artifacts/trajectories.ts";

/**
 * Trials and time merged, units as features; f64. Row k of two systems must be the same trial and moment.
 *
 * @example
 * ```ts
 * import { flattenTrials } from "#lib/metrics/_flatten.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const states = tensor(["trial", "time", "unit"], [2, 5, 3], new Float64Array(30));
 * assertEquals(flattenTrials({ states, dt: 1, timeUnit: "1" }).numItems, 10);
 * ```
 */
export function flattenTrials(
  { states }: Trajectories,
): { readonly data: Float64Array; readonly numItems: number; readonly numFeatures: number } {
  const [numTrials, numTime, numUnits] = states.shape;
  const data = states.data instanceof Float64Array ? states.data : Float64Array.from(states.data);
  return { data, numItems: numTrials * numTime, numFeatures: numUnits };
}
