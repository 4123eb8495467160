// Linear centred kernel alignment, as an angle. Kornblith, Norouzi, Lee & Hinton 2019; the angle is a metric
// (Williams, Kunz, Kornblith & Linderman 2021).

import { z } from "zod";
import { trajectories } from "../core/artifacts/trajectories.ts";
import { defineMetric } from "../core/metric.ts";
import { compareLinearCka, prepareLinearCka } from "../math/similarity/linear_cka.ts";
import { angleScale, angleUnit, scaled } from "./_angle_scale.ts";
import { inOrder } from "./_in_order.ts";
import { comparePaired, pairedItems } from "./_paired_items.ts";

export default defineMetric({
  name: "linear_cka",
  summary: "Angle of linear centred kernel alignment between paired states",
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
    anyItemOrder: true,
  },
  reference: {
    paper: "Kornblith et al. 2019, eq. 3; Williams et al. 2021",
    agreesWith: "dsa/rep_similarity",
  },
  prepare: (system) =>
    pairedItems(
      system,
      ({ data, numItems, numFeatures }) => prepareLinearCka(data, numItems, numFeatures),
    ),
  compare: (a, b, { scale }) =>
    comparePaired(a, b, (x, y) => {
      const { angle, cka } = compareLinearCka(...inOrder(x, y));
      return { value: scaled(angle, scale), more: { similarity: cka } };
    }),
});
