// Fits linear dynamics to trajectories in delay coordinates (HAVOK, principal component regression).
// Sources: Brunton et al. 2017; Ostrow et al. 2023 (DSA). One fit serves every smaller rank.

import { z } from "zod";
import { operator } from "#lib/core/artifacts/operator.ts";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { conditioningAtRank, operatorAtRank } from "#lib/math/dmd/operator_at_rank.ts";
import { fitHavok, type HavokFit } from "#lib/math/dmd/havok.ts";
import { exampleTrajectories, statesOf } from "./_states.ts";

const params = z.strictObject({
  n_delays: z.int().min(1).optional().describe(
    "samples per row of the embedding, the present one included",
  ),
  span_ms: z.number().min(0).optional()
    .describe("instead of n_delays: (n_delays − 1) · delay_interval · dt_ms"),
  delay_interval: z.int().min(1).default(1).describe("time points between two delays"),
  rank: z.int().min(1).optional().describe("components of the operator"),
  rank_thresh: z.number().positive().optional().describe(
    "instead of rank: keep singular values above this",
  ),
  rank_explained_variance: z.number().gt(0).max(1).optional()
    .describe("instead of rank: keep the fewest components that explain this share"),
  max_rank: z.int().min(1).default(50)
    .describe("components whose moments are kept, so that any smaller rank can be read off later"),
  ridge: z.number().min(0).default(0).describe("λ of the regression"),
  steps_ahead: z.int().min(1).default(1).describe("samples from one row of a pair to the other"),
  compat: z.enum(["v1", "v2", "corrected"]).default("corrected").describe(
    "whose rank conventions hold",
  ),
  method: z.enum(["auto", "gram", "qr", "leading"]).default("auto")
    .describe(
      "route to the singular vectors; auto: Hankel–Gram recursion where it is accurate, else QR; leading: only max_rank of them, faster where these are few of many",
    ),
}).superRefine((value, context) => {
  if ((value.n_delays === undefined) === (value.span_ms === undefined)) {
    context.addIssue({
      code: "custom",
      path: [],
      message: "give exactly one of n_delays and span_ms",
    });
  }
  const rules = [value.rank, value.rank_thresh, value.rank_explained_variance];
  if (rules.filter((rule) => rule !== undefined).length > 1) {
    context.addIssue({
      code: "custom",
      path: [],
      message: "give at most one of rank, rank_thresh and rank_explained_variance",
    });
  }
  if (value.method === "leading" && value.rank === undefined && rules.some((rule) => rule)) {
    context.addIssue({
      code: "custom",
      path: ["method"],
      message: "leading does not find the singular values that this rank rule looks at; give rank",
    });
  }
});

/** Without a rank rule: components down to this share of σ₁ (the threshold of `common_rank`). */
const defaultThreshold = 1e-3;

export default defineTask({
  name: "dmd",
  summary: "Fits a linear operator to trajectories in delay coordinates.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { trajectories: one(trajectories) },
  outputs: { operator },
  examples: [
    { params: { n_delays: 4, rank: 3 }, inputs: () => ({ trajectories: exampleTrajectories() }) },
    {
      params: { n_delays: 3, delay_interval: 2 },
      inputs: () => ({ trajectories: exampleTrajectories() }),
    },
  ],
  run(_context, params, inputs) {
    const { states, shape } = statesOf(inputs.trajectories);
    const numDelays = params.n_delays ??
      delaysOfSpan(params.span_ms!, params.delay_interval, inputs.trajectories);
    const bad = states.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new RangeError(
        `dmd got trajectories (${
          describeShape(inputs.trajectories.states.dims, inputs.trajectories.states.shape)
        }) ` +
          `with ${states[bad]} in trial ${
            Math.floor(bad / (shape.numTime * shape.numUnits))
          }; remove or mask that trial`,
      );
    }
    const rule = {
      ...(params.rank === undefined ? {} : { rank: params.rank }),
      ...(params.rank_thresh === undefined ? {} : { rankThreshold: params.rank_thresh }),
      ...(params.rank_explained_variance === undefined
        ? {}
        : { rankExplainedVariance: params.rank_explained_variance }),
    };
    const ruled = Object.keys(rule).length > 0;
    const fit = fitHavok({ data: states, ...shape }, {
      numDelays,
      delayInterval: params.delay_interval,
      stepsAhead: params.steps_ahead,
      ridge: params.ridge,
      compat: params.compat,
      maxRank: Math.max(params.max_rank, params.rank ?? 1),
      method: params.method,
      ...(ruled ? rule : { rank: 1 }),
    });
    const rank = ruled ? fit.rank : leadingCount(fit);
    const matrix = ruled ? fit.operator : operatorAtRank(fit, rank);
    return {
      operator: {
        matrix: tensor(["target", "source"], [rank, rank], matrix),
        auto: tensor(["row", "column"], [fit.maxRank, fit.maxRank], fit.auto),
        cross: tensor(["row", "column"], [fit.maxRank, fit.maxRank], fit.cross),
        singularValues: tensor(["component"], [fit.singularValues.length], fit.singularValues),
        about: {
          rank,
          n_delays: numDelays,
          delay_interval: params.delay_interval,
          steps_ahead: params.steps_ahead,
          ridge: params.ridge,
          method: fit.method,
          num_rows: fit.numRows,
          num_features: fit.numFeatures,
          numerical_rank: fit.numericalRank,
          explained_variance: fit.explainedVariance[rank - 1],
          singular_ratio: fit.singularValues[rank - 1] / fit.singularValues[0],
          conditioning: conditioningAtRank(fit, rank),
          warnings: warnings(fit, rank),
        },
      },
    };
  },
});

function delaysOfSpan(spanMs: number, interval: number, { dt, timeUnit }: Trajectories): number {
  if (timeUnit !== "ms") {
    throw new RangeError(
      "span_ms needs trajectories with a time step in ms; these have no physical time, use n_delays",
    );
  }
  const delays = spanMs / (interval * dt) + 1;
  if (Math.abs(delays - Math.round(delays)) > 1e-9) {
    throw new RangeError(
      `span_ms ${spanMs} is no multiple of delay_interval · dt_ms = ${interval * dt}; ` +
        `the nearest are ${(Math.floor(delays) - 1) * interval * dt} and ${
          Math.floor(delays) * interval * dt
        }`,
    );
  }
  return Math.round(delays);
}

function leadingCount({ singularValues, maxRank }: HavokFit): number {
  const count = singularValues.filter((s) => s >= defaultThreshold * singularValues[0]).length;
  return Math.min(Math.max(1, count), maxRank);
}

function warnings({ numericalRank, explainedVariance }: HavokFit, rank: number): string[] {
  const list: string[] = [];
  if (rank > numericalRank) {
    list.push(
      `rank ${rank} exceeds the numerical rank ${numericalRank}: the last components are rounding`,
    );
  }
  const carrying = explainedVariance.findIndex((share) => share >= 1 - 1e-6) + 1;
  if (carrying > 0 && rank > 2 * carrying) {
    list.push(
      `${carrying} of the ${rank} components carry all but a millionth of the variance; the others weigh as much`,
    );
  }
  return list;
}
