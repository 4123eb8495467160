// Paths of trajectories for drawing: three of their units over time, averaged over trials, thinned for the page.

import type { Trajectories } from "../core/artifacts/trajectories.ts";

/** Points in data coordinates, in order of time. */
export type Path = readonly (readonly [number, number, number])[];

/** A box in data coordinates. */
export interface Limits {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Points drawn per path at most: a curve of 85 mm shows no more. */
const maxPoints = 400;

/**
 * The mean over trials of three units. Where trials differ in length, it goes as far as all of them.
 *
 * @param step every how many time points one is kept; default: so many that a page shows all there is to see
 * @throws {RangeError} if a unit does not exist.
 *
 * @example
 * ```ts
 * import { meanPath } from "#lib/figures/_paths.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const states = tensor(["trial", "time", "unit"], [2, 1, 3], Float64Array.of(0, 1, 2, 2, 3, 4));
 * assertEquals(meanPath({ states, dt: 1, timeUnit: "ms" }, [0, 1, 2]), [[1, 2, 3]]);
 * ```
 */
export function meanPath(
  { states, lengths }: Trajectories,
  units: readonly number[],
  step?: number,
): Path {
  const [numTrials, numTime, numUnits] = states.shape;
  requireUnits(units, numUnits);
  return thin(Math.min(numTime, ...(lengths ?? [])), step).map((t) =>
    units.map((unit) => {
      let sum = 0;
      for (let trial = 0; trial < numTrials; trial++) {
        sum += states.data[(trial * numTime + t) * numUnits + unit];
      }
      return sum / numTrials;
    }) as [number, number, number]
  );
}

/**
 * The first trials, each a path of its own, as long as the trial.
 *
 * @param step every how many time points one is kept; default: so many that a page shows all there is to see
 * @throws {RangeError} if a unit does not exist.
 *
 * @example
 * ```ts
 * import { singlePaths } from "#lib/figures/_paths.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const states = tensor(["trial", "time", "unit"], [2, 1, 3], Float64Array.of(0, 1, 2, 2, 3, 4));
 * assertEquals(singlePaths({ states, dt: 1, timeUnit: "ms" }, [2, 1, 0], 1), [[[2, 1, 0]]]);
 * ```
 */
export function singlePaths(
  { states, lengths }: Trajectories,
  units: readonly number[],
  numTrials: number,
  step?: number,
): Path[] {
  const [available, numTime, numUnits] = states.shape;
  requireUnits(units, numUnits);
  return Array.from(
    { length: Math.min(numTrials, available) },
    (_, trial) =>
      thin(lengths?.[trial] ?? numTime, step).map((t) =>
        units.map((unit) => states.data[(trial * numTime + t) * numUnits + unit]) as [
          number,
          number,
          number,
        ]
      ),
  );
}

/**
 * The smallest box around paths.
 *
 * @throws {RangeError} if a point is not finite.
 *
 * @example
 * ```ts
 * import { limitsOf } from "#lib/figures/_paths.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(limitsOf([[[0, 1, 2], [3, 0, 2]]]), { low: [0, 0, 2], high: [3, 1, 2] });
 * ```
 */
export function limitsOf(paths: readonly Path[]): Limits {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const path of paths) {
    for (const point of path) {
      for (let axis = 0; axis < 3; axis++) {
        if (!Number.isFinite(point[axis])) {
          throw new RangeError(`trajectories_3d cannot draw the state ${point[axis]}`);
        }
        low[axis] = Math.min(low[axis], point[axis]);
        high[axis] = Math.max(high[axis], point[axis]);
      }
    }
  }
  return { low, high };
}

/**
 * Every how many time points one is kept, so that there are not more than a number of them.
 *
 * @example
 * ```ts
 * import { stepOf } from "#lib/figures/_paths.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([stepOf(100, 400), stepOf(1001, 101)], [1, 10]);
 * ```
 */
export function stepOf(numTime: number, most: number): number {
  return Math.max(1, Math.ceil((numTime - 1) / (most - 1)));
}

/** Time points to draw, the last one included. */
function thin(numTime: number, step = stepOf(numTime, maxPoints)): number[] {
  const kept = Array.from({ length: Math.ceil(numTime / step) }, (_, at) => at * step);
  if (kept[kept.length - 1] !== numTime - 1) kept.push(numTime - 1);
  return kept;
}

function requireUnits(units: readonly number[], numUnits: number): void {
  const absent = units.find((unit) => unit >= numUnits);
  if (absent !== undefined) {
    throw new RangeError(
      `trajectories_3d draws the units ${units.join(", ")}, but there are ${numUnits}` +
        " (counted from 0); choose three with `units`",
    );
  }
}
