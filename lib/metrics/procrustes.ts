// Procrustes distances between centred states: what is left after the best rotation. Schönemann 1966; Williams, Kunz,
// Kornblith & Linderman 2021 (netrep's linear metric, there too with partial whitening). Systems of unequal width are
// compared as if the narrower had further units at 0.

import { z } from "zod";
import { trajectories } from "../core/artifacts/trajectories.ts";
import { defineMetric, type Invariance } from "../core/metric.ts";
import { whitenPartially } from "../math/similarity/partial_whitening.ts";
import {
  compareProcrustes,
  prepareProcrustes,
  type ProcrustesScore,
} from "../math/similarity/procrustes.ts";
import { angleScale, angleUnit, scaled } from "./_angle_scale.ts";
import { inOrder } from "./_in_order.ts";
import { comparePaired, pairedItems } from "./_paired_items.ts";

const params = z.strictObject({
  scale: angleScale,
  score: z.enum(["angle", "chord", "size_and_shape", "disparity"]).default("angle").describe(
    "angle: arccos of the similarity; chord: Euclidean distance of states of norm 1, 2 sin(angle/2); " +
      "size_and_shape: Euclidean distance of the states as they are; disparity: 1 − similarity², as SciPy has it",
  ),
  group: z.enum(["orthogonal", "special_orthogonal"]).default("orthogonal")
    .describe("rotations and reflections, or rotations only (equal numbers of units)"),
  alpha: z.number().min(0).max(1).default(1)
    .describe(
      "partial whitening: 1 is Procrustes, 0 compares whitened states (canonical correlations)",
    ),
  whitening_scale: z.enum(["as_is", "unit"]).default("as_is")
    .describe(
      "for alpha between 0 and 1: states as they are, as netrep has it, or scaled to norm 1",
    ),
  centring: z.enum(["columns", "none"]).default("columns")
    .describe("columns: the mean of each unit is taken off; none: distances from 0 count"),
});

type Params = z.output<typeof params>;

export default defineMetric({
  name: "procrustes",
  summary: "Angle left between paired states after the best rotation and reflection",
  version: 1,
  params,
  port: "trajectories",
  takes: trajectories,
  sense: "distance",
  unit: ({ score, scale }) =>
    score === "angle" ? angleUnit(scale) : score === "size_and_shape" ? "unit of the states" : "1",
  laws: {
    symmetric: true,
    triangle: true,
    identity: 0,
    range: [0, Math.PI / 2],
    invariantTo: ["translation", "isotropic-scale", "rotation", "permutation"],
    anyItemOrder: true,
  },
  under: (params) => ({
    // By rotations alone it holds among systems of one width: a wider third has the room to mirror them.
    triangle: params.score !== "disparity" && params.group === "orthogonal",
    range: [0, largest(params)],
    invariantTo: invariances(params),
  }),
  reference: { paper: "Schönemann 1966; Williams et al. 2021", agreesWith: "dsa/rep_similarity" },
  prepare: (system, { alpha, whitening_scale, centring }) =>
    pairedItems(system, ({ data, numItems, numFeatures }) => {
      const centre = centring === "columns";
      const items = prepareProcrustes(data, numItems, numFeatures, { centre });
      return whitenPartially(items, alpha, { unitScale: whitening_scale === "unit" });
    }),
  compare: (a, b, params) =>
    comparePaired(a, b, (x, y) => {
      const found = compareProcrustes(...inOrder(x, y), { group: params.group });
      return { value: valueOf(found, params), more: { similarity: found.cosine } };
    }),
});

function valueOf(found: ProcrustesScore, { score, scale }: Params): number {
  switch (score) {
    case "angle":
      return scaled(found.angle, scale);
    case "chord":
      return 2 * Math.sin(found.angle / 2);
    case "size_and_shape":
      return found.sizeAndShape;
    case "disparity":
      return found.disparity;
  }
}

function largest({ score, group }: Params): number {
  const anyAngle = group === "special_orthogonal";
  switch (score) {
    case "angle":
      return anyAngle ? Math.PI : Math.PI / 2;
    case "chord":
      return anyAngle ? 2 : Math.SQRT2;
    case "size_and_shape":
      return Infinity;
    case "disparity":
      return 1;
  }
}

function* possible({ score, group, alpha, whitening_scale, centring }: Params) {
  if (centring === "columns") yield "translation" as const;
  const scaleMatters = score === "size_and_shape" ||
    alpha > 0 && alpha < 1 && whitening_scale === "as_is";
  if (!scaleMatters) yield "isotropic-scale" as const;
  // An exchange of two units is a reflection.
  if (group === "orthogonal") {
    yield "rotation" as const;
    yield "permutation" as const;
    if (alpha === 0 && score !== "size_and_shape") yield "invertible-linear" as const;
  }
}

function invariances(params: Params): readonly Invariance[] {
  return [...possible(params)];
}
