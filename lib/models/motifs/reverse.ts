// Reversal of one axis: of time, which was meant, and of trials, which the published compositional test did instead.

import { requireShape, type TrajectoryShape } from "./shape.ts";

/**
 * Each trial played backwards.
 *
 * @throws {RangeError} if the array does not have the shape.
 *
 * @example
 * ```ts
 * import { reverseTime } from "#lib/models/motifs/reverse.ts";
 * import { assertEquals } from "@std/assert";
 * const shape = { numTrials: 1, numTime: 2, numUnits: 2 };
 * assertEquals([...reverseTime(Float64Array.of(1, 2, 3, 4), shape)], [3, 4, 1, 2]);
 * ```
 */
export function reverseTime(states: Float64Array, shape: TrajectoryShape): Float64Array {
  requireShape("reverseTime", states, shape);
  const { numTrials, numTime, numUnits } = shape;
  return reverseBlocks(states, numTrials, numTime, numUnits);
}

/**
 * The trials in the opposite order, each unchanged. Only for published presets: where trials are paired by
 * their number it breaks the pairing, and otherwise it does nothing.
 *
 * @throws {RangeError} if the array does not have the shape.
 *
 * @example
 * ```ts
 * import { reverseTrials } from "#lib/models/motifs/reverse.ts";
 * import { assertEquals } from "@std/assert";
 * const shape = { numTrials: 2, numTime: 1, numUnits: 2 };
 * assertEquals([...reverseTrials(Float64Array.of(1, 2, 3, 4), shape)], [3, 4, 1, 2]);
 * ```
 */
export function reverseTrials(states: Float64Array, shape: TrajectoryShape): Float64Array {
  requireShape("reverseTrials", states, shape);
  const { numTrials, numTime, numUnits } = shape;
  return reverseBlocks(states, 1, numTrials, numTime * numUnits);
}

/** Reverses the middle one of three axes. */
function reverseBlocks(states: Float64Array, outer: number, middle: number, inner: number) {
  const reversed = new Float64Array(states.length);
  for (let o = 0; o < outer; o++) {
    for (let m = 0; m < middle; m++) {
      const from = (o * middle + (middle - 1 - m)) * inner;
      reversed.set(states.subarray(from, from + inner), (o * middle + m) * inner);
    }
  }
  return reversed;
}
