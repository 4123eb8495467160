// Brings trajectories to a common scale: per trial into [0, 1] with the aspect ratio kept, or per trial and
// unit to mean 0 and variance 1.

import { z } from "zod";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { minMaxNormalize, zScoreUnits } from "#lib/models/motifs/normalize.ts";
import { exampleTrajectories, statesOf, withStates } from "./_states.ts";

const params = z.strictObject({
  method: z.enum(["min_max", "z_score"]).default("min_max")
    .describe(
      "min_max: each trial into [0, 1] by one minimum and maximum; z_score: each unit of each trial over time",
    ),
  epsilon: z.number().min(0).default(0).describe(
    "added to the range of min_max (1e-6 in the published notebooks)",
  ),
});

export default defineTask({
  name: "normalize",
  summary: "Brings trajectories to a common scale.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { trajectories: one(trajectories) },
  outputs: { trajectories },
  examples: [
    { params: {}, inputs: () => ({ trajectories: exampleTrajectories() }) },
    { params: { method: "z_score" }, inputs: () => ({ trajectories: exampleTrajectories() }) },
  ],
  run(_context, { method, epsilon }, inputs) {
    const { states, shape } = statesOf(inputs.trajectories);
    const scaled = method === "min_max"
      ? minMaxNormalize(states, shape, { epsilon })
      : zScoreUnits(states, shape);
    const bad = scaled.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      const length = shape.numTime * shape.numUnits;
      const trial = Math.floor(bad / length);
      const isFinite = states.subarray(trial * length, (trial + 1) * length).every(Number.isFinite);
      throw new RangeError(
        isFinite
          ? `trial ${trial} never moves, so ${method} has no range to divide by; give an epsilon above 0`
          : `trial ${trial} holds numbers that are not finite; remove or mask that trial`,
      );
    }
    return { trajectories: withStates(inputs.trajectories, scaled, shape) };
  },
});
