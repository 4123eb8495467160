// Delay embedding: each moment of a trial together with its past, as one longer row of units.
// Source: Takens 1981; Hankel matrix of Brunton et al. 2017 (HAVOK).

import { z } from "zod";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { delayEmbedding, type Embedding } from "#lib/math/dmd/delay_embedding.ts";
import { inTermsOf } from "./_delays.ts";
import { exampleTrajectories, trialSetOf, withStates } from "./_states.ts";

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
  run(_context, { n_delays: numDelays, delay_interval: delayInterval }, inputs) {
    const { lengths, ...rest } = inputs.trajectories;
    const trials = trialSetOf(inputs.trajectories);
    const embedded = inTermsOf(
      "embed",
      inputs.trajectories,
      () => delayEmbedding(trials, { numDelays, delayInterval }),
    );
    const { rowsPerTrial, numFeatures } = embedded;
    const shape = {
      numTrials: trials.numTrials,
      numTime: Math.max(...rowsPerTrial),
      numUnits: numFeatures,
    };
    if (lengths === undefined) return { trajectories: withStates(rest, embedded.data, shape) };
    const states = padded(embedded, shape.numTime);
    return { trajectories: { ...withStates(rest, states, shape), lengths: rowsPerTrial } };
  },
});

/** Trials of unequal length on one time axis; what lies beyond the end of a trial is NaN. */
function padded({ data, rowsPerTrial, numFeatures }: Embedding, longest: number): Float64Array {
  const out = new Float64Array(rowsPerTrial.length * longest * numFeatures).fill(NaN);
  let from = 0;
  rowsPerTrial.forEach((rows, trial) => {
    out.set(data.subarray(from, from + rows * numFeatures), trial * longest * numFeatures);
    from += rows * numFeatures;
  });
  return out;
}
