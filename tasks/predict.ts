// Predicts trajectories by a fitted operator, from true samples or freely. Sources: Ostrow et al. 2023 (DSA); Brunton et al.
// 2017 (HAVOK). The first (n_delays − 1) · delay_interval + steps_ahead samples of each trial are copied: `score_prediction`
// scores with and without them.

import { z } from "zod";
import { operator } from "#lib/core/artifacts/operator.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { predict } from "#lib/math/dmd/predict.ts";
import { exampleFit, trajectoriesOf, withModel } from "./_delay_model.ts";

export default defineTask({
  name: "predict",
  summary: "Predicts trajectories by a fitted operator, told the truth every so often.",
  version: 1,
  numerics: "f64",
  params: z.strictObject({
    reseed: z.union([z.int().min(1), z.literal("never")]).default(1).describe(
      "row i of the embedding is predicted from true samples where this divides i, else from predicted ones; 1: always from true ones, never: a free run",
    ),
  }),
  inputs: { operator: one(operator), trajectories: one(trajectories) },
  outputs: { prediction: trajectories },
  examples: [
    { params: {}, inputs: () => exampleFit() },
    { params: { reseed: "never" }, inputs: () => exampleFit(1, 3) },
  ],
  run(_context, { reseed }, { operator, trajectories }) {
    return withModel("predict", operator, trajectories, (model, trials) => {
      const data = predict(trials, model, reseed === "never" ? Infinity : reseed);
      return { prediction: trajectoriesOf(trajectories, { ...trials, data }) };
    });
  },
});
