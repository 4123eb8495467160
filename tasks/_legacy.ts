// What the tasks that can draw from a legacy stream share: the params and ports for it, and opening a block.

import { z } from "zod";
import { type GeneratorStates, generatorStates } from "#lib/core/artifacts/generator.ts";
import { optional } from "#lib/core/task.ts";
import { legacyStateAt } from "#lib/math/random/legacy_walk.ts";
import { LegacyRandom } from "#lib/math/random/mt19937.ts";

/** The port that switches a task from counter-based streams to a legacy one. */
export const generatorPort = { generator: optional(generatorStates) };

/** The param that says which block of the legacy stream is this stage's. */
export const generatorBlock = z.int().min(0).optional()
  .describe("block of the generator's stream to draw from; needed if `generator` is bound");

/** The legacy generator at the stage's block, or `null` if the stage draws from counter-based streams. */
export function legacyGenerator(
  states: GeneratorStates | undefined,
  block: number | undefined,
): LegacyRandom | null {
  if (states === undefined) {
    if (block === undefined) return null;
    throw new RangeError(
      `generator_block ${block} was given, but no generator is bound; add \`from: {generator: …}\` or leave it out`,
    );
  }
  if (block === undefined) {
    throw new RangeError("a generator is bound, but generator_block does not say where to start");
  }
  return LegacyRandom.fromState(legacyStateAt(states.arrays.states.data as Float64Array, block));
}
