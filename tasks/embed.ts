// Delay embedding: each moment of a trial together with its past, as one longer row of units.
// Source: Takens 1981; Hankel matrix of Brunton et al. 2017 (HAVOK).

import { z } from "zod";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { delayEmbedding } from "#lib/math/dmd/delay_embedding.ts";
import { exampleTrajectories, statesOf, withStates } from "./_states.ts";

const params = z.strictObject({
  n_delays: z.int().min(1).describe("samples in each row, the present one included"),
  delay_interval: z.int().min(1).default(1).describe("time points between two delays"),
});

export default defineTask({
  name: "embed",
  summary: "Embeds trajectories in delay coordinates, newest sample first.",
  version: 1,
  numerics: "exact",
  params,
  inputs: { trajectories: one(trajectories) },
  outputs: { trajectories },
  examples: [
    {
      params: { n_delays: 3, delay_interval: 2 },
      inputs: () => ({ trajectories: exampleTrajectories() }),
    },
  ],
  run(_context, { n_delays, delay_interval }, inputs) {
    const { states, shape } = statesOf(inputs.trajectories);
    const embedded = delayEmbedding(
      { data: states, ...shape },
      { numDelays: n_delays, delayInterval: delay_interval },
    );
    return {
      trajectories: withStates(inputs.trajectories, embedded.data, {
        numTrials: shape.numTrials,
        numTime: embedded.rowsPerTrial[0],
        numUnits: embedded.numFeatures,
      }),
    };
  },
});
