// The Gram matrix HᵀH of a delay embedding, for `dmd` to read: the costly part of a fit that depends on the data and
// the delays alone. A sweep over rank, ridge and steps ahead then computes it once for each choice of delays.

import { z } from "zod";
import { hankelGram } from "#lib/core/artifacts/hankel_gram.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { checkDelays, delayFields, fittableTrials, numDelaysOf } from "./_delays.ts";
import { gramArtifact } from "./_gram.ts";
import { exampleTrajectories } from "./_states.ts";

export default defineTask({
  name: "hankel_gram",
  summary: "Computes the Gram matrix of delay coordinates, which fits of the same delays share.",
  version: 1,
  numerics: "f64",
  params: z.strictObject(delayFields).superRefine(checkDelays),
  inputs: { trajectories: one(trajectories) },
  outputs: { gram: hankelGram },
  examples: [
    { params: { n_delays: 4 }, inputs: () => ({ trajectories: exampleTrajectories() }) },
  ],
  run(_context, params, inputs) {
    const numDelays = numDelaysOf(params, inputs.trajectories);
    const delayInterval = params.delay_interval;
    const trials = fittableTrials("hankel_gram", inputs.trajectories, numDelays, delayInterval);
    return { gram: gramArtifact(trials, { numDelays, delayInterval }) };
  },
});
