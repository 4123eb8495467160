// Perceptual decision making: which of two noisy channels is the stronger? Four rules that share a network: the choice
// itself (pro), the other one (anti), each at once or after a delay. All differences between the rules stand here.

import { z } from "zod";
import { defineNeurotask } from "../core/neurotask.ts";
import { writeCues } from "./_cues.ts";
import { accuracyOfTwoChannels } from "./_ideal_observer.ts";
import { decisionPeriods, durationsOf, publishedTiming, timingParam } from "./_timing.ts";

/** Rules in the order of their rule input. */
const pdmRules = ["pdm_anti", "pdm_pro", "pdm_delay", "pdm_anti_delay"] as const;

/**
 * One of the four rules.
 *
 * @example
 * ```ts
 * import { pdmNeurotask } from "#lib/neurotasks/_pdm.ts";
 * import { assertEquals } from "@std/assert";
 * const pro = pdmNeurotask({ name: "pdm_pro", summary: "Pro.", anti: false, delay: false });
 * assertEquals(pro.outputs(pro.params.parse({})), ["fixate", "choice_1", "choice_2"]);
 * ```
 */
export function pdmNeurotask({ name, summary, anti, delay }: {
  readonly name: typeof pdmRules[number];
  readonly summary: string;
  readonly anti: boolean;
  readonly delay: boolean;
}) {
  return defineNeurotask({
    name,
    summary,
    reference:
      "Britten, Shadlen, Newsome & Movshon 1992, J. Neurosci. 12:4745; as in NeuroGym (Molano-Mazon et al. 2022) and " +
      "Guilhot et al. 2024, arXiv 2410.24070",
    params: z.strictObject({
      timing: timingParam(publishedTiming({ delay })),
      coherences_percent: z.array(z.number().min(0).max(100)).min(1)
        .default([0, 6.4, 12.8, 25.6, 51.2])
        .describe(
          "how much stronger the right channel is, in percent; one is drawn for each trial",
        ),
      sigma: z.number().min(0).default(1).describe(
        "noise of the stimulus channels while the stimulus lasts: standard deviation sigma / √dt_ms per step",
      ),
    }),
    rules: pdmRules,
    periods: decisionPeriods,
    mayBeEmpty: delay ? [] : ["delay"],
    targets: "class",
    channels: () => ["fixation", "stimulus_1", "stimulus_2"],
    outputs: () => ["fixate", "choice_1", "choice_2"],
    timing: ({ timing }, mode) => durationsOf(timing, mode, { delay }),
    conditions: ({ coherences_percent }) => [
      { name: "choice", values: [0, 1] },
      { name: "coherence_percent", values: coherences_percent, unit: "%" },
    ],
    isDecidable: ({ coherence_percent }) => coherence_percent > 0,
    write({ sigma }, design, out) {
      const { conditions: { choice, coherence_percent }, bounds, dtMs } = design;
      writeCues(design, 3, out);
      const deviation = sigma / Math.sqrt(dtMs);
      const difference = coherence_percent / 200;
      const [from, to] = bounds.stimulus;
      for (let step = from; step < to; step++) {
        out.observation[3 * step + 1 + choice] = 0.5 + difference;
        out.observation[3 * step + 2 - choice] = 0.5 - difference;
        out.noise[3 * step + 1] = deviation;
        out.noise[3 * step + 2] = deviation;
      }
      const [go, end] = bounds.decision;
      out.target.fill(1 + (anti ? 1 - choice : choice), go, end);
    },
    chance: () => 0.5,
    ideal({ coherences_percent: values, sigma, timing }, { mode, dtMs }) {
      const accuracy = values.map((coherence) =>
        accuracyOfTwoChannels(
          coherence / 100,
          sigma / Math.sqrt(dtMs),
          timing[mode].stimulus,
          dtMs,
        )
      );
      const decidable = accuracy.filter((_, i) => values[i] > 0);
      return {
        overall: mean(accuracy),
        decidable: decidable.length === 0 ? 0.5 : mean(decidable),
        by: { condition: "coherence_percent", values, accuracy },
        method: "closed form: the difference of the channels summed over the stimulus, " +
          "Φ(c/100 · S / (√(2S) σ)), averaged over the durations S of the stimulus",
      };
    },
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
