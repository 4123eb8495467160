// Trial sets for the tests of DMD: the stored ones, and fresh ones of small integers whose sums are exact.

import { decodeNpy } from "#lib/core/npy.ts";
import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import matrixBytes from "#tests/reference/dsa/dmd_data_2d.npy" with { type: "bytes" };
import trialBytes from "#tests/reference/dsa/dmd_data_trials.npy" with { type: "bytes" };
import type { Draws } from "../linalg/fresh.ts";

/** The stored input of a reference case. */
export function storedTrials(name: string): TrialSet {
  const bytes = name === "dmd_data_2d.npy" ? matrixBytes : trialBytes;
  const { shape, data } = decodeNpy(bytes);
  const [numTrials, numTime, numUnits] = shape.length === 2 ? [1, ...shape] : shape;
  return { data: Float64Array.from(data), numTrials, numTime, numUnits };
}

/** Trials of the given lengths with integer entries in [−9, 9]: all second moments are exact. */
export function integerTrials(
  draws: Draws,
  numTime: number | readonly number[],
  numTrials: number,
  numUnits: number,
): TrialSet {
  const total = typeof numTime === "number"
    ? numTime * numTrials
    : numTime.reduce((sum, length) => sum + length, 0);
  const data = draws.normal(total, numUnits).map((x) =>
    Math.max(-9, Math.min(9, Math.round(3 * x)))
  );
  return { data, numTrials, numTime, numUnits };
}

/** Rows `from` to `to` of every trial of stacked rows, one after the other. */
export function rowsWithin(
  rows: Float64Array,
  rowsPerTrial: readonly number[],
  width: number,
  keep: (count: number) => [number, number],
): Float64Array {
  const parts: number[] = [];
  let start = 0;
  for (const count of rowsPerTrial) {
    const [from, to] = keep(count);
    for (let p = (start + from) * width; p < (start + to) * width; p++) parts.push(rows[p]);
    start += count;
  }
  return Float64Array.from(parts);
}
