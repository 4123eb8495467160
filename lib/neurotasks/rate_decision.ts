// The decision of the primer: K channels give evidence in rates, the strongest is to be chosen. One rule and no rule input;
// noise on every channel at every step, the fixation cue included.

import { z } from "zod";
import { defineNeurotask } from "../core/neurotask.ts";
import { writeCues } from "./_cues.ts";
import { accuracyOfRing, accuracyOfTwoChannels } from "./_ideal_observer.ts";
import { decisionPeriods, type Durations, timingParam } from "./_timing.ts";

const durations: Durations = { fixation: 100, stimulus: 2000, delay: 0, decision: 100 };

export default defineNeurotask({
  name: "rate_decision",
  summary: "Choose the strongest of some noisy channels, rates of which lie on a circle.",
  reference: "Yang & Wang 2020, Neuron 107:1048 (primer); NeuroGym (Molano-Mazon et al. 2022)",
  params: z.strictObject({
    timing: timingParam({ train: durations, test: durations }),
    num_choices: z.int().min(2).default(2).describe(
      "choices K, and channels of evidence: 0.5 + c/200 · cos(2π (j − choice) / K) for channel j",
    ),
    coherences_percent: z.array(z.number().min(0).max(100)).min(1)
      .default([0, 6.4, 12.8, 25.6, 51.2])
      .describe("strength of the evidence in percent; one is drawn for each trial"),
    sigma: z.number().min(0).default(1).describe(
      "noise of every channel at every step: standard deviation sigma / √dt_ms",
    ),
  }),
  rules: ["rate_decision"],
  periods: decisionPeriods,
  mayBeEmpty: ["delay"],
  targets: "class",
  channels: ({ num_choices }) => ["fixation", ...numbered("stimulus", num_choices)],
  outputs: ({ num_choices }) => ["fixate", ...numbered("choice", num_choices)],
  timing: ({ timing }, mode) => timing[mode],
  conditions: ({ num_choices, coherences_percent }) => [
    { name: "choice", values: Array.from({ length: num_choices }, (_, j) => j) },
    { name: "coherence_percent", values: coherences_percent, unit: "%" },
  ],
  isDecidable: ({ coherence_percent }) => coherence_percent > 0,
  write({ sigma, num_choices }, design, out) {
    const { conditions: { choice, coherence_percent }, bounds, numSteps, dtMs } = design;
    const numChannels = num_choices + 1;
    writeCues(design, numChannels, out);
    out.noise.fill(sigma / Math.sqrt(dtMs), 0, numSteps * numChannels);
    const [from, to] = bounds.stimulus;
    for (let j = 0; j < num_choices; j++) {
      const evidence = 0.5 +
        coherence_percent / 200 * Math.cos(2 * Math.PI * (j - choice) / num_choices);
      for (let step = from; step < to; step++) {
        out.observation[numChannels * step + 1 + j] = evidence;
      }
    }
    const [go, end] = bounds.decision;
    out.target.fill(1 + choice, go, end);
  },
  chance: ({ num_choices }) => 1 / num_choices,
  ideal({ num_choices, coherences_percent: values, sigma, timing }, { mode, dtMs }) {
    const noise = sigma / Math.sqrt(dtMs);
    const { stimulus } = timing[mode];
    const accuracy = values.map((coherence) =>
      num_choices === 2
        ? accuracyOfTwoChannels(coherence / 100, noise, stimulus, dtMs)
        : accuracyOfRing(
          {
            amplitude: coherence / 200,
            numChannels: num_choices,
            noise,
            halfWidth: Math.PI / num_choices,
          },
          stimulus,
          dtMs,
        )
    );
    const decidable = accuracy.filter((_, i) => values[i] > 0);
    return {
      overall: mean(accuracy),
      decidable: decidable.length === 0 ? 1 / num_choices : mean(decidable),
      by: { condition: "coherence_percent", values, accuracy },
      method: num_choices === 2
        ? "closed form: the difference of the channels summed over the stimulus, Φ(c/100 · S / (√(2S) σ))"
        : "closed form: the direction of the summed population vector lies within π/K of the choice's",
    };
  },
});

function numbered(what: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, j) => `${what}_${j + 1}`);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
