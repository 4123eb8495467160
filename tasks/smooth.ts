// Smooths trajectories over time by a Gaussian window. The causal one looks at the past only, so that nothing of a
// response shows before its cause; it delays by about 0.8 sigma.

import { z } from "zod";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { smoothRows } from "#lib/math/preprocessing/gaussian_smoothing.ts";
import { fromTrials, inSamples, requireFiniteTrials, trialsOf } from "./_each_trial.ts";
import { exampleTrajectories } from "./_states.ts";

const params = z.strictObject({
  sigma_ms: z.number().positive().optional().describe("standard deviation of the window, ms"),
  sigma: z.number().positive().optional().describe("the same in samples, instead of sigma_ms"),
  causal: z.boolean().default(false).describe("whether the window looks at the past only"),
  truncate: z.number().positive().default(4)
    .describe("how many standard deviations the window reaches"),
});

export default defineTask({
  name: "smooth",
  summary: "Smooths trajectories over time by a Gaussian window.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { trajectories: one(trajectories) },
  outputs: { trajectories },
  examples: [
    { params: { sigma: 2 }, inputs: () => ({ trajectories: exampleTrajectories() }) },
    {
      params: { sigma_ms: 15, causal: true },
      inputs: () => ({ trajectories: { ...exampleTrajectories(), dt: 10, timeUnit: "ms" } }),
    },
  ],
  run(_context, { sigma_ms, sigma, causal, truncate }, inputs) {
    const value = inputs.trajectories;
    const width = inSamples("sigma", { samples: sigma, ms: sigma_ms }, value);
    const trials = trialsOf(value);
    requireFiniteTrials(value, trials);
    const numUnits = value.states.shape[2];
    const smoothed = trials.map(({ rows, numTime }) =>
      smoothRows(rows, numTime, numUnits, { sigma: width, causal, truncate })
    );
    return { trajectories: fromTrials(value, smoothed, numUnits) };
  },
});
