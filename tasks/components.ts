// The components that a fit could choose from, and how many of them each rank rule would keep, in the conventions of both
// published versions and in the corrected ones: to see why two fits of the same data have different ranks.

import { z } from "zod";
import { type Operator, operator } from "#lib/core/artifacts/operator.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { explainedVariance, type RankChoice, selectRank } from "#lib/math/dmd/rank_rules.ts";

const params = z.strictObject({
  shares: z.array(z.number().min(0).max(1)).default([0.5, 0.9, 0.95, 0.99])
    .describe("values of rank_explained_variance to try"),
  thresholds: z.array(z.number().min(0)).default([]).describe("values of rank_thresh to try"),
});

export default defineTask({
  name: "components",
  summary: "Lists the singular values of a fit, what they explain, and the rank of each rule.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { operator: one(operator) },
  outputs: { components: table, ranks: table },
  examples: [{ params: { thresholds: [1.5] }, inputs: () => ({ operator: exampleFit() }) }],
  run(_context, { shares, thresholds }, { operator }) {
    const fit = judged(operator);
    const choices: readonly (readonly [string, number, RankChoice])[] = [
      ...shares.map((value) =>
        ["rank_explained_variance", value, { rankExplainedVariance: value }] as const
      ),
      ...thresholds.map((value) => ["rank_thresh", value, { rankThreshold: value }] as const),
    ];
    return {
      components: componentTable(fit),
      ranks: tableOf(
        choices.flatMap(([rule, value, choice]) =>
          (["v1", "v2", "corrected"] as const).map((compat) => ({
            rule,
            value,
            compat,
            rank: rankOf(fit, choice, compat),
          }))
        ),
        { rank: { description: "0: v1's rule chooses none, and the fit fails" } },
      ),
    };
  },
});

interface Judged {
  readonly singularValues: Float64Array;
  /** Cumulative. */
  readonly explained: Float64Array;
  /** Of reduced rank regression. */
  readonly projector: Float64Array | null;
  readonly numFeatures: number;
}

function judged({ matrix, singularValues, about }: Operator): Judged {
  if (
    singularValues === undefined || typeof about.num_features !== "number" ||
    about.method === "kernel"
  ) {
    throw new RangeError(
      `components got an operator (${describeShape(matrix.dims, matrix.shape)}) ` +
        (about.method === "kernel"
          ? "of kernel_dmd, whose spectrum is its array singular_values; rank rules are those of dmd"
          : "that no delay embedding stands behind; it needs one from dmd"),
    );
  }
  const s = singularValues.data as Float64Array;
  const all = Math.min(about.num_rows as number, about.num_features);
  // Of leading components alone, the total follows from the share that they explain.
  const known = matrix.shape[0];
  const squares = s.subarray(0, known).reduce((sum, value) => sum + value * value, 0);
  const total = s.length < all ? squares / (about.explained_variance as number) : undefined;
  const projector = about.projector_eigenvalues as readonly number[] | undefined;
  return {
    singularValues: s,
    explained: explainedVariance(s, total),
    projector: projector === undefined ? null : Float64Array.from(projector),
    numFeatures: about.num_features,
  };
}

function componentTable({ singularValues: s, explained, projector }: Judged) {
  return tableOf(
    Array.from(s, (value, i): Record<string, Cell> => ({
      component: i + 1,
      singular_value: value,
      singular_ratio: value / s[0],
      explained_variance: explained[i],
      ...(projector === null ? {} : { projector_eigenvalue: projector[i] ?? null }),
    })),
    {
      singular_ratio: { description: "relative to the first" },
      explained_variance: { description: "share of the variance up to this component" },
    },
  );
}

function rankOf(
  { singularValues, explained, projector, numFeatures }: Judged,
  choice: RankChoice,
  compat: "v1" | "v2" | "corrected",
): number {
  const values = projector ?? singularValues;
  const share = projector === null || compat === "v1" ? explained : explainedVariance(projector);
  return selectRank(values, share, choice, numFeatures, compat);
}

function exampleFit(): Operator {
  return {
    matrix: tensor(["target", "source"], [2, 2], Float64Array.of(0.9, 0.1, -0.1, 0.9)),
    singularValues: tensor(["component"], [2], Float64Array.of(2, 1)),
    about: { rank: 2, num_rows: 20, num_features: 2, explained_variance: 1 },
  };
}
