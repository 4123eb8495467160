// Fits linear dynamics among nonlinear functions of delay coordinates, given by a kernel and some rows as centres
// (Nyström). Sources: Kostic et al. 2022; Williams, Rowley & Kevrekidis 2015.

import { z } from "zod";
import { type Operator, operator } from "#lib/core/artifacts/operator.ts";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import { defineTask, one } from "#lib/core/task.ts";
import type { DelayParams, TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { countPairs, fitKernelDmd } from "#lib/math/dmd/kernel_dmd.ts";
import { startingRows } from "#lib/math/dmd/kernel_features.ts";
import { medianDistance, type SimilarityFunction } from "#lib/math/dmd/similarity_function.ts";
import {
  addIssue,
  checkDelays,
  delayFields,
  fittableTrials,
  inTermsOf,
  numDelaysOf,
} from "./_delays.ts";
import { kernelArtifact } from "./_kernel_dmd_result.ts";
import { exampleTrajectories } from "./_states.ts";

const params = z.strictObject({
  ...delayFields,
  kernel: z.enum(["rbf", "polynomial", "dot"]).default("rbf").describe(
    "rbf: exp(−|a − b|²/(2 bandwidth²)); polynomial: (scale·a·b + offset)^degree; dot: a·b",
  ),
  bandwidth: z.number().positive().optional()
    .describe("of rbf, in the units of the data; default: the median distance between centres"),
  degree: z.int().min(1).default(2).describe("of polynomial"),
  offset: z.number().min(0).default(1).describe("of polynomial"),
  scale: z.number().positive().default(1).describe("of polynomial"),
  num_centers: z.number().positive().default(0.1).describe(
    "rows drawn as centres: up to 1 their share of the rows that start a pair (1: all), above 1 their number",
  ),
  center_rows: z.array(z.int().min(0)).min(1).optional().describe(
    "instead of num_centers: numbers of the rows, counted over those that start a pair, trial after trial",
  ),
  seed: z.int().default(0).describe("of the draw of centres"),
  rank: z.int().min(1).default(10).describe("components of the operator, at most one per centre"),
  regression: z.enum(["reduced_rank", "principal_component"]).default("reduced_rank").describe(
    "reduced_rank: directions that predict best; principal_component: directions of most variance",
  ),
  ridge: z.number().min(0).default(1e-10).describe("λ, added to mean products of features"),
  steps_ahead: z.int().min(1).optional()
    .describe("samples from one row of a pair to the other; default: delay_interval"),
}).superRefine((value, context) => {
  checkDelays(value, context);
  if (value.bandwidth !== undefined && value.kernel !== "rbf") {
    addIssue(context, ["bandwidth"], `bandwidth belongs to kernel: rbf, not ${value.kernel}`);
  }
  if (value.num_centers > 1 && !Number.isInteger(value.num_centers)) {
    addIssue(context, ["num_centers"], "give a share of at most 1, or a whole number above 1");
  }
});

type Params = z.output<typeof params>;

export default defineTask({
  name: "kernel_dmd",
  summary: "Fits a linear operator among kernel features of trajectories in delay coordinates.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { trajectories: one(trajectories) },
  outputs: { operator },
  examples: [
    {
      params: { n_delays: 2, rank: 3, num_centers: 12 },
      inputs: () => ({ trajectories: exampleTrajectories() }),
    },
    {
      params: { n_delays: 1, kernel: "polynomial", rank: 4, regression: "principal_component" },
      inputs: () => ({ trajectories: exampleTrajectories() }),
    },
  ],
  run(_context, params, inputs) {
    const numDelays = numDelaysOf(params, inputs.trajectories);
    const delays = { numDelays, delayInterval: params.delay_interval };
    const trials = fittableTrials(
      "kernel_dmd",
      inputs.trajectories,
      numDelays,
      params.delay_interval,
    );
    const { trajectories } = inputs;
    return {
      operator: inTermsOf(
        "kernel_dmd",
        trajectories,
        () => fitted(params, trials, delays, trajectories),
      ),
    };
  },
});

function fitted(
  params: Params,
  trials: TrialSet,
  delays: DelayParams,
  trajectories: Pick<Trajectories, "dt" | "timeUnit">,
): Operator {
  const stepsAhead = params.steps_ahead ?? params.delay_interval;
  const centres = centresOf(params, countPairs(trials, delays, stepsAhead));
  const kernel = kernelOf(params, () => {
    const rows = startingRows(trials, delays, stepsAhead, centres);
    const { length } = centres;
    return length > 1 ? medianDistance(rows, length, rows.length / length) : 0;
  });
  const fit = fitKernelDmd(trials, {
    ...delays,
    stepsAhead,
    kernel,
    centres,
    rank: params.rank,
    ridge: params.ridge,
    regression: params.regression,
  });
  const { numDelays } = delays;
  const { delay_interval: delayInterval } = params;
  const { numUnits } = trials;
  return kernelArtifact(fit, params, {
    numDelays,
    delayInterval,
    stepsAhead,
    numUnits,
    kernel,
    trajectories,
  });
}

// Listed rows as listed; drawn ones in their order in time.
function centresOf(params: Params, numPairs: number): readonly number[] {
  if (params.center_rows !== undefined) return params.center_rows;
  const { num_centers } = params;
  const wanted = num_centers <= 1 ? Math.round(num_centers * numPairs) : num_centers;
  const count = Math.max(1, Math.min(numPairs, wanted));
  const drawn = randomStream(params.seed, "kernel_dmd/centers").permutation(numPairs);
  return Array.from(drawn.subarray(0, count)).sort((a, b) => a - b);
}

function kernelOf(params: Params, typicalDistance: () => number): SimilarityFunction {
  const { kernel, degree, offset, scale } = params;
  if (kernel === "dot") return { kind: "dot" };
  if (kernel === "polynomial") return { kind: "polynomial", degree, offset, scale };
  const bandwidth = params.bandwidth ?? typicalDistance();
  if (bandwidth > 0) return { kind: "rbf", bandwidth };
  throw new RangeError(
    "kernel dmd: there is one centre or most are equal, so their median distance is 0; give bandwidth or other centres",
  );
}
