// Representational similarity analysis: dissimilarities between the items of each system, and how alike the two sets of them
// are. Kriegeskorte, Mur & Bandettini 2008; rsatoolbox (Schütt et al. 2023). An item is one moment of one trial, the same in both
// systems. For averaged, labelled or cross-validated items make matrices with the task `rdm` and compare them by `rdm_comparison`.

import { z } from "zod";
import { trajectories } from "../core/artifacts/trajectories.ts";
import { defineMetric, type Invariance } from "../core/metric.ts";
import { exactScale } from "../math/linalg/exact_scale.ts";
import { compareRdms, prepareRdm } from "../math/rsa/compare_rdms.ts";
import { noiseCovariance } from "../math/rsa/noise_precision.ts";
import { rdmMeasures, rdmOf, requireFewItems } from "../math/rsa/rdm.ts";
import { comparePaired, pairedItems } from "./_paired_items.ts";
import { rdmParams, underRdm } from "./_rdm_params.ts";
import { scoreUnit, scoreValue } from "./_similarity_score.ts";

const params = z.strictObject({
  measure: z.enum(rdmMeasures).default("squared_euclidean").describe(
    "dissimilarity of two items: squared_euclidean (per unit), euclidean, correlation, cosine, city_block, " +
      "mahalanobis (squared, per unit, by the covariance of all items)",
  ),
  ridge: z.number().min(0).default(0).describe("mahalanobis: added to the covariance's diagonal"),
  shrinkage: z.number().min(0).max(1).default(0)
    .describe("mahalanobis: share of the covariance's off-diagonal entries that is taken away"),
  ...rdmParams,
});

export default defineMetric({
  name: "rsa",
  summary: "Angle or correlation between the dissimilarities of paired states",
  version: 1,
  params,
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
  under: (params) => ({ invariantTo: invariances(params), ...underRdm(params) }),
  reference: {
    paper: "Kriegeskorte et al. 2008; Diedrichsen et al. 2021; Schütt et al. 2023",
    agreesWith: "dsa/rsa_compare",
  },
  prepare: (system, { measure, ridge, shrinkage, comparison, tie_tolerance }) =>
    pairedItems(system, (items) => {
      requireFewItems(items.numItems);
      // No comparison minds the scale, so it is brought near 1: unless a ridge has one of its own.
      const scale = ridge > 0 ? 1 : exactScale(items.data);
      const { numItems, numFeatures } = items;
      const data = scale === 1 ? items.data : items.data.map((value) => value / scale);
      const covariance = measure === "mahalanobis"
        ? noiseCovariance(data, numItems, numFeatures, undefined, { ridge, shrinkage })
        : undefined;
      const values = rdmOf({ data, numItems, numFeatures }, measure, covariance);
      return prepareRdm(values, comparison, tie_tolerance);
    }),
  compare: (a, b, params) =>
    comparePaired(a, b, (x, y) => {
      const found = compareRdms(x, y);
      return { value: scoreValue(found, params), more: { similarity: found.similarity } };
    }),
});

/** What the dissimilarities do not change under, but for one factor. */
function invariances(
  { measure, ridge, shrinkage }: z.output<typeof params>,
): readonly Invariance[] {
  switch (measure) {
    case "squared_euclidean":
    case "euclidean":
      return ["translation", "isotropic-scale", "rotation", "permutation"];
    case "city_block":
      return ["translation", "isotropic-scale", "permutation"];
    case "cosine":
      return ["isotropic-scale", "rotation", "permutation"];
    case "correlation":
      return ["isotropic-scale", "permutation"];
    case "mahalanobis":
      return [
        "translation",
        "permutation",
        ...(ridge === 0 ? ["isotropic-scale"] as const : []),
        ...(shrinkage === 0 ? ["rotation"] as const : []),
        ...(ridge === 0 && shrinkage === 0 ? ["invertible-linear"] as const : []),
      ];
  }
}
