// Ideal observers of noisy stimuli in closed form. The observer knows the statistics of the trials, sums what each channel
// gives over the stimulus, and takes the likelier response.

import type { Duration } from "../core/neurotask.ts";
import { stepDistribution } from "../math/random/durations.ts";
import { normalCdf } from "../math/statistics/normal.ts";

/**
 * Share of right choices between two channels whose difference is `signal` per step, each with independent Gaussian noise
 * of standard deviation `noise` per step: Φ(signal · S / (√(2S) · noise)) for S steps, averaged over the durations that
 * the stimulus can have. Without noise 1, without a signal 1/2.
 *
 * @example
 * ```ts
 * import { accuracyOfTwoChannels } from "#lib/neurotasks/_ideal_observer.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const noise = 1 / Math.sqrt(20);
 * assertAlmostEquals(accuracyOfTwoChannels(0.064, noise, 4000, 20), 0.9978962243572541, 1e-12);
 * ```
 */
export function accuracyOfTwoChannels(
  signal: number,
  noise: number,
  stimulus: Duration,
  dtMs: number,
): number {
  return averaged(stimulus, dtMs, (steps) => {
    if (signal === 0 || steps === 0) return 0.5;
    return noise === 0 ? 1 : normalCdf(signal * steps / (Math.sqrt(2 * steps) * noise));
  });
}

/**
 * Share of directions that are found to within `halfWidth` radians from a ring of K ≥ 3 channels with preferred directions
 * 2πk/K, each giving offset + amplitude · cos(θ_k − θ) and independent Gaussian noise of standard deviation `noise` per
 * step. The sums Σ x_k (cos θ_k, sin θ_k) hold all there is to know: a plane Gaussian whose mean lies
 * ρ = amplitude · √(K S / 2) / noise standard deviations from the centre in direction θ. The density of its direction at
 * the error φ is e^(−ρ²/2) / 2π + ρ cos φ · Φ(ρ cos φ) · e^(−ρ² sin² φ / 2) / √(2π), integrated by Simpson's rule.
 *
 * @example
 * ```ts
 * import { accuracyOfRing } from "#lib/neurotasks/_ideal_observer.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const guess = accuracyOfRing({ amplitude: 0, numChannels: 8, noise: 1, halfWidth: Math.PI / 4 }, 100, 20);
 * assertAlmostEquals(guess, 0.25, 1e-12);
 * ```
 */
export function accuracyOfRing(
  { amplitude, numChannels, noise, halfWidth }: {
    readonly amplitude: number;
    readonly numChannels: number;
    readonly noise: number;
    readonly halfWidth: number;
  },
  stimulus: Duration,
  dtMs: number,
): number {
  return averaged(stimulus, dtMs, (steps) => {
    if (amplitude === 0 || steps === 0) return halfWidth / Math.PI;
    if (noise === 0) return 1;
    return withinAngle(amplitude * Math.sqrt(numChannels * steps / 2) / noise, halfWidth);
  });
}

/** Mean over the durations that a period can have. */
function averaged(duration: Duration, dtMs: number, of: (steps: number) => number): number {
  let sum = 0;
  for (const { steps, probability } of stepDistribution(duration, dtMs)) {
    sum += probability * of(steps);
  }
  return sum;
}

function withinAngle(rho: number, halfWidth: number): number {
  const density = (phi: number) => {
    const along = rho * Math.cos(phi);
    const across = rho * Math.sin(phi);
    return Math.exp(-rho * rho / 2) / (2 * Math.PI) +
      along * normalCdf(along) * Math.exp(-across * across / 2) / Math.sqrt(2 * Math.PI);
  };
  // The density has the width 1/ρ; beyond ten of them there is nothing to add.
  const end = Math.min(halfWidth, rho > 20 ? 10 / rho : Math.PI);
  const numPieces = 2000;
  const piece = end / numPieces;
  let sum = density(0) + density(end);
  for (let i = 1; i < numPieces; i++) sum += (i % 2 === 1 ? 4 : 2) * density(i * piece);
  return Math.min(1, 2 * sum * piece / 3);
}
