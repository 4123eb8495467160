// Bins time: means (or sums) over windows of samples, which may overlap. The time step becomes that between windows.

import { z } from "zod";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { describeShape } from "#lib/core/tensor.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { binRows } from "#lib/math/preprocessing/bin_rows.ts";
import { fromTrials, inSamples, requireFiniteTrials, trialsOf } from "./_each_trial.ts";
import { exampleTrajectories } from "./_states.ts";

const params = z.strictObject({
  width: z.int().min(1).optional().describe("samples in a bin"),
  width_ms: z.number().positive().optional().describe("length of a bin in ms, instead of width"),
  overlap: z.int().min(0).optional().describe(
    "samples that a bin shares with the next; 0 if not given",
  ),
  overlap_ms: z.number().min(0).optional().describe("the same in ms, instead of overlap"),
  statistic: z.enum(["mean", "sum"]).default("mean")
    .describe("mean: for rates and states; sum: for counts"),
});

export default defineTask({
  name: "bin_time",
  summary: "Averages trajectories over bins of time.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { trajectories: one(trajectories) },
  outputs: { trajectories },
  examples: [
    { params: { width: 4 }, inputs: () => ({ trajectories: exampleTrajectories() }) },
    {
      params: { width_ms: 50, overlap_ms: 20, statistic: "sum" },
      inputs: () => ({ trajectories: { ...exampleTrajectories(), dt: 10, timeUnit: "ms" } }),
    },
  ],
  run(_context, { width, width_ms, overlap, overlap_ms, statistic }, inputs) {
    const value = inputs.trajectories;
    const numSamples = whole(
      "width",
      inSamples("width", { samples: width, ms: width_ms }, value),
      value,
    );
    const shared = overlap === undefined && overlap_ms === undefined ? 0 : whole(
      "overlap",
      inSamples("overlap", { samples: overlap, ms: overlap_ms }, value),
      value,
    );
    const step = numSamples - shared;
    if (step < 1) {
      throw new RangeError(
        `bins of ${numSamples} samples cannot share ${shared} with the next; the overlap must be shorter than the bin`,
      );
    }
    const options = { width: numSamples, step, sum: statistic === "sum" };
    const numUnits = value.states.shape[2];
    const trials = trialsOf(value);
    requireFiniteTrials(value, trials);
    const binned = trials.map(({ rows, numTime, trial }) => {
      if (numTime >= numSamples) return binRows(rows, numTime, numUnits, options);
      throw new RangeError(
        `trial ${trial} of trajectories (${
          describeShape(value.states.dims, value.states.shape)
        }) has ${numTime} time points, fewer than the ${numSamples} of a bin; take shorter bins, or leave that trial out`,
      );
    });
    return { trajectories: fromTrials(value, binned, numUnits, { dt: value.dt * step }) };
  },
});

/** @throws {RangeError} unless a duration is a whole number of samples. */
function whole(name: string, samples: number, { dt }: Trajectories): number {
  const rounded = Math.round(samples);
  if (rounded >= 0 && Math.abs(samples - rounded) <= 1e-6 * Math.max(1, rounded)) return rounded;
  throw new RangeError(
    `${name} is ${samples} samples of ${dt} ms; take a multiple of ${dt} ms, such as ${
      Math.max(1, rounded) * dt
    }`,
  );
}
