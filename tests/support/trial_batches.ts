// Trials in arrays, and checks with fresh draws, for tests of neurotasks.

import { assert, assertEquals } from "@std/assert";
import type { Neurotask, TrialArrays, TrialDesign } from "#lib/core/neurotask.ts";
import type { BatchArrays, TrialSource } from "#lib/trials/batches.ts";
import { type Draws, fresh } from "../lib/math/linalg/fresh.ts";

/** Periods lie end to end and fill the trial. */
export function requirePeriods(neurotask: Neurotask, { bounds, numSteps }: TrialDesign): void {
  let at = 0;
  for (const period of neurotask.periods) {
    const [from, to] = bounds[period];
    assertEquals(from, at, `${period} begins where the last period ends`);
    assert(to > from || (neurotask.mayBeEmpty ?? []).includes(period), `${period} is not empty`);
    at = to;
  }
  assertEquals(at, numSteps);
}

/** Arrays for one trial. */
export function emptyTrial(steps: number, numChannels: number, width: number): TrialArrays {
  return {
    observation: new Float64Array(steps * numChannels),
    noise: new Float64Array(steps * numChannels),
    target: new Float64Array(steps * width),
    mask: new Float64Array(steps),
    scored: new Float64Array(steps),
  };
}

/** Sequences in arrays that hold something else before. */
export function batch(source: TrialSource, first: number, num: number, stride = source.maxSteps) {
  const full = (length: number) => new Float32Array(length).fill(7);
  const out: BatchArrays = {
    inputs: full(num * stride * source.channels.length),
    targets: full(num * stride * source.targetWidth),
    mask: full(num * stride),
    scored: full(num * stride),
    decidable: full(num * stride),
    lengths: new Int32Array(num).fill(7),
  };
  source.write(first, num, out, stride);
  return out;
}

/** Runs a check on fresh draws some times, and adds the seed to the message of a failure. */
export async function each(run: (draws: Draws) => Promise<void>, times = 5): Promise<void> {
  for (let i = 0; i < times; i++) {
    let seed = 0;
    let made: Promise<void> = Promise.resolve();
    fresh((draws) => {
      seed = draws.seed;
      made = run(draws);
    });
    try {
      await made;
    } catch (error) {
      throw new Error(`with seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}
