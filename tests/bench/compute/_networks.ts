// Training updates of networks for benchmarks: weights and batches from a formula that the peer (peers/rnn.py) knows, too, and
// one update of all models (forward, cross-entropy over all trials and steps, all gradients, Adam) on an engine.

import { openOptimiser } from "#gpu/rnn/optimise.ts";
import type { SweepShape } from "#gpu/rnn/program.ts";
import { networkProgram } from "#gpu/rnn/programs.ts";
import { readoutProgram } from "#gpu/rnn/readout.ts";
import { modelsAtOnce } from "#gpu/rnn/sweep_size.ts";
import type { Engine, EngineArray, EngineBuffer } from "#lib/core/engine.ts";
import { activationCode } from "#lib/math/networks/activation.ts";
import { optimiserSchema, writeUpdateRow } from "#lib/training/optimiser.ts";
import { updateRowLength } from "#lib/training/update_row.ts";
import { formulaMatrix } from "./_formula.ts";

/** What is trained. */
export interface NetworkWork {
  readonly cell: "leaky_rnn" | "leaky_gru";
  readonly inputs: number;
  readonly units: number;
  readonly outputs: number;
  readonly rows: number;
  readonly steps: number;
  readonly models: number;
  /** Of those of a larger sweep, which comes first; 0 if absent. */
  readonly firstModel?: number;
}

/** Losses are kept of as many updates. */
export const keptLosses = 5;

/** Rows of the optimiser that are written ahead; later updates go on with the last ones. */
const plannedUpdates = 64;

/**
 * Floating-point operations of one update of all models: two for each product of a weight with a number, forward once, backward
 * once for the weight and, but for the inputs, once for the number; activations, losses and Adam are left out.
 *
 * @example
 * ```ts
 * import { operationsOf } from "#tests/bench/compute/_networks.ts";
 * import { assertEquals } from "@std/assert";
 * const work = { cell: "leaky_rnn", inputs: 1, units: 1, outputs: 1, rows: 1, steps: 1, models: 1 } as const;
 * assertEquals(operationsOf(work), 2 * (2 + 3 + 3));
 * ```
 */
export function operationsOf(work: NetworkWork): number {
  const { inputs, units, outputs } = work;
  const gates = work.cell === "leaky_gru" ? 3 : 1;
  const each = gates * units * (2 * inputs + 3 * units) + 3 * outputs * units;
  return 2 * work.models * work.rows * work.steps * each;
}

/** How many of the models a sweep on this engine trains side by side, as `train_rnn` does. */
export function sideBySide(engine: Engine, work: NetworkWork): number {
  const { cell, inputs, units, outputs, rows, steps } = work;
  const tensors = tensorsOf(work);
  const workPerStep = cell === "leaky_gru" ? 4 * units : units;
  const plan = { rows, steps, units, inputs, outputs, tensors, numMoments: 2 };
  return Math.min(work.models, modelsAtOnce(engine, plan, workPerStep));
}

/** A training that goes on update by update. */
export interface NetworkTraining extends Disposable {
  /** Puts one update of all models in line; on engines of the processor it is done then. */
  update(): void;
  /** Loss of each of the first updates, models behind one another: model × update. */
  losses(): Promise<Float64Array>;
}

/** Opens a training on an engine. */
export function openTraining(engine: Engine, work: NetworkWork): NetworkTraining {
  const { cell, inputs, units, outputs, rows, steps, models } = work;
  const tensors = tensorsOf(work);
  const perModel = tensors.reduce((sum, n) => sum + n, 0);
  const shape: SweepShape = {
    models,
    rows,
    steps,
    inputs,
    units,
    outputs,
    parameters: perModel,
    slots: 1,
  };
  const constants = {
    activation: activationCode("leaky_relu"),
    form: 0,
    reset_gate: 0,
    leak: 0,
    keep: 0.8,
    gain: 0.2,
    noise: 0,
    at_W_in: 0,
    at_W_rec: tensors[0],
    at_b_rec: tensors[0] + tensors[1],
    at_W_out: tensors[0] + tensors[1] + tensors[2],
  };
  const program = networkProgram(cell === "leaky_gru" ? "gated" : "recurrent");
  const readout = readoutProgram();
  const owned: Disposable[] = [program, readout];
  const keep = <B extends EngineBuffer>(buffer: B) => (owned.push(buffer), buffer);
  const room = (length: number) => keep(engine.allocate(length));
  const batch = rows * steps;
  const buffers = {
    slots: keep(
      engine.upload(Uint32Array.from({ length: 2 * models }, (_, i) => (i % 2 === 0 ? 0 : steps))),
    ),
    parameters: keep(engine.upload(startOf(work, tensors))),
    gradients: room(models * perModel),
    inputs: keep(engine.upload(scaled(0, batch * inputs, 2))),
    noise: room(1),
    states: room(models * rows * (steps + 1) * units),
    work: room(models * batch * program.workPerStep(shape, constants)),
    stateGradients: room(models * batch * units),
    initialGradients: room(models * rows * units),
    outputs: room(models * batch * outputs),
    targets: keep(
      engine.upload(
        Float32Array.from(
          formulaMatrix(1, batch, 1),
          (x) => Math.round((x + 0.5) * 2 ** 32) % outputs,
        ),
      ),
    ),
    weights: keep(engine.upload(new Float32Array(batch).fill(1 / batch))),
    records: room((keptLosses + 1) * models * rows * 4),
  };
  const adam = optimiserSchema.parse({ kind: "adam" });
  const rule = openOptimiser(engine, {
    models,
    tensors,
    numMoments: 2,
    updates: plannedUpdates,
  });
  owned.push(rule);
  const plan = new Float64Array(plannedUpdates * models * updateRowLength);
  for (let i = 0; i < plannedUpdates * models; i++) {
    writeUpdateRow(plan, i * updateRowLength, {
      optimiser: adam,
      update: Math.floor(i / models) + 1,
    });
  }
  rule.plan(plan);
  const loss = { kind: "cross_entropy" } as const;
  let done = 0;
  return {
    update() {
      program.forward(engine, shape, buffers, constants);
      const record = Math.min(done, keptLosses);
      readout.gradients(engine, shape, buffers, constants, loss, record);
      program.backward(engine, shape, buffers, constants);
      rule.update(buffers, Math.min(done, plannedUpdates - 1));
      done++;
    },
    async losses() {
      const records = await engine.download(buffers.records);
      const num = Math.min(done, keptLosses);
      return Float64Array.from({ length: models * num }, (_, i) => {
        const [model, update] = [Math.floor(i / num), i % num];
        return sumOf(records, (update * models + model) * rows, rows);
      });
    },
    [Symbol.dispose]() {
      for (const one of owned) one[Symbol.dispose]();
    },
  };
}

function tensorsOf({ cell, inputs, units, outputs }: NetworkWork): readonly number[] {
  const gates = cell === "leaky_gru" ? 3 : 1;
  return [gates * units * inputs, gates * units * units, gates * units, outputs * units];
}

/** Weights of all models, as the peer has them. */
function startOf(
  { inputs, units, models, firstModel = 0 }: NetworkWork,
  tensors: readonly number[],
): Float32Array {
  const perModel = tensors.reduce((sum, n) => sum + n, 0);
  const all = new Float32Array(models * perModel);
  const [fromInputs, fromUnits] = [2 / Math.sqrt(inputs), 2 / Math.sqrt(units)];
  for (let model = 0; model < models; model++) {
    let at = model * perModel;
    tensors.forEach((length, i) => {
      const scale = i === 0 || i === 2 ? fromInputs : fromUnits;
      all.set(scaled(10 + 4 * (firstModel + model) + i, length, scale), at);
      at += length;
    });
  }
  return all;
}

function scaled(index: number, length: number, scale: number): Float32Array {
  return Float32Array.from(formulaMatrix(index, length, 1), (x) => x * scale);
}

function sumOf(records: EngineArray, first: number, rows: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += records[(first + row) * 4];
  return sum;
}
