// What tasks on delay coordinates share: the params of the embedding, and the trials that can be fitted at all.
// Refusals name the task, the array with its dims, and what to do.

import { z } from "zod";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { describeShape } from "#lib/core/tensor.ts";
import { embeddingShape, type TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { trialSetOf } from "./_states.ts";
import { inTerms } from "./_in_terms.ts";

/** Params of a delay embedding. Whoever spreads them also refines by `checkDelays`. */
export const delayFields = {
  n_delays: z.int().min(1).optional().describe(
    "samples per row of the embedding, the present one included",
  ),
  span_ms: z.number().min(0).optional()
    .describe("instead of n_delays: (n_delays − 1) · delay_interval · dt_ms"),
  delay_interval: z.int().min(1).default(1).describe("time points between two delays"),
};

/** The params that `delayFields` are. */
export interface DelayFields {
  readonly n_delays?: number | undefined;
  readonly span_ms?: number | undefined;
  readonly delay_interval: number;
}

/** Adds what is wrong with the choice between delays and a span. */
export function checkDelays(value: DelayFields, context: z.RefinementCtx): void {
  if ((value.n_delays === undefined) === (value.span_ms === undefined)) {
    addIssue(context, [], "give exactly one of n_delays and span_ms");
  }
}

/** Adds an issue at a param. */
export function addIssue(context: z.RefinementCtx, path: string[], message: string): void {
  context.addIssue({ code: "custom", path, message });
}

/**
 * The number of delays, given or from a span.
 *
 * @throws {RangeError} if the trajectories have no physical time, or the span lies between two numbers of delays.
 */
export function numDelaysOf(params: DelayFields, { dt, timeUnit }: Trajectories): number {
  const { n_delays, span_ms, delay_interval: interval } = params;
  if (n_delays !== undefined) return n_delays;
  if (timeUnit !== "ms") {
    throw new RangeError(
      "span_ms needs trajectories with a time step in ms; these have no physical time, use n_delays",
    );
  }
  const delays = span_ms! / (interval * dt) + 1;
  if (Math.abs(delays - Math.round(delays)) > 1e-9) {
    throw new RangeError(
      `span_ms ${span_ms} is no multiple of delay_interval · dt_ms = ${interval * dt}; ` +
        `the nearest are ${(Math.floor(delays) - 1) * interval * dt} and ${
          Math.floor(delays) * interval * dt
        }`,
    );
  }
  return Math.round(delays);
}

/**
 * The trials, checked: finite, changing in time, and long enough for the delays.
 *
 * @throws {RangeError} naming the task and the trajectories with their dims.
 */
export function fittableTrials(
  task: string,
  trajectories: Trajectories,
  numDelays: number,
  delayInterval: number,
): TrialSet {
  const trials = trialSetOf(trajectories);
  const name = `${task} got trajectories (${shapeOf(trajectories)})`;
  let at = 0;
  let changes = false;
  for (const [trial, length] of lengthsOf(trials).entries()) {
    const end = at + length * trials.numUnits;
    for (let p = at; p < end; p++) {
      if (!Number.isFinite(trials.data[p])) {
        const t = Math.floor((p - at) / trials.numUnits);
        throw new RangeError(
          `${name} with ${trials.data[p]} in trial ${trial}, time ${t}, unit ${
            (p - at) % trials.numUnits
          }; remove or mask that trial`,
        );
      }
      if (p >= at + trials.numUnits && trials.data[p] !== trials.data[p - trials.numUnits]) {
        changes = true;
      }
    }
    at = end;
  }
  if (!changes) {
    throw new RangeError(
      `${name} in which nothing changes in time: there are no dynamics to fit; ` +
        "leave this system out, or record more of it (a shorter discard, some noise)",
    );
  }
  inTermsOf(task, trajectories, () => embeddingShape(trials, { numDelays, delayInterval }));
  return trials;
}

/** Runs a fit; what it refuses is said of the trajectories. */
export function inTermsOf<T>(task: string, trajectories: Trajectories, fit: () => T): T {
  return inTerms(`${task} got trajectories (${shapeOf(trajectories)})`, fit);
}

/** Time points of every trial. */
export function lengthsOf({ numTime, numTrials }: TrialSet): readonly number[] {
  return typeof numTime === "number" ? new Array<number>(numTrials).fill(numTime) : numTime;
}

function shapeOf({ states: { dims, shape }, lengths }: Trajectories): string {
  const ragged = lengths === undefined ? "" : `, trials of ${Math.min(...lengths)} to ${shape[1]}`;
  return describeShape(dims, shape) + ragged;
}
