// Operators of one time step: a step of 10 ms and one of 20 ms are different maps of the same dynamics.

import { z } from "zod";

/**
 * The param that decides what happens to pairs of unlike steps.
 *
 * @example
 * ```ts
 * import { onStepMismatch } from "#lib/metrics/_one_step.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(onStepMismatch.parse(undefined), "error");
 * ```
 */
export const onStepMismatch = z.enum(["error", "ignore"]).default("error").describe(
  "operators whose steps are known to last different times: refuse them, for the same dynamics differ then, or compare them " +
    "all the same",
);

/** What a fit knows of its step, and the operator's name for messages. */
export interface Stepping {
  /** What one application means in ms, if that is known. */
  readonly stepMs: number | undefined;
  readonly shown: string;
}

/**
 * The step that an operator's facts state.
 *
 * @example
 * ```ts
 * import { stepMsOf } from "#lib/metrics/_one_step.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([stepMsOf({ step_ms: 20 }), stepMsOf({})], [20, undefined]);
 * ```
 */
export function stepMsOf(about: Readonly<Record<string, unknown>>): number | undefined {
  return typeof about.step_ms === "number" ? about.step_ms : undefined;
}

/**
 * Refuses two operators whose steps are known to differ.
 *
 * @throws {RangeError} naming both.
 *
 * @example
 * ```ts
 * import { requireOneStep } from "#lib/metrics/_one_step.ts";
 * import { assertThrows } from "@std/assert";
 * const [a, b] = [10, 20].map((stepMs) => ({ stepMs, shown: "operator" }));
 * requireOneStep(a, b, "ignore");
 * assertThrows(() => requireOneStep(a, b, "error"), RangeError, "10 ms and 20 ms");
 * ```
 */
export function requireOneStep(a: Stepping, b: Stepping, policy: "error" | "ignore"): void {
  if (policy === "ignore" || a.stepMs === undefined || b.stepMs === undefined) return;
  if (Math.abs(a.stepMs - b.stepMs) <= 1e-9 * Math.max(a.stepMs, b.stepMs)) return;
  throw new RangeError(
    `${a.shown} and ${b.shown} make steps of ${a.stepMs} ms and ${b.stepMs} ms, so equal dynamics would differ; ` +
      "bring the data to one time step (bin_time), fit with other steps_ahead, or set on_step_mismatch: ignore",
  );
}
