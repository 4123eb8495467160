// The source of sequences that params of `neurotask` ask for: new ones without end, or those of the published generator.

import type { Neurotask } from "#lib/core/neurotask.ts";
import { type TrialSource, trialSource } from "#lib/trials/batches.ts";
import { publishedSource } from "#lib/trials/published.ts";
import { trialLengths } from "#lib/trials/timing.ts";
import type { TrialSpec } from "#lib/trials/trial_writer.ts";
import { windowSource } from "#lib/trials/windows.ts";
import type { NeurotaskParams } from "./neurotask.ts";

/** Steps of a published training sequence, in ms. */
const publishedWindowMs = 8000;

/** What params of `neurotask` ask for. */
export interface Sequences {
  readonly spec: TrialSpec & { readonly rules: readonly string[] };
  readonly source: TrialSource;
  /** Absent where a sequence is one trial. */
  readonly windowSteps?: number;
}

/**
 * The sequences of a neurotask. Equal seeds give rows that belong together, in all rules of a set: the label of the streams
 * is that of the mode.
 *
 * @example
 * ```ts
 * import { sequenceSource } from "#tasks/_sequences.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const params = {
 *   trial: pdmPro.params.parse({}), mode: "train", dt_ms: 20, num_trials: 64,
 *   design_seed: 0, seed: 0, generator: "as_published",
 * } as never;
 * assertEquals(sequenceSource(pdmPro, params).source.maxSteps, 400);
 * ```
 */
export function sequenceSource(neurotask: Neurotask, params: NeurotaskParams): Sequences {
  const { trial, mode, dt_ms: dtMs, generator, sequence, rules = neurotask.rules } = params;
  const spec = {
    neurotask,
    params: trial,
    rules,
    mode,
    dtMs,
    seed: params.seed,
    designSeed: params.design_seed,
    label: `trials/${mode}`,
  };
  const published = generator === "as_published";
  const inWindows = published && mode === "train"
    ? Math.round(publishedWindowMs / dtMs)
    : undefined;
  const windowSteps = sequence === undefined
    ? inWindows
    : sequence === "trial"
    ? undefined
    : sequence.window_steps;
  const of = windowSteps === undefined ? {} : { windowSteps };
  if (published) {
    const { longest } = trialLengths(neurotask.timing(trial as never, mode), dtMs);
    const source = publishedSource(spec, {
      numSequences: params.num_trials,
      sequenceSteps: windowSteps ?? longest,
      aliased: params.defects?.aliased ?? true,
    });
    return { spec, source, ...of };
  }
  const source = windowSteps === undefined ? trialSource(spec) : windowSource(spec, windowSteps);
  return { spec, source, ...of };
}
