// Random readouts for tests, and all that one makes of them on an engine.

import { assertEquals } from "@std/assert";
import { type ReadoutLoss, readoutProgram, weightPlanes } from "#gpu/rnn/readout.ts";
import type { Engine } from "#lib/core/engine.ts";
import { randomStream } from "#lib/core/random.ts";

/** A readout with all that it reads. */
export interface ReadoutProblem {
  readonly shape: {
    readonly models: number;
    readonly rows: number;
    readonly steps: number;
    readonly inputs: number;
    readonly units: number;
    readonly outputs: number;
    readonly parameters: number;
    readonly slots: number;
  };
  readonly loss: ReadoutLoss;
  readonly bias: boolean;
  readonly slots: Uint32Array;
  readonly parameters: Float64Array;
  readonly states: Float64Array;
  readonly targets: Float64Array;
  readonly weights: Float64Array;
}

type Sizes = Partial<
  Pick<ReadoutProblem["shape"], "models" | "rows" | "steps" | "units" | "outputs">
>;

/** Random numbers for sizes and a loss. */
export function readoutProblem(
  seed: number,
  sizes: Sizes,
  loss: ReadoutLoss,
  bias = true,
): ReadoutProblem {
  const { models = 1, rows = 3, steps = 4, units = 5, outputs = 4 } = sizes;
  const stream = randomStream(seed, "test/readout");
  const normal = (length: number, i: number) =>
    (stream.normal(new Float64Array(length), i) as Float64Array).map(Math.fround);
  const parameters = units * (outputs + 1) + 7;
  const shape = { models, rows, steps, inputs: 1, units, outputs, parameters, slots: models };
  const { groups = 1 } = loss;
  const cells = models * rows * steps;
  const isClass = loss.kind === "cross_entropy";
  return {
    shape,
    loss,
    bias,
    slots: Uint32Array.from({ length: 2 * models }, (_, i) => i % 2 === 0 ? i / 2 : steps),
    parameters: normal(models * parameters, 0).map((x) => x / Math.sqrt(units)),
    states: normal(models * rows * (steps + 1) * units, 1),
    targets: isClass
      ? Float64Array.from(
        { length: cells * groups },
        (_, i) => stream.integer(outputs / groups, 2, i),
      )
      : normal(cells * outputs, 2),
    weights: normal(weightPlanes(shape, loss).length, 3).map((x) => Math.abs(x) / cells),
  };
}

/** All that a readout makes of a problem. */
export async function readoutOnEngine(engine: Engine, problem: ReadoutProblem) {
  const { shape, loss, bias } = problem;
  const { models, rows, steps, units, outputs } = shape;
  const buffers = {
    slots: engine.upload(problem.slots),
    parameters: engine.upload(problem.parameters),
    states: engine.upload(problem.states),
    targets: engine.upload(problem.targets),
    weights: engine.upload(problem.weights),
    outputs: engine.allocate(models * rows * steps * outputs),
    records: engine.allocate(2 * models * rows * 4),
    gradients: engine.allocate(models * shape.parameters),
    stateGradients: engine.allocate(models * rows * steps * units),
  };
  using readout = readoutProgram();
  const constants = { at_W_out: 3, ...(bias && { at_b_out: 3 + units * outputs }) };
  try {
    readout.losses(engine, shape, buffers, constants, loss, 0);
    const logits = await engine.download(buffers.outputs);
    readout.gradients(engine, shape, buffers, constants, loss, 1);
    const [records, slopes, gradients, stateGradients] = await Promise.all([
      engine.download(buffers.records),
      engine.download(buffers.outputs),
      engine.download(buffers.gradients),
      engine.download(buffers.stateGradients),
    ]);
    const half = records.length / 2;
    assertEquals(records.slice(0, half), records.slice(half), "the same losses in both modes");
    return { logits, slopes, gradients, stateGradients, records: records.slice(0, half) };
  } finally {
    for (const buffer of Object.values(buffers)) buffer[Symbol.dispose]();
  }
}
