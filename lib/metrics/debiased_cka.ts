// Debiased linear CKA: does not grow with the number of units where there are few moments. Song et al. 2012; Kornblith et
// al. 2019; Murphy, Zylberberg & Fyshe 2024. May be below 0, which is as far from similar as 0 by chance.

import { z } from "zod";
import { trajectories } from "../core/artifacts/trajectories.ts";
import { defineMetric } from "../core/metric.ts";
import { compareDebiasedCka, prepareDebiasedCka } from "../math/similarity/debiased_cka.ts";
import { inBatchOrder } from "./_in_order.ts";
import { comparePaired, pairedItems } from "./_paired_items.ts";
import { scoreUnit, scoreValue, similarityScore, underScore } from "./_similarity_score.ts";

export default defineMetric({
  name: "debiased_cka",
  summary: "Debiased centred kernel alignment between paired states, as an angle or a similarity",
  version: 1,
  params: z.strictObject({ ...similarityScore }),
  port: "trajectories",
  takes: trajectories,
  sense: "distance",
  unit: scoreUnit,
  laws: {
    symmetric: true,
    triangle: true,
    identity: 0,
    range: [0, Math.PI],
    invariantTo: ["translation", "isotropic-scale", "rotation", "permutation"],
    anyItemOrder: true,
  },
  under: (params) => underScore(params, -1),
  reference: { paper: "Song et al. 2012, eq. 5", agreesWith: "dsa/rep_similarity" },
  prepare: (system) =>
    pairedItems(
      system,
      ({ data, numItems, numFeatures }) => prepareDebiasedCka(data, numItems, numFeatures),
    ),
  compare: (a, b, params) =>
    comparePaired(a, b, (x, y) => {
      const { cka, angle } = compareDebiasedCka(...inBatchOrder(x, y));
      const similarity = cka;
      return { value: scoreValue({ similarity, angle }, params), more: { similarity } };
    }),
});
