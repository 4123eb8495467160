// Timing of trials as params: fixation, stimulus, delay, decision, for training and for evaluation. The defaults are those
// of RepAL's tasks on NeuroGym (Guilhot et al. 2024): varied for training, fixed for evaluation.

import { z } from "zod";
import type { Duration, TrialMode } from "../core/neurotask.ts";

/**
 * The periods of a decision, in time.
 *
 * @example
 * ```ts
 * import { decisionPeriods } from "#lib/neurotasks/_timing.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(decisionPeriods.length, 4);
 * ```
 */
export const decisionPeriods = ["fixation", "stimulus", "delay", "decision"] as const;

/** Durations of all periods. */
export type Durations = Readonly<Record<typeof decisionPeriods[number], Duration>>;

const ms = z.number().min(0);
const range = z.tuple([ms, ms]).refine(([low, high]) => low <= high, "from low to high");

/** A duration in ms, as it is written in YAML. */
const duration = z.union([
  ms,
  z.strictObject({ choice: z.array(ms).min(1) }),
  z.strictObject({ uniform: range }),
  z.strictObject({
    truncated_exponential: z.strictObject({ mean: z.number().positive(), range }),
  }),
]);

/**
 * The param `timing`: for each mode, durations by period; what is not written has the defaults given here.
 *
 * @example
 * ```ts
 * import { publishedTiming, timingParam } from "#lib/neurotasks/_timing.ts";
 * import { assertEquals } from "@std/assert";
 * const timing = timingParam(publishedTiming({ delay: false }));
 * assertEquals(timing.parse({ test: { stimulus: 800 } }).test.stimulus, 800);
 * assertEquals(timing.parse(undefined).test.stimulus, 4000);
 * ```
 */
export function timingParam(defaults: Readonly<Record<TrialMode, Durations>>) {
  const mode = (durations: Durations) =>
    z.strictObject({
      fixation: duration.default(durations.fixation as never),
      stimulus: duration.default(durations.stimulus as never),
      delay: duration.default(durations.delay as never),
      decision: duration.default(durations.decision as never),
    }).prefault({});
  return z.strictObject({ train: mode(defaults.train), test: mode(defaults.test) }).prefault({})
    .describe(
      "durations in ms by mode (train, test) and period (fixation, stimulus, delay, decision): a number, {choice: […]}, " +
        "{uniform: [low, high]} or {truncated_exponential: {mean, range: [low, high]}}; rules without a delay do not read it",
    );
}

/**
 * The published timing of rules with and without a delay.
 *
 * @example
 * ```ts
 * import { publishedTiming } from "#lib/neurotasks/_timing.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(publishedTiming({ delay: true }).test.delay, 2000);
 * ```
 */
export function publishedTiming(
  { delay }: { readonly delay: boolean },
): Readonly<Record<TrialMode, Durations>> {
  const short = { choice: [100, 200, 300] };
  const edge = delay ? 500 : 200;
  return {
    train: {
      fixation: short,
      stimulus: { choice: [3000, 4000, 5000] },
      delay: delay ? { choice: [500, 1000, 1500] } : 0,
      decision: short,
    },
    test: { fixation: edge, stimulus: 4000, delay: delay ? 2000 : 0, decision: edge },
  };
}

/**
 * The durations of a mode; without a delay whatever is written, for rules that have none.
 *
 * @example
 * ```ts
 * import { durationsOf, publishedTiming } from "#lib/neurotasks/_timing.ts";
 * import { assertEquals } from "@std/assert";
 * const timing = publishedTiming({ delay: true });
 * assertEquals(durationsOf(timing, "test", { delay: false }).delay, 0);
 * ```
 */
export function durationsOf(
  timing: Readonly<Record<TrialMode, Durations>>,
  mode: TrialMode,
  { delay }: { readonly delay: boolean },
): Durations {
  return delay ? timing[mode] : { ...timing[mode], delay: 0 };
}
