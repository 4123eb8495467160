// Durations of periods in steps: drawn from a uniform number, enumerated with their probabilities, and the longest.
// Steps are whole multiples of dt, rounded down. Truncated exponentials are those of rejection sampling (NeuroGym): an
// exponential with the mean that is given, conditioned on the range.

import type { Duration } from "../../core/neurotask.ts";

/** How many steps, and how likely. */
export interface StepProbability {
  readonly steps: number;
  readonly probability: number;
}

/**
 * Steps of a duration for a uniform number u in [0, 1).
 *
 * @example
 * ```ts
 * import { drawSteps } from "#lib/math/random/durations.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(drawSteps(50, 20, 0.9), 2);
 * assertEquals(drawSteps({ choice: [100, 200, 300] }, 20, 0.5), 10);
 * assertEquals(drawSteps({ uniform: [0, 100] }, 20, 0.5), 2);
 * ```
 */
export function drawSteps(duration: Duration, dtMs: number, u: number): number {
  if (typeof duration === "number") return wholeSteps(duration, dtMs);
  if ("choice" in duration) {
    const { choice } = duration;
    return wholeSteps(choice[Math.floor(u * choice.length)], dtMs);
  }
  if ("uniform" in duration) {
    const [low, high] = duration.uniform;
    return wholeSteps(low + (high - low) * u, dtMs);
  }
  const { mean, range: [low, high] } = duration.truncated_exponential;
  return wholeSteps(
    Math.min(high, low - mean * Math.log1p(u * Math.expm1(-(high - low) / mean))),
    dtMs,
  );
}

/**
 * All numbers of steps that a duration can have, ascending, with their probabilities.
 *
 * @example
 * ```ts
 * import { stepDistribution } from "#lib/math/random/durations.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(stepDistribution({ choice: [100, 300] }, 100), [
 *   { steps: 1, probability: 0.5 },
 *   { steps: 3, probability: 0.5 },
 * ]);
 * ```
 */
export function stepDistribution(duration: Duration, dtMs: number): readonly StepProbability[] {
  if (typeof duration === "number") {
    return [{ steps: wholeSteps(duration, dtMs), probability: 1 }];
  }
  if ("choice" in duration) {
    const counts = new Map<number, number>();
    for (const ms of duration.choice) {
      const steps = wholeSteps(ms, dtMs);
      counts.set(steps, (counts.get(steps) ?? 0) + 1);
    }
    return [...counts].sort(([a], [b]) => a - b)
      .map(([steps, count]) => ({ steps, probability: count / duration.choice.length }));
  }
  const [low, high] = "uniform" in duration
    ? duration.uniform
    : duration.truncated_exponential.range;
  if (high <= low) return [{ steps: wholeSteps(low, dtMs), probability: 1 }];
  const below = (ms: number) => {
    const x = Math.min(Math.max(ms, low), high) - low;
    if ("uniform" in duration) return x / (high - low);
    const { mean } = duration.truncated_exponential;
    return Math.expm1(-x / mean) / Math.expm1(-(high - low) / mean);
  };
  const found: StepProbability[] = [];
  for (let steps = wholeSteps(low, dtMs); steps <= wholeSteps(high, dtMs); steps++) {
    const probability = below((steps + 1) * dtMs) - below(steps * dtMs);
    if (probability > 0) found.push({ steps, probability });
  }
  return found;
}

/**
 * The most steps that a duration can have.
 *
 * @example
 * ```ts
 * import { longestSteps } from "#lib/math/random/durations.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(longestSteps({ choice: [300, 100] }, 100), 3);
 * ```
 */
export function longestSteps(duration: Duration, dtMs: number): number {
  return Math.max(...marks(duration).map((ms) => wholeSteps(ms, dtMs)));
}

/**
 * The numbers of ms that a duration is made of: its value, its choices, the ends of its range.
 *
 * @example
 * ```ts
 * import { marks } from "#lib/math/random/durations.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(marks({ uniform: [100, 200] }), [100, 200]);
 * ```
 */
export function marks(duration: Duration): readonly number[] {
  if (typeof duration === "number") return [duration];
  if ("choice" in duration) return duration.choice;
  return "uniform" in duration ? duration.uniform : duration.truncated_exponential.range;
}

/** Rounded down, but for what is a multiple to within rounding. */
function wholeSteps(ms: number, dtMs: number): number {
  return Math.floor(ms / dtMs + 1e-9);
}
