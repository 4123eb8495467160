// Fits linear dynamics to trajectories in delay coordinates (HAVOK). Sources: Brunton et al. 2017; Ostrow et al. 2023 (DSA).
// One fit by principal components serves every smaller rank.

import { z } from "zod";
import { hankelGram } from "#lib/core/artifacts/hankel_gram.ts";
import { operator } from "#lib/core/artifacts/operator.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one, optional } from "#lib/core/task.ts";
import { fitHavok } from "#lib/math/dmd/havok.ts";
import {
  addIssue,
  checkDelays,
  delayFields,
  fittableTrials,
  inTermsOf,
  numDelaysOf,
} from "./_delays.ts";
import { withDefaultRank } from "./_dmd_rank.ts";
import { operatorArtifact } from "./_dmd_result.ts";
import { gramArtifact, gramOf } from "./_gram.ts";
import { exampleTrajectories, trialSetOf } from "./_states.ts";

const params = z.strictObject({
  ...delayFields,
  rank: z.int().min(1).optional().describe(
    "components of the operator; without a rule: those whose singular value is at least a thousandth of the largest, max_rank at most (reduced_rank, v1 and v2: all)",
  ),
  rank_thresh: z.number().min(0).optional().describe(
    "instead of rank: keep singular values above this (reduced_rank: eigenvalues of the projector)",
  ),
  rank_explained_variance: z.number().min(0).max(1).optional()
    .describe(
      "instead of rank: keep the fewest components that explain this share (reduced_rank: of the projector)",
    ),
  max_rank: z.int().min(1).default(50)
    .describe("components whose moments are kept, so that any smaller rank can be read off later"),
  regression: z.enum(["principal_component", "reduced_rank"]).default("principal_component")
    .describe(
      "principal_component: of the leading components; reduced_rank: of all, to the best operator of the rank",
    ),
  regress: z.enum(["all", "newest_block"]).optional()
    .describe(
      "of reduced_rank: predict all delays at reduced rank (default), or the newest alone and copy the older",
    ),
  num_components: z.int().min(1).optional()
    .describe("of reduced_rank: leading components to regress; default: all that are not rounding"),
  ridge: z.number().min(0).default(0).describe("λ of the regression"),
  steps_ahead: z.int().min(1).default(1).describe("samples from one row of a pair to the other"),
  compat: z.enum(["v1", "v2", "corrected"]).default("corrected").describe(
    "whose conventions hold: rank rules (without a rule, v1 and v2 keep all), and in v1 and v2 the matrix of reduced_rank is transposed",
  ),
  method: z.enum(["auto", "gram", "qr", "leading"]).default("auto")
    .describe(
      "route to the singular vectors; auto: Hankel–Gram recursion where it is accurate, else QR; leading: only max_rank of them, faster where these are few of many",
    ),
  keep_modes: z.boolean().default(true)
    .describe("store the singular vectors, which predictions and residuals need"),
}).superRefine((value, context) => {
  checkDelays(value, context);
  const rules = [value.rank, value.rank_thresh, value.rank_explained_variance];
  const isReduced = value.regression === "reduced_rank";
  if (rules.filter((rule) => rule !== undefined).length > 1) {
    addIssue(
      context,
      [],
      "give at most one of rank, rank_thresh and rank_explained_variance",
    );
  }
  const isJudged = value.rank_thresh !== undefined || value.rank_explained_variance !== undefined;
  if (value.method === "leading" && isJudged) {
    addIssue(
      context,
      ["method"],
      "leading does not find the singular values that this rank rule looks at; give rank",
    );
  }
  if (value.method === "leading" && isReduced) {
    addIssue(context, ["method"], "reduced_rank needs all components; leading does not find them");
  }
  for (const name of ["regress", "num_components"] as const) {
    if (value[name] !== undefined && !isReduced) {
      addIssue(context, [name], `${name} belongs to regression: reduced_rank`);
    }
  }
});

export default defineTask({
  name: "dmd",
  summary: "Fits a linear operator to trajectories in delay coordinates.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { trajectories: one(trajectories), gram: optional(hankelGram) },
  outputs: { operator },
  examples: [
    { params: { n_delays: 4, rank: 3 }, inputs: () => ({ trajectories: exampleTrajectories() }) },
    {
      params: { n_delays: 3, delay_interval: 2 },
      inputs: () => ({ trajectories: exampleTrajectories() }),
    },
    {
      params: { n_delays: 2, rank: 2, regression: "reduced_rank", regress: "newest_block" },
      inputs: () => ({ trajectories: exampleTrajectories() }),
    },
    {
      params: { n_delays: 3, rank: 2 },
      inputs: () => {
        const trajectories = exampleTrajectories();
        const gram = gramArtifact(trialSetOf(trajectories), { numDelays: 3 });
        return { trajectories, gram };
      },
    },
  ],
  run(_context, params, inputs) {
    const { method } = params;
    const numDelays = numDelaysOf(params, inputs.trajectories);
    const delays = { numDelays, delayInterval: params.delay_interval };
    const trials = fittableTrials("dmd", inputs.trajectories, numDelays, params.delay_interval);
    if (inputs.gram !== undefined && method === "qr") {
      throw new RangeError(
        "dmd got a gram, which method qr does not use; unbind it or choose another method",
      );
    }
    const gram = inputs.gram === undefined ? {} : { gram: gramOf(inputs.gram, trials, delays) };
    const fit = inTermsOf(
      "dmd",
      inputs.trajectories,
      () =>
        withDefaultRank(params, (rule) =>
          fitHavok(trials, {
            ...delays,
            ...rule,
            ...gram,
            stepsAhead: params.steps_ahead,
            ridge: params.ridge,
            compat: params.compat,
            method,
            regression: params.regression,
            regress: params.regress ?? "all",
            ...(params.num_components === undefined
              ? {}
              : { numComponents: params.num_components }),
          })),
    );
    return {
      operator: operatorArtifact(fit, params, {
        ...delays,
        numUnits: trials.numUnits,
        trajectories: inputs.trajectories,
      }),
    };
  },
});
