// Input noise: standard normal numbers by (trial, channel, step).

import { randomStream } from "../core/random.ts";
import { normalsOf } from "../wasm/normals.ts";

/** Gives the numbers of steps `from` to `to` (exclusive) of a channel; the array is used again by the next call. */
export type NoiseSource = (
  trial: number,
  channel: number,
  from: number,
  to: number,
) => Float32Array;

/**
 * Normal numbers of a seed and a label; each is a function of these, the trial, the channel and the step.
 *
 * @example
 * ```ts
 * import { noiseSource } from "#lib/trials/noise.ts";
 * import { assertEquals } from "@std/assert";
 * const noise = noiseSource(1, "evaluation");
 * const late = noise(3, 0, 5, 8).slice();
 * assertEquals(noise(3, 0, 0, 8).slice(5), late);
 * ```
 */
export function noiseSource(seed: number | string, label: string): NoiseSource {
  const { key } = randomStream(seed, `${label}/noise`);
  return (trial, channel, from, to) => normalsOf(key, from, to, trial, channel);
}
