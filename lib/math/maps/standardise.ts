// z-scores for trajectories before their units are combined: which entries share a mean and a spread is the choice.
// Spread has divisor n − 1; what does not vary is left at 0.

/** What one mean and spread are taken over. */
export const standardisations = ["none", "unit", "trial_unit", "time_unit"] as const;

/** `unit`: over all trials and times; `trial_unit`: over the times of a trial; `time_unit`: over the trials at a time. */
export type Standardisation = typeof standardisations[number];

/** Trials × time × units, flat. */
export interface Grid {
  readonly numTrials: number;
  readonly numTime: number;
  readonly numUnits: number;
}

/**
 * Mean and spread of every unit over all rows (rows × units); the spread of what does not vary is 1.
 *
 * @example
 * ```ts
 * import { unitMoments } from "#lib/math/maps/standardise.ts";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * const { mean, spread } = unitMoments(Float64Array.of(1, 5, 3, 5), 2, 2);
 * assertEquals(mean, Float64Array.of(2, 5));
 * assertAlmostEquals(spread[0], Math.SQRT2, 1e-15);
 * assertEquals(spread[1], 1);
 * ```
 */
export function unitMoments(
  rows: Float64Array,
  numRows: number,
  numUnits: number,
): { readonly mean: Float64Array; readonly spread: Float64Array } {
  const mean = new Float64Array(numUnits);
  const spread = new Float64Array(numUnits);
  for (let unit = 0; unit < numUnits; unit++) {
    const moments = momentsOf(rows, unit, numUnits, numRows);
    mean[unit] = moments.mean;
    spread[unit] = moments.spread;
  }
  return { mean, spread };
}

/**
 * States less their mean, over their spread, over the times of each trial or the trials at each time.
 *
 * @example
 * ```ts
 * import { standardiseWithin } from "#lib/math/maps/standardise.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const shape = { numTrials: 1, numTime: 3, numUnits: 1 };
 * assertAlmostEquals(standardiseWithin(Float64Array.of(1, 2, 3), shape, "trial_unit")[2], 1, 1e-15);
 * ```
 */
export function standardiseWithin(
  states: Float64Array,
  { numTrials, numTime, numUnits }: Grid,
  over: "trial_unit" | "time_unit",
): Float64Array {
  const out = new Float64Array(states.length);
  const perTrial = over === "trial_unit";
  const [numGroups, numInGroup] = perTrial ? [numTrials, numTime] : [numTime, numTrials];
  const [groupStep, step] = perTrial
    ? [numTime * numUnits, numUnits]
    : [numUnits, numTime * numUnits];
  for (let group = 0; group < numGroups; group++) {
    for (let unit = 0; unit < numUnits; unit++) {
      const from = group * groupStep + unit;
      const { mean, spread } = momentsOf(states, from, step, numInGroup);
      for (let k = 0, at = from; k < numInGroup; k++, at += step) {
        out[at] = (states[at] - mean) / spread;
      }
    }
  }
  return out;
}

function momentsOf(data: Float64Array, from: number, step: number, count: number) {
  let mean = 0, largest = 0;
  for (let k = 0, at = from; k < count; k++, at += step) {
    mean += data[at] / count;
    largest = Math.max(largest, Math.abs(data[at]));
  }
  if (largest === 0) return { mean, spread: 1 };
  let squares = 0;
  for (let k = 0, at = from; k < count; k++, at += step) {
    squares += ((data[at] - mean) / largest) ** 2;
  }
  const spread = Math.sqrt(squares / Math.max(1, count - 1));
  // Rounding of the mean is no variation.
  return { mean, spread: spread > 4 * Number.EPSILON ? spread * largest : 1 };
}
