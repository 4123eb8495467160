// Stop rules: a phase ends once accuracy on its evaluation sets is high enough. Looked at after each epoch; the epoch that
// reached it counts, and its checkpoint stands.
// The published rule (RepAL: least per-step accuracy over the rules above 0.99) is `{accuracy: 0.99, of: min, on: all,
// score: per_step}`; on honest data no observer reaches it, because a fifth of its trials cannot be decided.

import { z } from "zod";

/** Params of a stop rule. */
export const stopSchema = z.strictObject({
  accuracy: z.number().gt(0).lte(1).describe("share of right responses above which the phase ends"),
  of: z.enum(["min", "mean"]).default("min").describe("over the rules of the phase"),
  on: z.enum(["decidable", "all"]).default("decidable").describe(
    "decidable: trials with coherence above 0; all: also those that nobody can decide",
  ),
  score: z.enum(["per_trial", "per_step"]).default("per_trial").describe(
    "per_trial: one response per trial; per_step: every scored step counts",
  ),
});

/** A stop rule. */
export type StopRule = z.output<typeof stopSchema>;

/** Accuracies of one rule on its evaluation set. */
export interface Accuracies {
  /** Over decidable trials, one response each: what honest accuracy means. */
  readonly accuracy: number;
  /** Over all trials, one response each. */
  readonly accuracy_all: number;
  /** Over scored steps of all trials. */
  readonly accuracy_per_step: number;
  /** Over scored steps of decidable trials. */
  readonly accuracy_per_step_decidable: number;
}

/**
 * Whether the accuracies of a phase's rules end it.
 *
 * @example
 * ```ts
 * import { isReached, stopSchema } from "#lib/training/stop_rule.ts";
 * import { assertEquals } from "@std/assert";
 * const of = (accuracy: number) =>
 *   ({ accuracy, accuracy_all: 0, accuracy_per_step: 0, accuracy_per_step_decidable: 0 });
 * const stop = stopSchema.parse({ accuracy: 0.9 });
 * assertEquals(isReached(stop, [of(0.95), of(0.89)]), false);
 * assertEquals(isReached({ ...stop, of: "mean" }, [of(0.95), of(0.89)]), true);
 * ```
 */
export function isReached(stop: StopRule | null, rules: readonly Accuracies[]): boolean {
  if (stop === null) return false;
  const values = rules.map((rule) => rule[columnOf(stop)]);
  const value = stop.of === "min"
    ? Math.min(...values)
    : values.reduce((sum, one) => sum + one, 0) / values.length;
  return value > stop.accuracy;
}

function columnOf({ on, score }: StopRule): keyof Accuracies {
  if (score === "per_trial") return on === "decidable" ? "accuracy" : "accuracy_all";
  return on === "decidable" ? "accuracy_per_step_decidable" : "accuracy_per_step";
}
