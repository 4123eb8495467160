// Trains a small readout of states, written in tfjs: what a linear layer or a small network can tell from each sample.
// Also the template for a model of one's own: copy this file, and write `makeModel` and `lossOf` anew. What else it takes:
// - `numerics: "engine"`, and everything of tfjs inside `withTfjs(context.engine, …)`, which brings `tf`;
// - chance from `randomStream` (initial weights, order of samples), never from `tf.random…` or `model.fit`, which shuffles;
// - reading with `await x.data()`, as rarely as can be: on a GPU each reading waits for all work before it;
// - results as plain data. Do not keep the names that tfjs gives to weights and layers: they count up within a worker.
// Optimisers: Kingma & Ba 2015 (Adam); initial weights of variance 1/inputs: LeCun et al. 1998, "Efficient BackProp".

import { z } from "zod";
import { arraysOf } from "#lib/core/artifacts/arrays.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { type RandomStream, randomStream } from "#lib/core/random.ts";
import { tableOf } from "#lib/core/table.ts";
import { defineTask, type Item, many, one, type TaskContext } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import { type Tfjs, withTfjs } from "#lib/tfjs/with_tfjs.ts";
import {
  blocksOf,
  labelRows,
  type ReadoutRows,
  rowsAtOnce,
  squaresOf,
  targetRows,
} from "./_readout_rows.ts";
import { exampleTrajectories } from "./_states.ts";

const params = z.strictObject({
  label: z.string().optional().describe(
    "instead of `targets`: the axis whose id is told from the states, e.g. `system`",
  ),
  loss: z.enum(["mse", "cross_entropy"]).optional()
    .describe("mse unless `label` is given; cross_entropy takes targets that are probabilities"),
  hidden: z.array(z.int().min(1)).default([])
    .describe("units of each hidden layer; none: a linear readout"),
  activation: z.enum(["tanh", "relu", "sigmoid"]).default("tanh").describe("of hidden layers"),
  steps_ahead: z.int().min(0).default(0).describe("samples by which targets are later than states"),
  optimiser: z.enum(["adam", "sgd"]).default("adam").describe("rule of the steps"),
  learning_rate: z.number().positive().default(0.01).describe("size of the steps"),
  epochs: z.int().min(1).default(20).describe("passes over the trained samples"),
  batch_size: z.int().min(1).default(128).describe("samples per step"),
  l2: z.number().min(0).default(0).describe("weight of the mean square of each kernel in the loss"),
  held_out: z.number().min(0).lt(1).default(0.25)
    .describe("share of the trials that is not trained on; at least one trial is"),
  seed: z.int().min(0).default(0).describe("of weights, order of samples and held-out trials"),
}).superRefine(({ label, loss, steps_ahead }, context) => {
  if (label === undefined) return;
  const issue = (message: string) => context.addIssue({ code: "custom", path: ["label"], message });
  if (loss === "mse") issue("a label is told with cross_entropy; leave out `loss`");
  if (steps_ahead > 0) issue("a label does not change in time; leave out `steps_ahead`");
});

type Params = z.output<typeof params>;
type Tensor2D = ReturnType<Tfjs["tensor2d"]>;
type Variable = ReturnType<Tfjs["variable"]>;

const weights = arraysOf("arrays");

export default defineTask({
  name: "train_tfjs",
  summary: "Trains a small readout of states, written in tfjs.",
  version: 1,
  numerics: "engine",
  params,
  inputs: ({ label }) =>
    label === undefined
      ? { states: one(trajectories), targets: one(trajectories) }
      : { states: many(trajectories, { coords: true }) },
  outputs: ({ label }: Params) =>
    label === undefined
      ? { predictions: trajectories, weights, history: table }
      : { confusion: table, weights, history: table },
  examples: [
    {
      params: { hidden: [4], epochs: 2, batch_size: 16, l2: 0.01, steps_ahead: 1 },
      inputs: () => ({ states: exampleTrajectories(), targets: exampleTrajectories(3, 30, 2) }),
    },
    {
      params: { label: "system", epochs: 2 },
      inputs: () => ({
        states: ["a", "b"].map((system, i) => ({
          value: exampleTrajectories(2 + i, 20),
          coords: { system },
        })),
      }),
    },
  ],
  async run(context, params, inputs) {
    const options = { heldOut: params.held_out, seed: params.seed };
    if (params.label !== undefined) {
      const items = inputs.states as readonly Item<Trajectories>[];
      const rows = labelRows(items, params.label, options);
      const { outputs, ...rest } = await train(context, params, rows);
      return { confusion: confusion(rows, outputs), ...rest };
    }
    const { states, targets } = inputs as Readonly<Record<string, Trajectories>>;
    const rows = targetRows(states, targets, {
      ...options,
      stepsAhead: params.steps_ahead,
      probabilities: params.loss === "cross_entropy",
    });
    const { outputs, ...rest } = await train(context, params, rows);
    return { predictions: predictions(targets, rows, outputs), ...rest };
  },
});

interface Model {
  readonly layers: readonly { readonly kernel: Variable; readonly bias: Variable }[];
  apply(x: Tensor2D): Tensor2D;
}

/** The model: rows of states in, rows of outputs out. */
function makeModel(
  tf: Tfjs,
  sizes: readonly number[],
  { activation }: Params,
  random: RandomStream,
): Model {
  const layers = sizes.slice(1).map((numOut, i) => {
    const numIn = sizes[i];
    const drawn = Float32Array.from(random.normal(new Float64Array(numIn * numOut), i));
    const kernel = tf.tensor2d(drawn, [numIn, numOut]).div(Math.sqrt(numIn));
    return { kernel: tf.variable(kernel), bias: tf.variable(tf.zeros([numOut])) };
  });
  const apply = (x: Tensor2D) =>
    layers.reduce((input, { kernel, bias }, i) => {
      const output = input.matMul<Tensor2D>(kernel).add<Tensor2D>(bias);
      return i < layers.length - 1 ? tf[activation](output) : output;
    }, x);
  return { layers, apply };
}

/** The loss of outputs, mean over rows, and what people read: R² of all targets together, or the share that is right. */
function lossOf(tf: Tfjs, { loss, label }: Params) {
  const classes = label !== undefined || loss === "cross_entropy";
  return {
    scoreName: classes ? "accuracy" : "r_squared",
    loss: (targets: Tensor2D, outputs: Tensor2D) =>
      classes
        ? tf.losses.softmaxCrossEntropy(targets, outputs).asScalar()
        : tf.losses.meanSquaredError(targets, outputs).asScalar(),
    /** Summed over rows: how many are right, or squares of what is left. */
    counted: (targets: Tensor2D, outputs: Tensor2D) =>
      classes
        ? tf.sum(tf.equal(targets.argMax(1), outputs.argMax(1)).toFloat()).asScalar()
        : targets.sub(outputs).square().sum().asScalar(),
    /** From that sum. A constant has no R². */
    score: (counted: number, numRows: number, squares: number) =>
      classes ? counted / numRows : squares > 0 ? 1 - counted / squares : NaN,
    /** Probabilities of classes, or the outputs themselves. */
    shown: (outputs: Tensor2D) => classes ? tf.softmax(outputs) : outputs,
  };
}

async function train({ engine, progress, signal }: TaskContext, params: Params, rows: ReadoutRows) {
  requireRoom(engine, rows);
  return await withTfjs(engine, async (tf) => {
    const states = tf.tensor2d(rows.states, [rows.numRows, rows.numUnits]);
    const targets = tf.tensor2d(rows.targets, [rows.numRows, rows.numTargets]);
    const sizes = [rows.numUnits, ...params.hidden, rows.numTargets];
    const model = makeModel(tf, sizes, params, randomStream(params.seed, "train_tfjs/weights"));
    const { loss, counted, score, scoreName, shown } = lossOf(tf, params);
    const optimiser = tf.train[params.optimiser](params.learning_rate);
    const order = randomStream(params.seed, "train_tfjs/order");

    const step = (chosen: Int32Array) => {
      const index = tf.tensor1d(chosen, "int32");
      optimiser.minimize(() => {
        const fit = loss(targets.gather(index), model.apply(states.gather(index)));
        return model.layers.reduce(
          (sum, { kernel }) => sum.add(kernel.square().mean().mul(params.l2)),
          fit,
        );
      });
      index.dispose();
    };
    const history: Record<string, string | number>[] = [];
    const kinds = ([["trained", rows.trained], ["held_out", rows.heldOut]] as const)
      .filter(([, chosen]) => chosen.length > 0)
      .map(([trials, chosen]) => ({ trials, chosen, squares: squaresOf(rows, chosen) }));
    const look = async (epoch: number) => {
      for (const { trials, chosen, squares } of kinds) {
        const blocks = blocksOf(chosen);
        const measured = tf.tidy(() =>
          tf.stack(blocks.flatMap((block) => {
            const index = tf.tensor1d(block, "int32");
            const wanted = targets.gather(index);
            const outputs = model.apply(states.gather(index));
            return [loss(wanted, outputs), counted(wanted, outputs)];
          }))
        );
        const sums = await measured.data();
        measured.dispose();
        let fit = 0;
        let reached = 0;
        blocks.forEach(({ length }, i) => {
          fit += sums[2 * i] * length / chosen.length;
          reached += sums[2 * i + 1];
        });
        if (!Number.isFinite(fit)) throw diverged(fit, epoch, params);
        const value = score(reached, chosen.length, squares);
        history.push({ epoch, trials, loss: fit, [scoreName]: value });
      }
    };
    await look(0);
    for (let epoch = 1; epoch <= params.epochs; epoch++) {
      signal.throwIfAborted();
      const shuffled = order.permutation(rows.trained.length, epoch).map((i) => rows.trained[i]);
      for (let at = 0; at < shuffled.length; at += params.batch_size) {
        step(shuffled.subarray(at, at + params.batch_size));
      }
      await look(epoch);
      progress(epoch / params.epochs, `epoch ${epoch} of ${params.epochs}`);
    }
    const outputs = new Float64Array(rows.numRows * rows.numTargets);
    for (let from = 0; from < rows.numRows; from += rowsAtOnce) {
      const length = Math.min(rowsAtOnce, rows.numRows - from);
      const part = tf.tidy(() =>
        shown(model.apply(states.slice([from, 0], [length, rows.numUnits])))
      );
      outputs.set(await part.data(), from * rows.numTargets);
      part.dispose();
    }
    return {
      outputs,
      weights: { arrays: await arraysOfModel(model), about: { ...params } },
      history: tableOf(history),
    };
  });
}

/** A tensor lies in one buffer. */
function requireRoom({ name, limits }: TaskContext["engine"], rows: ReadoutRows): void {
  const bytes = 4 * rows.numRows * Math.max(rows.numUnits, rows.numTargets);
  if (name !== "webgpu" || bytes <= limits.maxBindingBytes) return;
  throw new RangeError(
    `train_tfjs got ${rows.numRows} samples of ${rows.numUnits} units and ${rows.numTargets} targets; ` +
      `this device takes ${limits.maxBindingBytes} bytes of each at once. Give fewer, or use --engine wasm`,
  );
}

function diverged(loss: number, epoch: number, { learning_rate }: Params): RangeError {
  return new RangeError(
    epoch === 0
      ? `train_tfjs has a loss of ${loss} before training; bring states and targets to a size near 1 ` +
        "(task normalize)"
      : `train_tfjs has a loss of ${loss} after epoch ${epoch}; lower learning_rate (${learning_rate})`,
  );
}

async function arraysOfModel({ layers }: Model) {
  const arrays: Record<string, ReturnType<typeof tensor>> = {};
  for (const [i, { kernel, bias }] of layers.entries()) {
    const [numIn, numOut] = kernel.shape as [number, number];
    const [kernelData, biasData] = [await kernel.data(), await bias.data()] as Float32Array[];
    arrays[`kernel_${i + 1}`] = tensor(["input", "output"], [numIn, numOut], kernelData.slice());
    arrays[`bias_${i + 1}`] = tensor(["output"], [numOut], biasData.slice());
  }
  return arrays;
}

function predictions(
  targets: Trajectories,
  { numRows, numTargets, names }: ReadoutRows,
  outputs: Float64Array,
): Trajectories {
  const [numTrials] = targets.states.shape;
  const shape = [numTrials, numRows / numTrials, numTargets];
  const coords = names === undefined ? {} : { coords: { unit: names } };
  return { ...targets, states: tensor(["trial", "time", "unit"], shape, outputs, coords) };
}

/** How often each class was taken for which, over the held-out rows (all rows if none is held out). */
function confusion({ numTargets, targets, names, ...rows }: ReadoutRows, outputs: Float64Array) {
  const counts = new Float64Array(numTargets ** 2);
  const sums = new Float64Array(numTargets);
  const best = (values: ArrayLike<number>, row: number) => {
    let found = 0;
    for (let k = 1; k < numTargets; k++) {
      if (values[row * numTargets + k] > values[row * numTargets + found]) found = k;
    }
    return found;
  };
  for (const row of rows.heldOut.length > 0 ? rows.heldOut : rows.trained) {
    const label = best(targets, row);
    counts[label * numTargets + best(outputs, row)]++;
    sums[label]++;
  }
  return tableOf(
    Array.from(counts, (num_samples, i) => {
      const label = Math.floor(i / numTargets);
      const share = num_samples / sums[label];
      return { label: names![label], taken_for: names![i % numTargets], num_samples, share };
    }),
  );
}
