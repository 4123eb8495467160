// How much of a unit's state a step keeps and how much it takes up, from constants or from a time constant of its own that
// is trained. The twins' words for it; shaders and wasm modules say the same.

/** Forms of a step, by the number that kernels know. */
export const cellForms = ["outside", "inside", "current"] as const;

/** Where keep and gain come from, likewise. */
export const leakKinds = ["constant", "exponential", "euler"] as const;

/** What a step does to the state of one unit. */
export interface Leak {
  readonly keep: number;
  readonly gain: number;
  /** d keep / d τ, which is −d gain / d τ; 0 for constants. */
  readonly slope: number;
}

/** Trained exponential time constants below this many steps count as this many. */
export const shortestTau = 0.125;

/**
 * Keep and gain of a unit.
 *
 * @param kind 0 for the constants, 1 for keep = e^(−dt/τ), 2 for gain = dt / max(τ, dt)
 * @param tau in ms, as trained
 * @example
 * ```ts
 * import { leakOf } from "#gpu/rnn/leak.ts";
 * import { assertEquals } from "@std/assert";
 * const { keep, gain } = leakOf({ leak: 2, keep: 0, gain: 0, dt_ms: 20 }, 100);
 * assertEquals([keep, gain], [0.8, 0.2]);
 * ```
 */
export function leakOf(
  { leak, keep, gain, dt_ms }: Readonly<Record<"leak" | "keep" | "gain" | "dt_ms", number>>,
  tau: number,
): Leak {
  if (leak === 0) return { keep, gain, slope: 0 };
  if (leak === 1) {
    const used = Math.max(tau, shortestTau * dt_ms);
    const kept = Math.exp(-dt_ms / used);
    return { keep: kept, gain: 1 - kept, slope: tau < used ? 0 : kept * dt_ms / used ** 2 };
  }
  const share = dt_ms / Math.max(tau, dt_ms);
  return { keep: 1 - share, gain: share, slope: tau > dt_ms ? dt_ms / tau ** 2 : 0 };
}
