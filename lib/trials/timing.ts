// Periods of trials in steps: where they begin and end for given draws, how long trials can be, and what is wrong with a
// timing. Leaves out where the draws come from (designs.ts).

import type { Duration, Neurotask, TrialMode } from "../core/neurotask.ts";
import { longestSteps, marks, stepDistribution } from "../math/random/durations.ts";

/**
 * Shortest and longest trial of a timing, in steps.
 *
 * @example
 * ```ts
 * import { trialLengths } from "#lib/trials/timing.ts";
 * import { assertEquals } from "@std/assert";
 * const timing = { fixation: { choice: [100, 200] }, decision: 100 };
 * assertEquals(trialLengths(timing, 20), { shortest: 10, longest: 15 });
 * ```
 */
export function trialLengths(
  timing: Readonly<Record<string, Duration>>,
  dtMs: number,
): { readonly shortest: number; readonly longest: number } {
  let shortest = 0;
  let longest = 0;
  for (const duration of Object.values(timing)) {
    shortest += stepDistribution(duration, dtMs)[0].steps;
    longest += longestSteps(duration, dtMs);
  }
  return { shortest, longest };
}

/** Something wrong with a timing. */
export interface TimingIssue {
  /** From the neurotask's params; empty if nothing is written there and `dt_ms` is at fault. */
  readonly path: readonly string[];
  readonly message: string;
}

/**
 * What is wrong with the timing of a mode: durations that are no multiple of dt, and periods without a step that need one.
 *
 * @param params the neurotask's, defaults filled in
 *
 * @example
 * ```ts
 * import { timingIssues } from "#lib/trials/timing.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(timingIssues(pdmPro, pdmPro.params.parse({}), "test", 20), []);
 * const params = pdmPro.params.parse({ timing: { test: { stimulus: 810 } } });
 * assertEquals(timingIssues(pdmPro, params, "test", 20)[0].path, ["timing", "test", "stimulus"]);
 * ```
 */
export function timingIssues(
  // deno-lint-ignore no-explicit-any
  neurotask: Neurotask<any>,
  params: unknown,
  mode: TrialMode,
  dtMs: number,
): readonly TimingIssue[] {
  const timing = neurotask.timing(params as never, mode);
  const usual = neurotask.timing(neurotask.params.parse({}) as never, mode);
  const issues: TimingIssue[] = [];
  for (const period of neurotask.periods) {
    const duration = timing[period];
    const isUsual = JSON.stringify(duration) === JSON.stringify(usual[period]);
    const path = isUsual ? [] : ["timing", mode, period];
    const what = `${period} of ${neurotask.name} (${mode})`;
    const odd = marks(duration).find((ms) => !isMultiple(ms, dtMs));
    if (odd !== undefined) {
      issues.push({
        path,
        message: isUsual
          ? `dt_ms ${dtMs} does not divide the ${odd} ms of ${what}; ${dividers(timing, dtMs)}`
          : `${odd} ms for ${what} is no multiple of dt_ms ${dtMs}; the nearest are ${
            nearest(odd, dtMs)
          }`,
      });
    } else if (
      stepDistribution(duration, dtMs)[0].steps === 0 &&
      !(neurotask.mayBeEmpty ?? []).includes(period)
    ) {
      issues.push({ path, message: `${what} is empty; it needs ${dtMs} ms (one step) at least` });
    }
  }
  return issues;
}

function isMultiple(ms: number, dtMs: number): boolean {
  const steps = ms / dtMs;
  return Math.abs(steps - Math.round(steps)) <= 1e-9 * Math.max(1, steps);
}

function nearest(ms: number, dtMs: number): string {
  const [below, above] = [Math.floor(ms / dtMs), Math.ceil(ms / dtMs)]
    .map((steps) => Number((steps * dtMs).toPrecision(12)));
  return below === 0 ? `${above} ms` : `${below} and ${above} ms`;
}

/** Which dt would do, as advice. */
function dividers(timing: Readonly<Record<string, Duration>>, dtMs: number): string {
  const whole = Object.values(timing).flatMap(marks).filter((ms) => ms > 0);
  if (!whole.every(Number.isInteger)) return "take one that divides all durations";
  const common = whole.reduce(greatestCommon);
  const good = Array.from({ length: common }, (_, i) => i + 1).filter((dt) => common % dt === 0);
  const near = good.sort((a, b) => Math.abs(a - dtMs) - Math.abs(b - dtMs)).slice(0, 4);
  return `${near.sort((a, b) => a - b).join(", ")} ${near.length === 1 ? "does" : "do"}`;
}

function greatestCommon(a: number, b: number): number {
  return b === 0 ? a : greatestCommon(b, a % b);
}
