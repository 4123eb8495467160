// SVCCA: canonical correlations of the leading principal components of each system. Raghu, Gilmer, Yosinski & Sohl-Dickstein
// 2017. The published number is `score: similarity, mean_over: smaller_rank`.

import { z } from "zod";
import { trajectories } from "../core/artifacts/trajectories.ts";
import { defineMetric } from "../core/metric.ts";
import { compareCca, prepareCca } from "../math/similarity/cca.ts";
import { canonicalColumns, canonicalParams, meanOver } from "./_canonical.ts";
import { inOrder } from "./_in_order.ts";
import { comparePaired, pairedItems } from "./_paired_items.ts";
import { scoreUnit, scoreValue, similarityScore, underScore } from "./_similarity_score.ts";

export default defineMetric({
  name: "svcca",
  summary: "Angle of the mean canonical correlation between leading principal components",
  version: 1,
  params: z.strictObject({
    ...similarityScore,
    mean_over: meanOver,
    variance: z.number().positive().max(1).default(0.99)
      .describe("share of each system's variance that its components keep"),
    max_components: z.int().min(1).optional().describe("at most so many components"),
    ...canonicalParams,
  }),
  port: "trajectories",
  takes: trajectories,
  sense: "distance",
  unit: scoreUnit,
  laws: {
    symmetric: true,
    triangle: true,
    identity: 0,
    range: [0, Math.PI / 2],
    invariantTo: ["translation", "isotropic-scale", "rotation", "permutation"],
    anyItemOrder: true,
  },
  under: (params) => ({
    ...(params.mean_over === "smaller_rank" ? { triangle: false } : {}),
    ...underScore(params, 0),
  }),
  reference: { paper: "Raghu et al. 2017, section 2" },
  prepare: (system, { variance, max_components, rank_tolerance }) =>
    pairedItems(
      system,
      ({ data, numItems, numFeatures }) =>
        prepareCca(data, numItems, numFeatures, {
          variance,
          tolerance: rank_tolerance,
          ...(max_components === undefined ? {} : { maxRank: max_components }),
        }),
    ),
  compare: (a, b, params) =>
    comparePaired(a, b, (x, y) => {
      const found = compareCca(...inOrder(x, y));
      const { mean, angleOfMean, cosine, angle } = found;
      const chosen = params.mean_over === "both_ranks"
        ? { similarity: cosine, angle }
        : { similarity: mean, angle: angleOfMean };
      return {
        value: scoreValue(chosen, params),
        more: {
          similarity: chosen.similarity,
          ...canonicalColumns(found, x, y, params),
          least_variance: Math.min(x.share, y.share),
        },
      };
    }),
});
