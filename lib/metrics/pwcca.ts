// Projection weighted CCA: canonical correlations weighted by how much of a system's activity they account for. Morcos, Raghu &
// Bengio 2018. The weights are the first system's, so a matrix of it is not symmetric unless the mean of both is asked for.

import { z } from "zod";
import { trajectories } from "../core/artifacts/trajectories.ts";
import { defineMetric } from "../core/metric.ts";
import { comparePwcca, preparePwcca } from "../math/similarity/pwcca.ts";
import { canonicalColumns, canonicalParams } from "./_canonical.ts";
import { inOrder } from "./_in_order.ts";
import { comparePaired, pairedItems } from "./_paired_items.ts";
import { scoreUnit, scoreValue, similarityScore, underScore } from "./_similarity_score.ts";

export default defineMetric({
  name: "pwcca",
  summary: "Angle of the projection weighted mean canonical correlation between paired states",
  version: 1,
  params: z.strictObject({
    ...similarityScore,
    weights: z.enum(["first", "second", "mean"]).default("first").describe(
      "whose units weigh the correlations: those of `a`, as published, of `b`, or the mean of both, which is symmetric",
    ),
    ...canonicalParams,
  }),
  port: "trajectories",
  takes: trajectories,
  sense: "distance",
  unit: scoreUnit,
  laws: {
    symmetric: false,
    triangle: false,
    identity: 0,
    range: [0, Math.PI / 2],
    // Weights are sums over units, so a rotation of them matters.
    invariantTo: ["translation", "isotropic-scale", "permutation"],
    anyItemOrder: true,
  },
  under: (params) => ({ symmetric: params.weights === "mean", ...underScore(params, 0) }),
  reference: { paper: "Morcos, Raghu & Bengio 2018, section 3.2" },
  prepare: (system, { rank_tolerance }) =>
    pairedItems(
      system,
      ({ data, numItems, numFeatures }) =>
        preparePwcca(data, numItems, numFeatures, { tolerance: rank_tolerance }),
    ),
  compare: (a, b, params) =>
    comparePaired(a, b, (x, y) => {
      const found = comparePwcca(...(params.weights === "mean" ? inOrder(x, y) : [x, y] as const));
      const chosen = found[params.weights];
      const { correlations } = found;
      const mean = correlations.reduce((sum, value) => sum + value, 0) / correlations.length;
      const numTrivial = Math.max(0, x.rank + y.rank - (x.numItems - 1));
      return {
        value: scoreValue(chosen, params),
        more: {
          similarity: chosen.similarity,
          ...canonicalColumns({ correlations, mean, numTrivial }, x, y, params),
        },
      };
    }),
});
