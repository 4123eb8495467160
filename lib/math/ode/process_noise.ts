// Additive process noise for methods with fixed steps: the Euler–Maruyama scheme, and its like for other steppers.
// Leaves out noise that is given as numbers (euler.ts).

import type { RandomStream } from "../../core/random.ts";
import type { Stepper } from "./grid.ts";

/** How much noise, and which. */
export interface StreamedNoise {
  /** Standard deviation per square root of the unit of time. */
  readonly std: number;
  /** Unit u of trial r gets, after step s, number u of the sequence at (r, s). */
  readonly stream: RandomStream;
  /** Steps per trial, and steps that were made before the first one. */
  readonly numSteps: number;
  readonly firstStep?: number;
}

/**
 * A stepper that adds noise after each step: state ← state + std · √dt · N(0, 1), for dx = f(x) dt + std dW
 * (Kloeden & Platen 1992, section 10.2; of strong order 1 whatever the stepper). It must be given all steps of trial 0, then
 * all of trial 1, and so on, as `integrateFixedStep` does.
 *
 * @example
 * ```ts
 * import { withProcessNoise } from "#lib/math/ode/process_noise.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import { assertEquals } from "@std/assert";
 * const stream = randomStream(1, "noise/process");
 * const step = withProcessNoise(() => {}, { std: 2, stream, numSteps: 1 });
 * const state = new Float64Array(2);
 * step(state, 0.25);
 * assertEquals(state, stream.normal(new Float64Array(2), 0, 0));
 * ```
 */
export function withProcessNoise(
  step: Stepper,
  { std, stream, numSteps, firstStep = 0 }: StreamedNoise,
): Stepper {
  let trial = 0;
  let done = 0;
  let draws = new Float64Array(0);
  return (state, dt) => {
    if (draws.length !== state.length) draws = new Float64Array(state.length);
    step(state, dt);
    addNoise(state, std * Math.sqrt(dt), stream, trial, firstStep + done, draws);
    if (++done < numSteps) return;
    done = 0;
    trial++;
  };
}

/**
 * Adds `scale` times the normal numbers of (trial, step) to a state; `draws` is room for as many.
 *
 * @example
 * ```ts
 * import { addNoise } from "#lib/math/ode/process_noise.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import { assertEquals } from "@std/assert";
 * const state = Float64Array.of(1, 2);
 * addNoise(state, 0, randomStream(1, "noise/process"), 0, 0, new Float64Array(2));
 * assertEquals(state, Float64Array.of(1, 2));
 * ```
 */
export function addNoise(
  state: Float64Array,
  scale: number,
  stream: RandomStream,
  trial: number,
  step: number,
  draws: Float64Array,
): void {
  stream.normal(draws, trial, step);
  for (let unit = 0; unit < state.length; unit++) state[unit] += scale * draws[unit];
}
