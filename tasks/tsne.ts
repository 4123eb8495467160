// A map in which near moments are near: t-SNE, by all pairs or by trees of boxes. van der Maaten & Hinton 2008; van der
// Maaten 2014. Distances between far points of the map mean little, sizes of groups nothing; see the same data at several
// perplexities before believing a group.

import { z } from "zod";
import { arraysOf } from "#lib/core/artifacts/arrays.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { type Cell, recordsOf, type Table, tableOf } from "#lib/core/table.ts";
import { defineTask, one, optional } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { type Affinities, affinities } from "#lib/math/maps/affinities.ts";
import { tsne, tsneStart } from "#lib/math/maps/tsne.ts";
import { allRows, type TrialRows, trialsOf } from "./_each_trial.ts";
import { exampleTrajectories } from "./_states.ts";
import { inTerms } from "./_in_terms.ts";

/** Items up to which `auto` takes all pairs. */
const MOST_EXACT = 1000;

const params = z.strictObject({
  num_dims: z.int().min(1).max(3).default(2).describe("dimensions of the map"),
  perplexity: z.number().min(1).default(40)
    .describe(
      "neighbours that count, smoothly; a third of the items less one if there are too few",
    ),
  method: z.enum(["auto", "exact", "barnes_hut"]).default("auto")
    .describe(
      `exact: all pairs; barnes_hut: far points together; auto: exact up to ${MOST_EXACT} items`,
    ),
  theta: z.number().min(0).max(0.5).default(0.5)
    .describe("barnes_hut: width over distance below which a box of points counts as one"),
  start: z.enum(["pca", "random"]).default("pca")
    .describe("principal components or normal numbers, of size 1e-4; the input start goes first"),
  seed: z.union([z.int(), z.string()]).default(0).describe("of a random start"),
  num_iterations: z.int().min(0).default(1000)
    .describe("steps at most; 0 tells divergence and gradient of the start"),
  exaggeration: z.number().min(1).default(12)
    .describe("factor on the affinities in the first steps, which forms groups"),
  exaggeration_iterations: z.int().min(0).default(250).describe("how many these are"),
  learning_rate: z.number().positive().optional()
    .describe("default: items / exaggeration / 4, at least 50"),
  momentum: z.tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)]).default([0.5, 0.8])
    .describe("in the first steps, and after them"),
  min_gradient: z.number().min(0).default(1e-7)
    .describe("norm of the gradient at which the descent ends"),
  entropy_tolerance: z.number().positive().default(1e-5)
    .describe("how far, in nats, an item's entropy may be from ln(perplexity)"),
  distances: z.enum(["single", "double"]).default("single").describe(
    "digits of the squared distances that affinities are calibrated with: single as in scikit-learn, whose affinities then are met to the last digits",
  ),
});

export default defineTask({
  name: "tsne",
  summary: "Maps moments of trajectories so that near ones stay near (t-SNE).",
  version: 1,
  numerics: "f64",
  params,
  inputs: {
    trajectories: one(trajectories),
    start: optional(trajectories),
    labels: optional(table),
  },
  outputs: { map: table, course: table, fit: arraysOf("arrays") },
  examples: [
    {
      params: { perplexity: 5, num_iterations: 300 },
      inputs: () => ({ trajectories: exampleTrajectories(3, 6) }),
    },
    {
      params: {
        num_dims: 1,
        method: "barnes_hut",
        start: "random",
        num_iterations: 20,
        perplexity: 4,
      },
      inputs: () => ({
        trajectories: exampleTrajectories(3, 6),
        labels: tableOf([{ side: "left" }, { side: "right" }, { side: "left" }]),
      }),
    },
    {
      params: { num_iterations: 0, perplexity: 3 },
      inputs: () => ({
        trajectories: exampleTrajectories(2, 6),
        start: exampleTrajectories(2, 6, 2),
      }),
    },
  ],
  run(context, params, inputs) {
    const { states } = inputs.trajectories;
    const what = `tsne got trajectories (${describeShape(states.dims, states.shape)})`;
    const trials = trialsOf(inputs.trajectories);
    const rows = allRows(trials);
    const numUnits = states.shape[2];
    const numItems = numUnits === 0 ? 0 : rows.length / numUnits;
    return inTerms(what, () => {
      requireItems(rows, numItems, numUnits);
      const { num_dims } = params;
      const perplexity = clipped(params.perplexity, numItems);
      const exact = params.method === "exact" ||
        (params.method === "auto" && numItems <= MOST_EXACT);
      const wanted = affinities(rows, numItems, numUnits, {
        perplexity,
        entropyTolerance: params.entropy_tolerance,
        single: params.distances === "single",
        ...(exact ? {} : { numNeighbours: Math.floor(3 * perplexity + 1) }),
      });
      const start = inputs.start === undefined
        ? tsneStart(params.start, rows, numItems, numUnits, num_dims, params.seed)
        : pointsOf(inputs.start, numItems, num_dims);
      const found = tsne(wanted, start, {
        numDims: num_dims,
        numIterations: params.num_iterations,
        exaggeration: params.exaggeration,
        exaggerationIterations: params.exaggeration_iterations,
        ...(params.learning_rate === undefined ? {} : { learningRate: params.learning_rate }),
        momentum: params.momentum,
        minGradient: params.min_gradient,
        ...(exact ? {} : { theta: params.theta }),
      }, (fraction) => {
        context.signal.throwIfAborted();
        context.progress(fraction, "descent");
      });
      const { coordinates, gradient, divergence, iterations } = found;
      const grid = (data: Float64Array) => tensor(["item", "dim"], [numItems, num_dims], data);
      return {
        map: mapTable(
          coordinates,
          num_dims,
          trials,
          inputs.trajectories.states.coords,
          inputs.labels,
        ),
        course: tableOf(
          found.course.map((moment) => ({
            iteration: moment.iteration,
            exaggerated: moment.exaggerated,
            kl_divergence: moment.divergence,
            gradient_norm: moment.gradientNorm,
          })),
          {
            kl_divergence: {
              unit: "nat",
              description:
                "of the map's affinities from the data's, without exaggeration; the last row is the map's",
            },
          },
        ),
        fit: {
          arrays: {
            coordinates: grid(coordinates),
            gradient: grid(gradient),
            ...pairArrays(wanted),
          },
          about: {
            method: exact ? "exact" : "barnes_hut",
            perplexity,
            kl_divergence: divergence,
            iterations,
            warnings: perplexity === params.perplexity ? [] : [
              `perplexity ${params.perplexity} is too large for ${numItems} items; taken: ${perplexity}`,
            ],
          },
        },
      };
    });
  },
});

/** At most what the items can have: at n − 1 all count alike, and above nothing does. */
function clipped(perplexity: number, numItems: number): number {
  return perplexity <= numItems - 1 ? perplexity : Math.max(1, (numItems - 1) / 3);
}

/** Joint affinities, each pair once: the upper triangle row by row where all pairs are there, else with their items. */
function pairArrays({ numItems, starts, second, joint }: Affinities) {
  const values = { joint_probabilities: tensor(["pair"], [joint.length], joint) };
  if (joint.length === numItems * (numItems - 1) / 2) return values;
  const first = new Int32Array(joint.length);
  for (let i = 0; i < numItems; i++) first.fill(i, starts[i], starts[i + 1]);
  return {
    ...values,
    pair_first: tensor(["pair"], [joint.length], first),
    pair_second: tensor(["pair"], [joint.length], Int32Array.from(second)),
  };
}

/** A row for each moment: its trial and time, what the labels say of it, and where it lies. */
function mapTable(
  coordinates: Float64Array,
  numDims: number,
  trials: readonly TrialRows[],
  coords: Readonly<Record<string, readonly (string | number)[]>> | undefined,
  labels: Table | undefined,
): Table {
  const numItems = coordinates.length / numDims;
  if (
    labels !== undefined && labels.rows.length !== numItems && labels.rows.length !== trials.length
  ) {
    throw new RangeError(
      `labels has ${labels.rows.length} rows for ${trials.length} trials with ${numItems} moments; ` +
        "give one row for each trial, or for each moment",
    );
  }
  const told = labels === undefined ? [] : recordsOf(labels);
  const names = coords?.trial;
  const records: Record<string, Cell>[] = [];
  for (const { numTime, trial } of trials) {
    for (let time = 0; time < numTime; time++) {
      const item = records.length;
      records.push({
        item,
        trial: names?.[trial] ?? trial,
        time,
        ...(told.length === 0 ? {} : told[told.length === numItems ? item : trial]),
        ...Object.fromEntries(
          Array.from(
            { length: numDims },
            (_, k) => [`dim_${k + 1}`, coordinates[item * numDims + k]],
          ),
        ),
      });
    }
  }
  return tableOf(records, { item: { key: true } });
}

function pointsOf(
  { states, lengths }: {
    states: { dims: readonly string[]; shape: readonly number[]; data: ArrayLike<number> };
    lengths?: readonly number[];
  },
  numItems: number,
  numDims: number,
): Float64Array {
  const [numTrials, numTime, numUnits] = states.shape;
  if (lengths !== undefined || numTrials * numTime !== numItems || numUnits !== numDims) {
    throw new RangeError(
      `start (${
        describeShape(states.dims, states.shape)
      }) holds other points; give ${numItems} items × ${numDims} ` +
        "(import with dims: [item, feature])",
    );
  }
  return Float64Array.from(states.data);
}

function requireItems(rows: Float64Array, numItems: number, numUnits: number): void {
  if (numItems < 3) {
    throw new RangeError(`there are ${numItems} moments; give at least 3 to map`);
  }
  const bad = rows.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new RangeError(
    `moment ${Math.floor(bad / numUnits)}, unit ${bad % numUnits} is ${rows[bad]}; ` +
      "leave out trials or units with missing states",
  );
}
