// One walk along the stream of NumPy's legacy generator, so that the stages of a published study, which drew from one
// global generator one after the other, can each start where their draws began, and run in any order.

import { LEGACY_STATE_LENGTH, LegacyRandom } from "./mt19937.ts";

/** Draws that belong to one step of the study: first the uniform numbers, then the normal ones, then the pairs. */
export interface LegacyDraws {
  readonly uniform?: number;
  readonly normal?: number;
  /** Pairs of a normal number and one of two integers, as `randn()` and `randint(n, n + 2)` in turn draw them. */
  readonly normalAndBit?: number;
}

/**
 * The generator's state before each block of draws and after the last one: (blocks + 1) rows of 627 numbers, each
 * of which {@link LegacyRandom.fromState} takes. Costs about 12 ns per normal number walked over.
 *
 * @throws {RangeError} if the seed is none of NumPy's or a count is no whole number.
 *
 * @example
 * ```ts
 * import { legacyStateAt, walkLegacyStream } from "#lib/math/random/legacy_walk.ts";
 * import { LegacyRandom } from "#lib/math/random/mt19937.ts";
 * import { assertEquals } from "@std/assert";
 * const states = walkLegacyStream(42, [{ uniform: 6 }, { normal: 4 }]);
 * const second = LegacyRandom.fromState(legacyStateAt(states, 1));
 * const whole = new LegacyRandom(42);
 * whole.fillUniform(new Float64Array(6));
 * assertEquals(second.fillNormal(new Float64Array(4)), whole.fillNormal(new Float64Array(4)));
 * ```
 */
export function walkLegacyStream(seed: number, blocks: readonly LegacyDraws[]): Float64Array {
  const random = new LegacyRandom(seed);
  const states = new Float64Array((blocks.length + 1) * LEGACY_STATE_LENGTH);
  states.set(random.exportState());
  const bit = new Int32Array(1);
  blocks.forEach(({ uniform = 0, normal = 0, normalAndBit = 0 }, block) => {
    random.skipUniform(uniform);
    random.skipNormal(normal);
    for (let i = 0; i < normalAndBit; i++) {
      random.skipNormal(1);
      random.fillIntegers(bit, 0, 2);
    }
    states.set(random.exportState(), (block + 1) * LEGACY_STATE_LENGTH);
  });
  return states;
}

/**
 * The state in one row of what {@link walkLegacyStream} gives.
 *
 * @throws {RangeError} if there is no such row.
 *
 * @example
 * ```ts
 * import { legacyStateAt, walkLegacyStream } from "#lib/math/random/legacy_walk.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(legacyStateAt(walkLegacyStream(42, []), 0).length, 627);
 * ```
 */
export function legacyStateAt(states: Float64Array, block: number): Float64Array {
  const numRows = states.length / LEGACY_STATE_LENGTH;
  if (!Number.isInteger(numRows) || !Number.isInteger(block) || block < 0 || block >= numRows) {
    throw new RangeError(
      `legacyStateAt() got row ${block} of ${states.length} numbers, which hold rows 0 to ${
        Math.floor(numRows) - 1
      } of ${LEGACY_STATE_LENGTH}`,
    );
  }
  return states.slice(block * LEGACY_STATE_LENGTH, (block + 1) * LEGACY_STATE_LENGTH);
}
