// Orthogonal Procrustes angle between centred states. Schönemann 1966; Williams, Kunz, Kornblith & Linderman 2021
// (netrep's linear metric with alpha = 1).

import { z } from "zod";
import { trajectories } from "../core/artifacts/trajectories.ts";
import { defineMetric } from "../core/metric.ts";
import { compareProcrustes, prepareProcrustes } from "../math/similarity/procrustes.ts";
import { angleScale, angleUnit, scaled } from "./_angle_scale.ts";
import { flattenTrials } from "./_flatten.ts";
import { inOrder } from "./_in_order.ts";

export default defineMetric({
  name: "procrustes",
  summary: "Angle left between paired states after the best rotation and reflection",
  version: 1,
  params: z.strictObject({ scale: angleScale }),
  port: "trajectories",
  takes: trajectories,
  sense: "distance",
  unit: ({ scale }) => angleUnit(scale),
  laws: {
    symmetric: true,
    triangle: true,
    identity: 0,
    range: [0, Math.PI / 2],
    invariantTo: ["translation", "isotropic-scale", "rotation", "permutation"],
  },
  reference: { paper: "Schönemann 1966; Williams et al. 2021", agreesWith: "dsa/rep_similarity" },
  prepare(system) {
    const { data, numItems, numFeatures } = flattenTrials(system);
    return prepareProcrustes(data, numItems, numFeatures);
  },
  compare(a, b, { scale }) {
    const { angle, cosine } = compareProcrustes(...inOrder(a, b));
    return { value: scaled(angle, scale), more: { similarity: cosine } };
  },
});
