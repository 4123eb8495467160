// Tests with fresh random choices: the seed is in the message of whatever fails.

import { seeded } from "./random_graph.ts";

/** Runs a test with draws from a fresh seed, and names the seed that breaks it. */
export async function withSeed(
  test: (draw: (below: number) => number) => Promise<void>,
  seed: number = crypto.getRandomValues(new Uint32Array(1))[0],
): Promise<void> {
  try {
    await test(seeded(seed));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`with seed ${seed}: ${message}`, { cause: error });
  }
}
