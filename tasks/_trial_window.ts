// Which steps of each trial a representation takes: periods by name, a span, everything, or the published window, which
// begins and ends half a second too early.

import { z } from "zod";
import type { Trials } from "#lib/core/artifacts/trials.ts";
import { lengthsOf } from "./_network_states.ts";

/** How far the published boundaries are shifted against the states, in ms (RepAL, representation extraction). */
const publishedShiftMs = 500;

/** Schema of a window. */
export const windowParam = z.union([
  z.enum(["whole", "as_published"]),
  z.strictObject({
    periods: z.array(z.string()).min(1).describe(
      "neighbouring periods: [stimulus], [delay, decision]",
    ),
  }),
  z.strictObject({
    from_ms: z.number().min(0).describe("of each trial's time"),
    to_ms: z.number().positive(),
  }),
]);

/** A window as params have it. */
export type TrialWindow = z.output<typeof windowParam>;

/** First step and first step after, for each trial. */
export interface Steps {
  readonly start: Int32Array;
  readonly end: Int32Array;
}

/**
 * The steps of a window in each trial.
 *
 * @throws {RangeError} if a period does not exist, periods do not meet, or nothing is left of a trial.
 */
export function windowOf(trials: Trials, window: TrialWindow): Steps {
  const lengths = lengthsOf(trials);
  const dtMs = trials.about.dt_ms as number;
  const steps = stepsOf(trials, window, lengths, dtMs);
  for (let trial = 0; trial < lengths.length; trial++) {
    const [start, end] = [steps.start[trial], steps.end[trial]];
    if (start < end && end <= lengths[trial]) continue;
    throw new RangeError(
      `the window ${JSON.stringify(window)} is [${start}, ${end}) in trial ${trial}, which has ${
        lengths[trial]
      } steps of ${dtMs} ms; take a window that lies within every trial`,
    );
  }
  return steps;
}

function stepsOf(trials: Trials, window: TrialWindow, lengths: Int32Array, dtMs: number): Steps {
  const { length } = lengths;
  if (window === "whole") return { start: new Int32Array(length), end: lengths };
  if (window === "as_published") {
    const { start, end } = periodSteps(trials, ["stimulus"]);
    const shift = Math.floor(publishedShiftMs / dtMs);
    return {
      start: start.map((step) => Math.max(0, step - shift)),
      end: end.map((step) => step - shift),
    };
  }
  if ("periods" in window) return periodSteps(trials, window.periods);
  const whole = (ms: number) => {
    const steps = Math.round(ms / dtMs);
    if (Math.abs(steps * dtMs - ms) < 1e-6 * dtMs) return steps;
    throw new RangeError(
      `${ms} ms is no multiple of the step of ${dtMs} ms; take ${Math.max(1, steps) * dtMs} ms`,
    );
  };
  return {
    start: new Int32Array(length).fill(whole(window.from_ms)),
    end: new Int32Array(length).fill(whole(window.to_ms)),
  };
}

function periodSteps({ bounds }: Trials, names: readonly string[]): Steps {
  const periods = bounds.coords?.period ?? [];
  const places = names.map((name) => {
    const place = periods.indexOf(name);
    if (place >= 0) return place;
    throw new RangeError(
      `the trials have no period '${name}'; they have ${periods.join(", ") || "none by name"}`,
    );
  });
  const [numTrials, numPeriods] = bounds.shape;
  const start = new Int32Array(numTrials);
  const end = new Int32Array(numTrials);
  for (let trial = 0; trial < numTrials; trial++) {
    const edge = (place: number, side: number) =>
      bounds.data[2 * (trial * numPeriods + place) + side];
    start[trial] = edge(places[0], 0);
    end[trial] = edge(places[0], 1);
    for (const place of places.slice(1)) {
      if (edge(place, 0) !== end[trial]) {
        throw new RangeError(
          `the periods ${
            names.join(", ")
          } do not follow one another in trial ${trial}; name neighbours in order of time`,
        );
      }
      end[trial] = edge(place, 1);
    }
  }
  return { start, end };
}
