// The pairs of a DMDc fit as its reduced model sees them: what its residuals are taken from.

import { multiply } from "../linalg/matmul.ts";
import type { AlignedEmbedding } from "./controlled_trials.ts";
import type { DmdcFit } from "./dmdc.ts";
import type { StatePairs } from "./subspace_dmdc.ts";

/**
 * Rows U_rᵀ h(t), u(t) and U_rᵀ h(t + s), within trials.
 *
 * @example
 * ```ts
 * import { reducedPairs } from "#lib/math/control/dmdc_pairs.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = {
 *   states: Float64Array.of(1, 2, 3), controls: Float64Array.of(7, 8, 9), rowsPerTrial: [3],
 *   numRows: 3, numFeatures: 1, numControlFeatures: 1, start: 0,
 * };
 * const { present, next } = reducedPairs({ basis: Float64Array.of(-1), rankOutput: 1, stepsAhead: 2 }, rows);
 * assertEquals([present, next], [Float64Array.of(-1), Float64Array.of(-3)]);
 * ```
 */
export function reducedPairs(
  { basis, rankOutput: r, stepsAhead }: Pick<DmdcFit, "basis" | "rankOutput" | "stepsAhead">,
  { states, controls, rowsPerTrial, numRows, numFeatures, numControlFeatures: g }: AlignedEmbedding,
): StatePairs {
  const seen = multiply(states, basis, numRows, numFeatures, r);
  const numPairs = rowsPerTrial.reduce((sum, rows) => sum + Math.max(0, rows - stepsAhead), 0);
  const present = new Float64Array(numPairs * r), next = new Float64Array(numPairs * r);
  const inputs = new Float64Array(numPairs * g);
  let first = 0, pair = 0;
  for (const rows of rowsPerTrial) {
    for (let row = first; row < first + rows - stepsAhead; row++, pair++) {
      const later = row + stepsAhead;
      present.set(seen.subarray(row * r, (row + 1) * r), pair * r);
      next.set(seen.subarray(later * r, (later + 1) * r), pair * r);
      inputs.set(controls.subarray(row * g, (row + 1) * g), pair * g);
    }
    first += rows;
  }
  return { present, inputs, next, numPairs };
}
