// Uniform draws in a box: where trajectories start.

import type { RandomStream } from "../../core/random.ts";

/** One [low, high) per unit. */
export type Box = readonly (readonly [number, number])[];

/**
 * Moves uniform draws from [0, 1) into a box, in place; `draws` is trials × units.
 *
 * @throws {RangeError} if the draws are no multiple of the box's sides.
 *
 * @example
 * ```ts
 * import { stretchToBox } from "#lib/math/random/uniform_box.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...stretchToBox(Float64Array.of(0.5, 0.5), [[-1, 1], [0, 4]])], [0, 2]);
 * ```
 */
export function stretchToBox(draws: Float64Array, box: Box): Float64Array {
  const numUnits = box.length;
  if (numUnits === 0 || draws.length % numUnits !== 0) {
    throw new RangeError(
      `stretchToBox() got ${draws.length} draws for a box with ${numUnits} sides; it takes trials × sides`,
    );
  }
  for (let i = 0; i < draws.length; i++) {
    const [low, high] = box[i % numUnits];
    draws[i] = low + (high - low) * draws[i];
  }
  return draws;
}

/**
 * Initial states of an ensemble, trials × units, uniform in a box. Trial k depends on the stream and k alone, so
 * more trials leave the first ones as they were, and systems that share stream and box start paired.
 *
 * @throws {RangeError} if the number of trials is no integer from 0 up.
 *
 * @example
 * ```ts
 * import { uniformInBox } from "#lib/math/random/uniform_box.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import { assertEquals } from "@std/assert";
 * const starts = (numTrials: number) => uniformInBox(randomStream(1, "start"), numTrials, [[-1, 1], [0, 4]]);
 * assertEquals(starts(5).subarray(0, 6), starts(3));
 * ```
 */
export function uniformInBox(stream: RandomStream, numTrials: number, box: Box): Float64Array {
  if (!Number.isInteger(numTrials) || numTrials < 0) {
    throw new RangeError(`uniformInBox() got ${numTrials} trials; it takes an integer from 0 up`);
  }
  const numUnits = box.length;
  const draws = new Float64Array(numTrials * numUnits);
  for (let trial = 0; trial < numTrials; trial++) {
    stream.uniform(draws.subarray(trial * numUnits, (trial + 1) * numUnits), trial);
  }
  return stretchToBox(draws, box);
}
