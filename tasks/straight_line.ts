// Straight lines from random starting points: the motif without an attractor in studies of compositionality. As
// published it is a point for nearly all trials (lib/models/motifs/straight_line.ts says why).

import { z } from "zod";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import { defineTask } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import { stretchToBox, uniformInBox } from "#lib/math/random/uniform_box.ts";
import {
  acceleratingLine,
  publishedLineDirections,
  randomDirections,
  straightLine,
} from "#lib/models/motifs/straight_line.ts";
import { generatorBlock, generatorPort, legacyGenerator } from "./_legacy.ts";

const params = z.strictObject({
  form: z.enum(["straight", "as_published"]).default("straight").describe(
    "straight: constant speed, each trial in a direction of its own; as_published: growing steps along a shared " +
      "direction that about halves from trial to trial (3 units, needs a generator)",
  ),
  distance: z.number().positive().default(1).describe(
    "from the first point to the last (straight)",
  ),
  dt: z.number().positive().default(0.01).describe("time between stored points"),
  num_steps: z.int().min(2).default(200).describe("stored points per trial"),
  num_trials: z.int().min(1).default(200).describe("lines"),
  initial_box: z.array(z.tuple([z.number(), z.number()])).min(1)
    .default([[0, 1], [0, 1], [0, 1]])
    .describe("[low, high] per unit for the starting points"),
  seed: z.union([z.int(), z.string()]).default(0).describe(
    "seed of starting points and directions; the starting points are those of `simulate` at an equal seed and box",
  ),
  generator_block: generatorBlock,
});

export default defineTask({
  name: "straight_line",
  summary: "Draws straight trajectories from random starting points.",
  version: 1,
  numerics: "f64",
  params,
  inputs: generatorPort,
  outputs: { trajectories },
  examples: [{ params: { num_trials: 3, num_steps: 5 } }],
  run(_context, params, inputs) {
    const { num_trials, num_steps, initial_box, seed } = params;
    const numUnits = initial_box.length;
    const size = { numTime: num_steps, numUnits };
    const legacy = legacyGenerator(inputs.generator, params.generator_block);
    const starts = legacy === null
      ? uniformInBox(randomStream(seed, "initial_state"), num_trials, initial_box)
      : stretchToBox(legacy.fillUniform(new Float64Array(num_trials * numUnits)), initial_box);
    let states: Float64Array;
    if (params.form === "as_published") {
      if (legacy === null || numUnits !== 3) {
        throw new RangeError(
          `the published line needs a bound generator and 3 units; got ${
            legacy === null ? "no generator" : "a generator"
          } and ${numUnits} units`,
        );
      }
      states = acceleratingLine(starts, publishedLineDirections(legacy, num_trials), size);
    } else {
      const step = params.distance / (num_steps - 1);
      const stream = randomStream(seed, "line/direction");
      states = straightLine(
        starts,
        randomDirections(stream, num_trials, numUnits, step),
        size,
      );
    }
    return {
      trajectories: {
        states: tensor(["trial", "time", "unit"], [num_trials, num_steps, numUnits], states),
        dt: params.dt,
        timeUnit: "1" as const,
      },
    };
  },
});
