// A map of items from their distances: multidimensional scaling, classical (Torgerson 1952; Gower 1966) or by majorisation
// (SMACOF; de Leeuw 1977, Borg & Groenen 2005), metric or non-metric (Kruskal 1964). From the scores that `compare` makes, or
// from a dissimilarity matrix.

import { z } from "zod";
import { arraysOf } from "#lib/core/artifacts/arrays.ts";
import { rdm } from "#lib/core/artifacts/rdm.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { defineTask, one, optional, type TaskContext } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { classicalMds } from "#lib/math/maps/classical_mds.ts";
import { onPrincipalAxes, pointDistances } from "#lib/math/maps/place.ts";
import { smacof, smacofFrom, type SmacofMap, stressOf } from "#lib/math/maps/smacof.ts";
import { conditions } from "#lib/math/tables/condition.ts";
import { inTerms } from "./_in_terms.ts";
import { distancesOfRdm, distancesOfTable } from "./_pair_distances.ts";

const params = z.strictObject({
  method: z.enum(["metric", "nonmetric", "classical"]).default("metric").describe(
    "metric: distances as near as can be to the dissimilarities (SMACOF); nonmetric: to any increasing function of them; " +
      "classical: by eigenvectors of the inner products",
  ),
  num_dims: z.int().min(1).default(2).describe("dimensions of the map"),
  num_starts: z.int().min(0).optional().describe(
    "random starts of SMACOF, of which the best map is kept; default: 60 for up to 70 items, 300000 / items² for more, at least 10",
  ),
  classical_start: z.boolean().default(true).describe("whether the classical map is a start, too"),
  seed: z.union([z.int(), z.string()]).default(0).describe("of the random starts"),
  num_iterations: z.int().min(1).default(1000).describe("steps from one start at most"),
  tolerance: z.number().min(0).default(1e-8).describe("change of stress at which steps end"),
  convention: z.enum(["relative", "scikit_learn"]).default("relative").describe(
    "relative: steps end when the stress changes by less than tolerance of itself; scikit_learn: when stress over the " +
      "summed lengths of the points falls by less than tolerance, and `stress` is that before the last step, as in scikit-learn 1.2",
  ),
  ties: z.enum(["kept", "free"]).default("kept")
    .describe("nonmetric: whether equal dissimilarities stay equal or may take any order"),
  where: conditions.default({}).describe("the rows of scores that count, such as {metric: rsa}"),
  a: z.string().default("a").describe("column of scores with one item of a pair"),
  b: z.string().default("b").describe("column with the other"),
  value: z.string().default("value").describe("column with their distance"),
  root: z.boolean().default(false).describe(
    "whether square roots are taken first, for squared measures (squared_euclidean, mahalanobis); what is below 0 counts as 0",
  ),
  symmetrise: z.boolean().default(false)
    .describe("whether a pair whose two orders differ is averaged instead of refused"),
});

type Params = z.output<typeof params>;

/** Coordinates, and a row that says how good they are. */
interface Found {
  readonly coordinates: Float64Array;
  readonly quality: Readonly<Record<string, Cell>>;
  readonly arrays: Readonly<Record<string, Float64Array>>;
}

export default defineTask({
  name: "mds",
  summary: "Maps items by their distances: classical, metric or non-metric scaling.",
  version: 1,
  numerics: "f64",
  params,
  inputs: () => [
    { scores: one(table), start: optional(trajectories) },
    { rdm: one(rdm), start: optional(trajectories) },
  ],
  outputs: { map: table, quality: table, fit: arraysOf("arrays") },
  examples: [
    {
      params: {},
      inputs: () => ({
        scores: tableOf(
          [["x", "y", 1], ["x", "z", 2], ["y", "z", 2.5], ["w", "x", 1], ["w", "y", 1.5], [
            "w",
            "z",
            3,
          ]].map(([a, b, value]) => ({ a, b, value, a_layer: a, b_layer: b })),
        ),
      }),
    },
    { params: { method: "classical", num_dims: 1 }, inputs: () => ({ rdm: exampleRdm() }) },
    { params: { method: "nonmetric", num_starts: 3 }, inputs: () => ({ rdm: exampleRdm() }) },
    {
      params: { num_iterations: 1 },
      inputs: () => ({
        rdm: exampleRdm(),
        start: {
          states: tensor(
            ["trial", "time", "unit"],
            [4, 1, 2],
            Float64Array.of(0, 0, 1, 0, 0, 1, 2, 2),
          ),
          dt: 1,
          timeUnit: "1",
        },
      }),
    },
  ],
  // deno-lint-ignore no-explicit-any
  run(context, params, inputs: any) {
    const distances = inputs.rdm === undefined
      ? distancesOfTable(inputs.scores, params)
      : distancesOfRdm(inputs.rdm);
    const { items, unit, what } = distances;
    const values = params.root
      ? distances.values.map((value) => Math.sqrt(Math.max(0, value)))
      : distances.values;
    const found = inTerms(what, () => scaled(context, params, values, items.length, inputs.start));
    const { num_dims } = params;
    const axes = Array.from({ length: num_dims }, (_, k) => `dim_${k + 1}`);
    const { coordinates } = found;
    return {
      map: tableOf(
        items.map((item, i) => ({
          ...item,
          ...Object.fromEntries(axes.map((axis, k) => [axis, coordinates[i * num_dims + k]])),
        })),
        { item: { key: true }, ...Object.fromEntries(axes.map((axis) => [axis, { unit }])) },
      ),
      quality: tableOf([{ method: params.method, num_items: items.length, ...found.quality }], {
        stress: { description: "Σ over pairs (disparity − distance)²; see the param convention" },
        stress_of_map: { description: "the same at the coordinates of the map" },
        normalised_stress: { description: "√(stress_of_map / Σ disparity²)" },
      }),
      fit: {
        arrays: {
          coordinates: tensor(["item", "dim"], [items.length, num_dims], coordinates),
          dissimilarities: tensor(["pair"], [values.length], values),
          ...Object.fromEntries(
            Object.entries(found.arrays).map((
              [name, data],
            ) => [
              name,
              tensor([name === "stresses" ? "start" : "component"], [data.length], data),
            ]),
          ),
        },
        about: { method: params.method, unit, items: items.map(({ item }) => item) },
      },
    };
  },
});

function scaled(
  context: TaskContext,
  params: Params,
  values: Float64Array,
  n: number,
  start: Trajectories | undefined,
): Found {
  const { method, num_dims } = params;
  requireSize(values);
  if (method === "classical") {
    if (start !== undefined) throw new RangeError("method: classical has no start; unbind it");
    const { coordinates, eigenvalues } = classicalMds(values, num_dims);
    const stress = stressOf(values, pointDistances(coordinates, n, num_dims));
    const squares = values.reduce((sum, value) => sum + value * value, 0);
    const normalised = squares === 0 ? 0 : Math.sqrt(stress / squares);
    return {
      coordinates,
      quality: {
        stress,
        stress_of_map: stress,
        normalised_stress: normalised,
        negative_share: negativeShare(eigenvalues),
      },
      arrays: { eigenvalues },
    };
  }
  const options = {
    numDims: num_dims,
    metric: method === "metric",
    ties: params.ties,
    numIterations: params.num_iterations,
    tolerance: params.tolerance,
    convention: params.convention,
  };
  const quality = (found: SmacofMap, begun: string, numStarts: number) => ({
    stress: found.stress,
    stress_of_map: found.finalStress,
    normalised_stress: found.normalisedStress,
    iterations: found.iterations,
    converged: found.converged,
    start: begun,
    num_starts: numStarts,
  });
  if (start !== undefined) {
    const found = smacofFrom(values, pointsOf(start, n, num_dims), options);
    return { coordinates: found.coordinates, quality: quality(found, "given", 1), arrays: {} };
  }
  const { best, bestStart, stresses } = smacof(
    values,
    options,
    {
      seed: params.seed,
      numStarts: params.num_starts ?? startsFor(n),
      classical: params.classical_start,
    },
    (fraction) => {
      context.signal.throwIfAborted();
      context.progress(fraction, "starts");
    },
  );
  const begun = bestStart < 0 ? "classical" : `random ${bestStart}`;
  return {
    // All turned copies of a map are one: without a given start it lies along its principal axes.
    coordinates: onPrincipalAxes(best.coordinates, n, num_dims),
    quality: quality(best, begun, stresses.length),
    arrays: { stresses },
  };
}

/** Stress is made of squares, which must be numbers too. */
function requireSize(values: Float64Array): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(
      `distance ${bad} is ${values[bad]}; leave out items with missing distances`,
    );
  }
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0 || (largest > 1e-100 && largest < 1e100)) return;
  throw new RangeError(
    `the largest distance is ${largest}, whose square is no number; scale the distances to about 1 first`,
  );
}

/** Enough starts to find a map as good as any of many where there are few items; for many, what takes seconds. */
function startsFor(numItems: number): number {
  return Math.max(10, Math.min(60, Math.floor(300_000 / numItems ** 2)));
}

/** Points of a start: one moment per trial, units as dimensions. */
function pointsOf({ states }: Trajectories, n: number, numDims: number): Float64Array {
  const [numTrials, numTime, numUnits] = states.shape;
  if (numTrials * numTime !== n || numUnits !== numDims) {
    throw new RangeError(
      `start (${describeShape(states.dims, states.shape)}) holds ${
        numTrials * numTime
      } points in ${numUnits} dimensions; ` +
        `give ${n} items × ${numDims} (import with dims: [item, feature])`,
    );
  }
  return Float64Array.from(states.data);
}

/** How much of the eigenvalues is below zero: distances that no points have. */
function negativeShare(eigenvalues: Float64Array): number {
  let negative = 0, all = 0;
  for (const value of eigenvalues) {
    if (value < 0) negative -= value;
    all += Math.abs(value);
  }
  return all === 0 ? 0 : negative / all;
}

function exampleRdm() {
  return {
    arrays: { values: tensor(["pair"], [6], Float64Array.of(1, 2, 3, 1.5, 2.5, 1)) },
    about: { measure: "euclidean", unit: "1", num_items: 4, labels: ["a", "b", "c", "d"] },
  };
}
