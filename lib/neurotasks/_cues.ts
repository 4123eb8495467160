// What trials of a decision have in common: the fixation channel, the published mask, and where the response is scored.

import type { TrialArrays, TrialDesign } from "../core/neurotask.ts";

/**
 * Writes the fixation channel (channel 0: 1 until the decision), the mask (1 until the decision, then 2, 3, 4, 5, 5, …) and
 * `scored` (1 in the decision).
 *
 * @param numChannels channels of the observation
 *
 * @example
 * ```ts
 * import { writeCues } from "#lib/neurotasks/_cues.ts";
 * import { assertEquals } from "@std/assert";
 * const zeros = () => new Float64Array(3);
 * const out = { observation: zeros(), noise: zeros(), target: zeros(), mask: zeros(), scored: zeros() };
 * const design = { conditions: {}, bounds: { decision: [1, 3] }, numSteps: 3, dtMs: 20, uniform: (u: Float64Array) => u };
 * writeCues({ ...design, bounds: { decision: [1, 3] } }, 1, out);
 * assertEquals([...out.observation, ...out.mask, ...out.scored], [1, 0, 0, 1, 2, 3, 0, 1, 1]);
 * ```
 */
export function writeCues(
  { bounds, numSteps }: TrialDesign,
  numChannels: number,
  { observation, mask, scored }: TrialArrays,
): void {
  const [go] = bounds.decision;
  for (let step = 0; step < numSteps; step++) {
    if (step < go) {
      observation[step * numChannels] = 1;
      mask[step] = 1;
    } else {
      mask[step] = Math.min(2 + step - go, 5);
      scored[step] = 1;
    }
  }
}
