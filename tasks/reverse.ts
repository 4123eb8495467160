// Plays trajectories backwards, or, as the published compositional test did instead, only puts the trials in the
// opposite order.

import { z } from "zod";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { reverseTime, reverseTrials } from "#lib/models/motifs/reverse.ts";
import { exampleTrajectories, statesOf, withStates } from "./_states.ts";

export default defineTask({
  name: "reverse",
  summary: "Reverses the time axis of trajectories, or the order of their trials.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({
    axis: z.enum(["time", "trial"]).default("time").describe(
      "time: every trial backwards; trial: the last trial first, which breaks the pairing of trials",
    ),
  }),
  inputs: { trajectories: one(trajectories) },
  outputs: { trajectories },
  examples: [
    { params: {}, inputs: () => ({ trajectories: exampleTrajectories() }) },
    { params: { axis: "trial" }, inputs: () => ({ trajectories: exampleTrajectories() }) },
  ],
  run(_context, { axis }, inputs) {
    const { states, shape } = statesOf(inputs.trajectories);
    const reversed = axis === "time" ? reverseTime(states, shape) : reverseTrials(states, shape);
    return { trajectories: withStates(inputs.trajectories, reversed, shape) };
  },
});
