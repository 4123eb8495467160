// What metrics of paired items have in common: a system as items × features, and errors that name the array they are about.
// Row k of two systems is the same trial and moment. Leaves out the similarities themselves (lib/math/similarity).

import type { Trajectories } from "../core/artifacts/trajectories.ts";
import { flattenTrials, type Items } from "./_flatten.ts";

/** A prepared system and the array it was made of, in words. */
export interface Paired<T> {
  readonly label: string;
  /** Moments of all trials. */
  readonly numMoments: number;
  /** Moments of each trial, where there are several trials of several moments. */
  readonly trials?: readonly number[];
  readonly items: T;
}

/**
 * Prepares a system; what `make` throws then begins with the array and its dims.
 *
 * @throws {RangeError} if there is no moment or unit, a state is not finite (saying which), or `make` finds something.
 *
 * @example
 * ```ts
 * import { pairedItems } from "#lib/metrics/_paired_items.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertThrows } from "@std/assert";
 * const states = tensor(["trial", "time", "unit"], [1, 2, 1], Float64Array.of(1, NaN));
 * assertThrows(
 *   () => pairedItems({ states, dt: 1, timeUnit: "1" }, () => 0),
 *   RangeError,
 *   "trajectories (trial 1 × time 2 × unit 1): moment 1, unit 0 is NaN",
 * );
 * ```
 */
export function pairedItems<T>(system: Trajectories, make: (items: Items) => T): Paired<T> {
  const items = flattenTrials(system);
  const { label, numItems, numFeatures } = items;
  const fail = (problem: string, cause?: unknown): never => {
    throw new RangeError(`${label}: ${problem}`, { cause });
  };
  if (numItems === 0 || numFeatures === 0) {
    fail("there is nothing to compare; give at least one trial, moment and unit");
  }
  const at = firstMissing(items.data);
  if (at >= 0) {
    const [moment, unit] = [Math.floor(at / numFeatures), at % numFeatures];
    fail(
      `moment ${moment}, unit ${unit} is ${items.data[at]}; ` +
        "leave out units or trials with missing states, or fill them in before the comparison",
    );
  }
  try {
    return { label, numMoments: numItems, ...trialsOf(system), items: make(items) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fail(error.message, error);
  }
}

/** What says whether row k can be the same moment: items that are one axis in the file may lie along trials or time. */
function trialsOf({ states: { shape: [numTrials, numTime] }, lengths }: Trajectories) {
  if (numTrials === 1 || numTime === 1) return {};
  return { trials: lengths ?? new Array<number>(numTrials).fill(numTime) };
}

function firstMissing(data: Float64Array): number {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) return i;
  }
  return -1;
}

/**
 * Throws unless two systems have the same moments, in the same trials where both have several of several moments; then does
 * the work, and names both in what it throws.
 *
 * @throws {RangeError} naming both arrays with their dims.
 *
 * @example
 * ```ts
 * import { comparePaired } from "#lib/metrics/_paired_items.ts";
 * import { assertThrows } from "@std/assert";
 * const [a, b] = [{ label: "x", numMoments: 3, items: 0 }, { label: "y", numMoments: 4, items: 0 }];
 * assertThrows(() => comparePaired(a, b, () => ({ value: 0 })), RangeError, "3 moments");
 * ```
 */
export function comparePaired<T, R>(a: Paired<T>, b: Paired<T>, work: (a: T, b: T) => R): R {
  const both = `a: ${a.label}, b: ${b.label}`;
  if (a.numMoments !== b.numMoments) {
    throw new RangeError(
      `${both}: ${a.numMoments} moments cannot be paired with ${b.numMoments}; row k must be the same trial and moment in ` +
        "both: cut or resample one of them, or compare dynamics (dsa), which pairs nothing",
    );
  }
  const unlike = a.trials === undefined || b.trials === undefined
    ? -1
    : a.trials.findIndex((length, trial) => length !== b.trials?.[trial]);
  if (unlike >= 0) {
    throw new RangeError(
      `${both}: trial ${unlike} has ${a.trials![unlike]} moments in a and ${
        b.trials![unlike] ?? "none"
      } in b, so that row k is not the same trial and moment in both; cut trials to one length (import: equal_length: ` +
        "true), or correct the dims of an import if trial and time are swapped in one",
    );
  }
  try {
    return work(a.items, b.items);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`${both}: ${error.message}`, { cause: error });
  }
}
