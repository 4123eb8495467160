// Representational dissimilarity matrices: how far the items of a system are from each other. Kriegeskorte, Mur &
// Bandettini 2008; measures by the conventions of rsatoolbox; cross-validated distances by Walther et al. 2016.
// Labels alone give a model matrix: distances between their one-hot codes.

import { z } from "zod";
import { type Arrays, arraysOf } from "#lib/core/artifacts/arrays.ts";
import { type Rdm, rdm } from "#lib/core/artifacts/rdm.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { type Table, tableOf } from "#lib/core/table.ts";
import { defineTask, one, optional } from "#lib/core/task.ts";
import { describeShape, tensor } from "#lib/core/tensor.ts";
import { crossnobis } from "#lib/math/rsa/crossnobis.ts";
import { rdmMeasures, rdmOf, requireFewItems } from "#lib/math/rsa/rdm.ts";
import { averageRepeats } from "#lib/math/rsa/repeats.ts";
import { itemRows, labelsOf } from "./_item_rows.ts";
import { noiseOf } from "./_rdm_noise.ts";
import { exampleTrajectories } from "./_states.ts";
import { inTerms } from "./_in_terms.ts";

const arrays = arraysOf("arrays");

const params = z.strictObject({
  measure: z.enum([...rdmMeasures, "crossnobis"]).default("squared_euclidean").describe(
    "squared_euclidean (per unit; rsatoolbox's euclidean), euclidean, correlation (1 − r), cosine (1 − cos), city_block, " +
      "mahalanobis (squared, per unit), crossnobis (cross-validated mahalanobis, unbiased, may be negative)",
  ),
  items: z.enum(["moment", "trial", "time"]).default("moment").describe(
    "what an item is: every moment of every trial; a trial, averaged over its time; a time, averaged over trials",
  ),
  label: z.string().default("label").describe(
    "column of the input labels; rows with one label are repeated measurements of one item",
  ),
  fold: z.string().default("fold").describe(
    "crossnobis: column of the input labels with the fold; without it the k-th measurement of an item is in fold k",
  ),
  noise: z.enum(["items", "repeats", "none"]).optional().describe(
    "what noise is estimated from, unless the input noise (residuals: rows × units) or noise_matrix (arrays with a precision " +
      "or a covariance, units × units) is bound: the items about their mean (default of mahalanobis), " +
      "repeated measurements about their item (default of crossnobis), or no noise: all units alike",
  ),
  ridge: z.number().min(0).default(0).describe("added to the diagonal of the noise covariance"),
  shrinkage: z.number().min(0).max(1).default(0)
    .describe("share of the off-diagonal noise covariance that is taken away"),
});

type Params = z.output<typeof params>;

interface Inputs {
  readonly trajectories?: Trajectories;
  readonly labels?: Table;
  readonly noise?: Trajectories;
  readonly noise_matrix?: Arrays;
}

export default defineTask({
  name: "rdm",
  summary: "Measures how far the items of a system are from each other.",
  version: 1,
  numerics: "f64",
  params,
  inputs: () => [
    {
      trajectories: one(trajectories),
      labels: optional(table),
      noise: optional(trajectories),
      noise_matrix: optional(arrays),
    },
    { labels: one(table) },
  ],
  outputs: { rdm },
  examples: [
    { params: {}, inputs: () => ({ trajectories: exampleTrajectories(2, 5, 3) }) },
    {
      params: { measure: "crossnobis", items: "time", ridge: 0.1 },
      inputs: () => ({ trajectories: exampleTrajectories(3, 5, 3) }),
    },
    {
      params: { measure: "correlation", items: "trial" },
      inputs: () => ({
        trajectories: exampleTrajectories(4, 5, 3),
        labels: tableOf(["a", "b", "a", "c"].map((label) => ({ label }))),
      }),
    },
    {
      params: { label: "group" },
      inputs: () => ({ labels: tableOf(["a", "b", "a", "c"].map((group) => ({ group }))) }),
    },
  ],
  run(_context, params, bound) {
    const inputs = bound as Inputs;
    return {
      rdm: inputs.trajectories === undefined
        ? modelRdm(params, inputs.labels!)
        : measuredRdm(params, inputs.trajectories, inputs),
    };
  },
});

function measuredRdm(
  params: Params,
  value: Trajectories,
  { labels, noise, noise_matrix: matrix }: Inputs,
): Rdm {
  const what = `rdm got trajectories (${describeShape(value.states.dims, value.states.shape)})`;
  return inTerms(what, () => {
    requireStates(value);
    const rows = itemRows(value, params, labels);
    requireFewItems(rows.count);
    if (params.measure === "crossnobis") requireRepeats(params, labels);
    const covariance = noiseOf(params, rows, { noise, matrix });
    const values = params.measure === "crossnobis"
      ? crossnobis(rows, rows.count, rows.numFolds, covariance)
      : rdmOf(averageRepeats(rows, rows.count), params.measure, covariance);
    return artifactOf(values, params.measure, rows.count, {
      num_features: rows.numFeatures,
      num_rows: rows.numItems,
      ...(params.measure === "crossnobis" ? { num_folds: rows.numFolds } : {}),
      ...(rows.names === undefined ? {} : { labels: rows.names }),
    });
  });
}

function requireRepeats({ items }: Params, labels: Table | undefined): void {
  if (labels !== undefined || items === "time") return;
  throw new RangeError(
    `crossnobis with items: ${items} has no repeated items; bind labels that repeat, or use items: time, ` +
      "whose repeats are the trials",
  );
}

/** Distances between one-hot codes of labels, an item for each row. */
function modelRdm(params: Params, labels: Table): Rdm {
  const { measure } = params;
  const texts = labelsOf(labels, params.label);
  return inTerms(`rdm got labels (${texts.length} rows)`, () => {
    if (measure === "mahalanobis" || measure === "crossnobis") {
      throw new RangeError(`labels have no noise for ${measure}; use squared_euclidean`);
    }
    requireFewItems(texts.length);
    const classes = [...new Set(texts)];
    const data = new Float64Array(texts.length * classes.length);
    texts.forEach((text, row) => data[row * classes.length + classes.indexOf(text)] = 1);
    const items = { data, numItems: texts.length, numFeatures: classes.length };
    return artifactOf(rdmOf(items, measure), measure, texts.length, {
      num_features: classes.length,
      classes,
    });
  });
}

function artifactOf(
  values: Float64Array,
  measure: string,
  numItems: number,
  more: Readonly<Record<string, unknown>>,
): Rdm {
  return {
    arrays: { values: tensor(["pair"], [values.length], values) },
    about: { measure, sense: "distance", unit: "1", num_items: numItems, ...more },
  };
}

function requireStates({ states, lengths }: Trajectories): void {
  const [, numTime, numUnits] = states.shape;
  const bad = states.data.findIndex((value, at) => {
    const time = Math.floor(at / numUnits) % numTime;
    const trial = Math.floor(at / (numTime * numUnits));
    return !Number.isFinite(value) && time < (lengths?.[trial] ?? numTime);
  });
  if (bad < 0) return;
  throw new RangeError(
    `trial ${Math.floor(bad / (numTime * numUnits))}, time ${
      Math.floor(bad / numUnits) % numTime
    }, ` +
      `unit ${bad % numUnits} is ${
        states.data[bad]
      }; leave out trials or units with missing states`,
  );
}
