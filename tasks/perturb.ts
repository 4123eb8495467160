// Adds observation noise: u' = √(1 − σ²) u + σ ξ with standard normal ξ for every trial, time and unit.

import { z } from "zod";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { perturb } from "#lib/models/motifs/perturb.ts";
import { generatorBlock, generatorPort, legacyGenerator } from "./_legacy.ts";
import { exampleTrajectories, statesOf, withStates } from "./_states.ts";

const params = z.strictObject({
  sigma: z.number().min(0).max(1).describe("share of noise σ"),
  seed: z.union([z.int(), z.string()]).default(0).describe("seed of the noise"),
  generator_block: generatorBlock,
});

export default defineTask({
  name: "perturb",
  summary: "Adds observation noise that keeps the variance of standardised data.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { trajectories: one(trajectories), ...generatorPort },
  outputs: { trajectories },
  examples: [
    { params: { sigma: 0.1, seed: 3 }, inputs: () => ({ trajectories: exampleTrajectories() }) },
  ],
  run(_context, { sigma, seed, generator_block }, inputs) {
    const { states, shape } = statesOf(inputs.trajectories);
    const legacy = legacyGenerator(inputs.generator, generator_block);
    const draws = new Float64Array(states.length);
    if (legacy !== null) legacy.fillNormal(draws);
    else {
      const noise = randomStream(seed, "noise/observation");
      const length = shape.numTime * shape.numUnits;
      for (let trial = 0; trial < shape.numTrials; trial++) {
        noise.normal(draws.subarray(trial * length, (trial + 1) * length), trial);
      }
    }
    return {
      trajectories: withStates(inputs.trajectories, perturb(states, sigma, draws, draws), shape),
    };
  },
});
