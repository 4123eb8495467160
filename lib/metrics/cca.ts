// Mean canonical correlation, as the angle of a metric. Hotelling 1936; Williams, Kunz, Kornblith & Linderman 2021 (α = 0).
// Blind to any change of basis, so that weak directions count as much as strong ones: `svcca` leaves those out, a ridge
// shrinks them.

import { z } from "zod";
import { trajectories } from "../core/artifacts/trajectories.ts";
import { defineMetric } from "../core/metric.ts";
import { compareCca, prepareCca } from "../math/similarity/cca.ts";
import { canonicalColumns, canonicalParams, meanOver } from "./_canonical.ts";
import { inOrder } from "./_in_order.ts";
import { comparePaired, pairedItems } from "./_paired_items.ts";
import { scoreUnit, scoreValue, similarityScore, underScore } from "./_similarity_score.ts";

export default defineMetric({
  name: "cca",
  summary: "Angle of the mean canonical correlation between paired states",
  version: 1,
  params: z.strictObject({
    ...similarityScore,
    mean_over: meanOver,
    ridge: z.number().min(0).default(0).describe(
      "added to every variance, as a share of the largest; the similarity is then normalised as over both ranks",
    ),
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
    invariantTo: ["translation", "isotropic-scale", "rotation", "permutation", "invertible-linear"],
    anyItemOrder: true,
  },
  under: (params) => ({
    ...(params.mean_over === "smaller_rank" ? { triangle: false } : {}),
    ...(params.ridge > 0
      ? { invariantTo: ["translation", "isotropic-scale", "rotation", "permutation"] }
      : {}),
    ...underScore(params, 0),
  }),
  reference: {
    paper: "Hotelling 1936; Björck & Golub 1973; Williams et al. 2021",
    agreesWith: "dsa/rep_similarity",
  },
  prepare: (system, { ridge, rank_tolerance }) =>
    pairedItems(
      system,
      ({ data, numItems, numFeatures }) =>
        prepareCca(data, numItems, numFeatures, { ridge, tolerance: rank_tolerance }),
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
        more: { similarity: chosen.similarity, ...canonicalColumns(found, x, y, params) },
      };
    }),
});
