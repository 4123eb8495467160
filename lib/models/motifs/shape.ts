// Trajectories as a flat array and its three lengths, which is what all motif functions work on.

/** Lengths of an array of trials × time × units, units fastest. */
export interface TrajectoryShape {
  readonly numTrials: number;
  readonly numTime: number;
  readonly numUnits: number;
}

/**
 * Refuses an array whose length is not that of the shape.
 *
 * @throws {RangeError} naming the caller, the length found and the one that fits.
 *
 * @example
 * ```ts
 * import { requireShape } from "#lib/models/motifs/shape.ts";
 * import { assertThrows } from "@std/assert";
 * const shape = { numTrials: 2, numTime: 3, numUnits: 4 };
 * assertThrows(() => requireShape("admix", new Float64Array(23), shape), RangeError, "24");
 * ```
 */
export function requireShape(who: string, states: Float64Array, shape: TrajectoryShape): void {
  const { numTrials, numTime, numUnits } = shape;
  const size = numTrials * numTime * numUnits;
  if (!Number.isInteger(size) || numTrials < 0 || numTime < 1 || numUnits < 1) {
    throw new RangeError(
      `${who}() got the shape ${
        describe(shape)
      }; it takes whole trials, time and units, at least one of the last two`,
    );
  }
  if (states.length !== size) {
    throw new RangeError(
      `${who}() got ${states.length} numbers for ${describe(shape)}, which needs ${size}`,
    );
  }
}

function describe({ numTrials, numTime, numUnits }: TrajectoryShape): string {
  return `trial ${numTrials} × time ${numTime} × unit ${numUnits}`;
}
