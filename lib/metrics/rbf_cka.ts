// CKA with Gaussian kernels whose width is a fraction of the median distance: local geometry counts more than in linear CKA.
// Kornblith, Norouzi, Lee & Hinton 2019.

import { z } from "zod";
import { trajectories } from "../core/artifacts/trajectories.ts";
import { defineMetric } from "../core/metric.ts";
import { kernelAngle } from "../math/similarity/centred_kernel.ts";
import { prepareRbfCka } from "../math/similarity/rbf_cka.ts";
import { comparePaired, pairedItems } from "./_paired_items.ts";
import { scoreUnit, scoreValue, similarityScore, underScore } from "./_similarity_score.ts";

export default defineMetric({
  name: "rbf_cka",
  summary: "Centred kernel alignment of Gaussian kernels between paired states",
  version: 1,
  params: z.strictObject({
    ...similarityScore,
    bandwidth: z.number().positive().default(1)
      .describe("width σ of the kernel, as a fraction of the median distance between two moments"),
    estimator: z.enum(["biased", "debiased"]).default("biased")
      .describe("debiased: without what few moments alone make similar; may be below 0"),
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
  under: (params) =>
    params.estimator === "biased"
      ? underScore(params, 0)
      : { range: [0, Math.PI], ...underScore(params, -1) },
  reference: { paper: "Kornblith et al. 2019, section 3", agreesWith: "dsa/rep_similarity" },
  prepare: (system, { bandwidth, estimator }) =>
    pairedItems(
      system,
      ({ data, numItems, numFeatures }) =>
        prepareRbfCka(data, numItems, numFeatures, { bandwidth, estimator }),
    ),
  compare: (a, b, params) =>
    comparePaired(a, b, (x, y) => {
      const { cka, angle } = kernelAngle(x, y);
      const similarity = cka;
      return { value: scoreValue({ similarity, angle }, params), more: { similarity } };
    }),
});
