// Go/no-go: one of two channels is on; one asks for a response, the other for none. Four rules that share a network: as
// asked (go), the opposite (anti), each at once or after a delay. All differences between the rules stand here.
// As published there is no noise (`sigma: 0`), which leaves two trials of an evaluation set; here the stimulus is noisy.

import { z } from "zod";
import { defineNeurotask } from "../core/neurotask.ts";
import { writeCues } from "./_cues.ts";
import { accuracyOfTwoChannels } from "./_ideal_observer.ts";
import { decisionPeriods, durationsOf, publishedTiming, timingParam } from "./_timing.ts";

/** Rules in the order of their rule input. */
const gonogoRules = [
  "gonogo_go",
  "gonogo_anti",
  "gonogo_delay",
  "gonogo_anti_delay",
] as const;

/**
 * One of the four rules.
 *
 * @example
 * ```ts
 * import { gonogoNeurotask } from "#lib/neurotasks/_gonogo.ts";
 * import { assertEquals } from "@std/assert";
 * const go = gonogoNeurotask({ name: "gonogo_go", summary: "Go.", anti: false, delay: false });
 * assertEquals(go.outputs(go.params.parse({})), ["fixate", "go"]);
 * ```
 */
export function gonogoNeurotask({ name, summary, anti, delay }: {
  readonly name: typeof gonogoRules[number];
  readonly summary: string;
  readonly anti: boolean;
  readonly delay: boolean;
}) {
  return defineNeurotask({
    name,
    summary,
    reference: "Donders 1868; as in NeuroGym (Molano-Mazon et al. 2022) and Guilhot et al. 2024, " +
      "arXiv 2410.24070",
    params: z.strictObject({
      timing: timingParam(publishedTiming({ delay })),
      sigma: z.number().min(0).default(1).describe(
        "noise of the stimulus channels while the stimulus lasts: standard deviation sigma / √dt_ms per step; 0 as " +
          "published, where evaluation sets have two distinct trials",
      ),
    }),
    rules: gonogoRules,
    periods: decisionPeriods,
    mayBeEmpty: delay ? [] : ["delay"],
    targets: "class",
    channels: () => ["fixation", "no_go", "go"],
    outputs: () => ["fixate", "go"],
    timing: ({ timing }, mode) => durationsOf(timing, mode, { delay }),
    conditions: () => [{ name: "stimulus", values: [0, 1] }],
    isDecidable: () => true,
    write({ sigma }, design, out) {
      const { conditions: { stimulus }, bounds, dtMs } = design;
      writeCues(design, 3, out);
      const deviation = sigma / Math.sqrt(dtMs);
      const [from, to] = bounds.stimulus;
      for (let step = from; step < to; step++) {
        out.observation[3 * step + 1 + stimulus] = 1;
        out.noise[3 * step + 1] = deviation;
        out.noise[3 * step + 2] = deviation;
      }
      const [go, end] = bounds.decision;
      out.target.fill(anti ? 1 - stimulus : stimulus, go, end);
    },
    chance: () => 0.5,
    ideal({ sigma, timing }, { mode, dtMs }) {
      const accuracy = accuracyOfTwoChannels(
        1,
        sigma / Math.sqrt(dtMs),
        timing[mode].stimulus,
        dtMs,
      );
      return {
        overall: accuracy,
        decidable: accuracy,
        by: { condition: "stimulus", values: [0, 1], accuracy: [accuracy, accuracy] },
        method: "closed form: the difference of the channels summed over the stimulus, " +
          "Φ(S / (√(2S) σ)), averaged over the durations S of the stimulus",
      };
    },
  });
}
