// How much of its state a leaky unit keeps per step, by its time constant. As gpu/rnn/leak.ts has it for engines.

/** How the share that is kept follows from dt / τ. */
export const leaks = ["exponential", "euler"] as const;

/**
 * keep = e^(−dt/τ), gain = 1 − keep (exponential), or gain = dt/τ, keep = 1 − gain (Euler). Time constants shorter than a
 * step (an eighth of one, if exponential) count as that long.
 *
 * @example
 * ```ts
 * import { keepAndGain } from "#lib/models/networks/_leak.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(keepAndGain("euler", 100, 20), { keep: 0.8, gain: 0.2 });
 * ```
 */
export function keepAndGain(
  leak: typeof leaks[number],
  tauMs: number,
  dtMs: number,
): { readonly keep: number; readonly gain: number } {
  if (leak === "exponential") {
    const keep = Math.exp(-dtMs / Math.max(tauMs, dtMs / 8));
    return { keep, gain: 1 - keep };
  }
  const gain = dtMs / Math.max(tauMs, dtMs);
  return { keep: 1 - gain, gain };
}
