// Fewer dimensions for trajectories: their units combined into principal components. Each system has components of its
// own, or all have those of a joint fit, which is made once and handed to each. What a fit is lies beside the result, so
// that other data can be brought into the same space. Leaves out features that add dimensions (lift).
//
// fit: pair is the common space of two systems as RepAL made it (Guilhot, Wójcik, Achterberg & Costa 2024, arXiv 2410.24070)
// with scale: trial_unit, num_components: 20, missing: unit_mean. It treats unit i of one and of the other as one axis,
// and its z-scores take away what differs between trials.

import { z } from "zod";
import { arraysOf } from "#lib/core/artifacts/arrays.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tableOf } from "#lib/core/table.ts";
import { defineTask, type Item, many, one } from "#lib/core/task.ts";
import { standardisations } from "#lib/math/maps/standardise.ts";
import {
  applyReduction,
  equalUnits,
  fitReduction,
  type Reduction,
  reductionOf,
  scaled,
} from "./_reduction.ts";
import { exampleTrajectories } from "./_states.ts";

const reduction = arraysOf("arrays");

const params = z.strictObject({
  method: z.enum(["pca", "none"]).default("pca").describe(
    "pca: principal components by a full singular value decomposition; none: z-scores alone, or nothing, so that an axis " +
      "may choose between ways",
  ),
  fit: z.enum(["own", "joint", "given", "pair", "each"]).default("own").describe(
    "own: components of these trajectories; joint: of all systems' rows together, as a fit alone (outputs fit, variance), " +
      "to be handed to a stage with fit: given, which brings trajectories into the space of its input fit; pair: joint of " +
      "inputs a and b, handed back as outputs a and b, the one with more units first reduced to as many as the other; " +
      "each: a and b with components of their own",
  ),
  num_components: z.int().min(1).optional()
    .describe("how many are kept; default: all, min(rows, units)"),
  explained_variance: z.number().gt(0).max(1).optional()
    .describe("instead: as few as explain this share of the variance"),
  scale: z.enum(standardisations).default("none").describe(
    "z-scores first, divisor n − 1: unit (each unit over all rows of the fit), trial_unit (each unit of each trial over its " +
      "time, which takes differences between trials away), time_unit (each unit at each time over trials), none",
  ),
  missing: z.enum(["refuse", "unit_mean"]).default("refuse").describe(
    "states that are missing, after z-scores: refused, or the mean of their unit over all rows of the fit",
  ),
}).refine((value) => value.num_components === undefined || value.explained_variance === undefined, {
  message: "give num_components or explained_variance, not both",
  path: ["explained_variance"],
}).refine(
  (value) =>
    value.fit !== "given" ||
    (value.num_components === undefined && value.explained_variance === undefined &&
      value.scale === "none" && value.missing === "refuse"),
  {
    message: "with fit: given, components and scale are those of the fit; leave them out",
    path: ["fit"],
  },
).refine(
  (value) =>
    value.method !== "none" ||
    (value.num_components === undefined && value.explained_variance === undefined &&
      value.missing === "refuse" && value.fit !== "joint" && value.fit !== "given"),
  {
    message:
      "without a method there is no fit: leave out components and missing, and take fit: own, pair or each",
    path: ["method"],
  },
);

type Params = z.output<typeof params>;

export default defineTask({
  name: "reduce",
  summary:
    "Reduces trajectories to principal components, own, of a pair, joint or given, or z-scores them.",
  version: 1,
  numerics: "f64",
  params,
  inputs: ({ fit }: Params) =>
    fit === "joint"
      ? { trajectories: many(trajectories) }
      : fit === "given"
      ? { trajectories: one(trajectories), fit: one(reduction) }
      : fit === "pair" || fit === "each"
      ? { a: one(trajectories), b: one(trajectories) }
      : { trajectories: one(trajectories) },
  outputs: ({ method, fit }: Params) => {
    const made = fit === "pair" || fit === "each"
      ? { a: trajectories, b: trajectories }
      : fit === "joint"
      ? {}
      : { trajectories };
    const found = { fit: reduction, variance: table };
    return method === "none" || fit === "given" || fit === "each" ? made : { ...made, ...found };
  },
  examples: [
    { params: { num_components: 2 }, inputs: () => ({ trajectories: exampleTrajectories() }) },
    {
      params: { fit: "joint", scale: "unit", explained_variance: 0.9 },
      inputs: () => ({ trajectories: [exampleTrajectories(3, 20), exampleTrajectories(2, 30)] }),
    },
    {
      params: { fit: "pair", scale: "trial_unit", num_components: 2, missing: "unit_mean" },
      inputs: () => ({ a: exampleTrajectories(3, 20, 5), b: exampleTrajectories(2, 30, 3) }),
    },
    {
      params: { fit: "each", num_components: 2 },
      inputs: () => ({ a: exampleTrajectories(3, 20, 5), b: exampleTrajectories(2, 30, 3) }),
    },
    {
      params: { method: "none", scale: "unit" },
      inputs: () => ({ trajectories: exampleTrajectories() }),
    },
    {
      params: { fit: "given" },
      inputs: () => ({
        trajectories: exampleTrajectories(),
        fit: reductionOf(
          fitReduction([exampleTrajectories(2)], { scale: "trial_unit", choice: { count: 2 } }),
        ),
      }),
    },
  ],
  // Which outputs there are depends on `method` and `fit`, as declared above.
  // deno-lint-ignore no-explicit-any
  run(_context, params, inputs: any): any {
    if (params.fit === "given") {
      return { trajectories: applyReduction(inputs.trajectories, inputs.fit) };
    }
    const choice = params.explained_variance === undefined
      ? params.num_components === undefined ? {} : { count: params.num_components }
      : { share: params.explained_variance };
    const { method, scale, missing } = params;
    const fitted = (systems: readonly Trajectories[]) => {
      if (method === "none") return { reduced: scaled(systems, scale) };
      const found = fitReduction(systems, { scale, choice, missing });
      const fit = reductionOf(found);
      // A joint fit is handed on alone: what it is applied to are its readers' inputs.
      const reduced = params.fit === "joint"
        ? []
        : systems.map((system) => applyReduction(system, fit));
      return { reduced, fit, variance: varianceTable(found) };
    };
    if (params.fit === "each") {
      const [a, b] = [inputs.a, inputs.b].map((one) => fitted([one]).reduced[0]);
      return { a, b };
    }
    if (params.fit === "pair") {
      const given = [inputs.a, inputs.b];
      const { reduced: [a, b], ...found } = fitted(method === "none" ? given : equalUnits(given));
      return { ...found, a, b };
    }
    if (params.fit === "joint") {
      const items = inputs.trajectories as readonly Item<Trajectories>[];
      const { reduced: _none, ...found } = fitted(items.map(({ value }) => value));
      return found;
    }
    const { reduced: [trajectories], ...found } = fitted([inputs.trajectories]);
    return { ...found, trajectories };
  },
});

function varianceTable({ pca }: Reduction) {
  let sum = 0;
  return tableOf(
    Array.from(pca.explainedVarianceRatio, (ratio, at) => ({
      component: at + 1,
      explained_variance: pca.explainedVariance[at],
      explained_variance_ratio: ratio,
      cumulative_ratio: sum += ratio,
      singular_value: pca.singularValues[at],
    })),
    {
      component: { key: true },
      explained_variance: { description: "variance along the component, divisor rows − 1" },
      explained_variance_ratio: { unit: "1", description: "share of the variance of all units" },
    },
  );
}
