// What every integrator takes and gives: a one-step method and an evenly spaced grid of output times.
// Fields are autonomous; a driven system carries its phase as one more unit.

/** Moves `state` on by the time `dt`, in place. */
export type Stepper = (state: Float64Array, dt: number) => void;

/** Output times 0, dt, 2 dt, … of an ensemble of trials that start at the rows of `initial`. */
export interface EnsembleGrid {
  /** Length of one state; the initial states are trials × units. */
  readonly numUnits: number;
  /** Stored points per trial, the initial one included. */
  readonly numTime: number;
  /** Time between stored points, in the system's own unit of time. */
  readonly dt: number;
  /** Array to write into, of trials × time × units numbers; a new one if absent. */
  readonly out?: Float64Array;
}

/**
 * Number of trials on a grid, and the array for their trajectories.
 *
 * @throws {RangeError} if the grid or the array sizes make no sense.
 *
 * @example
 * ```ts
 * import { layOutEnsemble } from "#lib/math/ode/grid.ts";
 * import { assertEquals } from "@std/assert";
 * const { numTrials, states } = layOutEnsemble(new Float64Array(6), { numUnits: 3, numTime: 5, dt: 0.1 });
 * assertEquals([numTrials, states.length], [2, 2 * 5 * 3]);
 * ```
 */
export function layOutEnsemble(
  initial: Float64Array,
  { numUnits, numTime, dt, out }: EnsembleGrid,
): { numTrials: number; states: Float64Array } {
  requirePositiveInteger("numUnits", numUnits);
  requirePositiveInteger("numTime", numTime);
  if (!(dt > 0 && Number.isFinite(dt))) {
    throw new RangeError(`integration got dt ${dt}; it takes a positive finite time`);
  }
  const numTrials = initial.length / numUnits;
  if (!Number.isInteger(numTrials)) {
    throw new RangeError(
      `integration got ${initial.length} initial numbers for ${numUnits} units; ` +
        `it takes trials × units, a multiple of ${numUnits}`,
    );
  }
  const size = numTrials * numTime * numUnits;
  if (out !== undefined && out.length !== size) {
    throw new RangeError(
      `integration got an output of ${out.length} numbers for ${numTrials} trials × ${numTime} time × ` +
        `${numUnits} units, which need ${size}`,
    );
  }
  return { numTrials, states: out ?? new Float64Array(size) };
}

/**
 * Refuses a count that is no integer from 1 up.
 *
 * @throws {RangeError} naming the count and what was given.
 *
 * @example
 * ```ts
 * import { requirePositiveInteger } from "#lib/math/ode/grid.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => requirePositiveInteger("substeps", 0), RangeError, "substeps 0");
 * ```
 */
export function requirePositiveInteger(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`integration got ${name} ${value}; it takes an integer from 1 up`);
  }
}
