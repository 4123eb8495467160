// Training of many networks side by side: what lies on the engine, and the order of an update: forward → readout, loss and
// their gradients → backward → norms → update. Updates are put in line in blocks, with all their batches in one transfer;
// nobody waits within a block, and at most two blocks are on their way. Leaves out which batches (tasks), what an update is
// told (lib/training/optimiser.ts), and what becomes of networks that are done (tasks).

import type { Engine, EngineArray, EngineBuffer } from "#lib/core/engine.ts";
import { UpdatePart, updateRowLength } from "#lib/training/update_row.ts";
import { recordLength } from "../readout_loss.ts";
import { joined } from "./joined.ts";
import { openOptimiser, type SweepOptimiser } from "./optimise.ts";
import { networkProgram } from "./programs.ts";
import type { NetworkProgram, SweepShape } from "./program.ts";
import { type ReadoutProgram, readoutProgram, weightPlanes } from "./readout.ts";
import { EvaluationRoom, type TrialSet } from "./sweep_evaluation.ts";
import type {
  SlotArrays,
  SweepModel,
  SweepPlan,
  SweepUpdate,
  UpdateOutcome,
} from "./sweep_plan.ts";
import { blockDepth } from "./sweep_size.ts";

export type * from "./sweep_plan.ts";

/**
 * A sweep on an engine. A network's numbers do not depend on the others, nor on how updates were put into blocks.
 *
 * @example
 * ```ts
 * import { Sweep } from "#gpu/rnn/sweep.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import { assertEquals } from "@std/assert";
 * await using engine = new RefEngine();
 * const plan = {
 *   program: "recurrent", rows: 1, steps: 1, inputs: 1, units: 1, outputs: 2, targetWidth: 1, tensors: [1, 1, 1, 2],
 *   numMoments: 1, loss: { kind: "cross_entropy" },
 *   constants: { activation: 0, form: 0, leak: 0, keep: 0.5, gain: 0.5, at_W_in: 0, at_W_rec: 1, at_b_rec: 2, at_W_out: 3 },
 * } as const;
 * const model = { parameters: Float32Array.of(1, 0, 0, 1, 1), trainable: [true, true, true, true] };
 * using sweep = new Sweep(engine, plan, [model]);
 * assertEquals((await sweep.read())[0].parameters.length, 5);
 * ```
 */
export class Sweep implements Disposable {
  readonly #engine: Engine;
  readonly #plan: SweepPlan;
  readonly #numModels: number;
  readonly #numParameters: number;
  readonly #depth: number;
  readonly #slots: number;
  readonly #frozen: readonly (readonly [number, number])[];
  readonly #program: NetworkProgram;
  readonly #readout: ReadoutProgram;
  readonly #optimiser: SweepOptimiser;
  readonly #owned: EngineBuffer[] = [];
  readonly #buffers;
  readonly #slotTables: EngineBuffer[] = [];
  readonly #staged: { inputs: Float32Array; targets: Float32Array; weights: Float32Array };
  readonly #noise: Float32Array;
  #pending: SweepUpdate[] = [];
  #batches = 0;
  readonly #inFlight: Promise<UpdateOutcome[][]>[] = [];
  #outcomes: UpdateOutcome[][] = [];
  #evaluation: EvaluationRoom | undefined;

  /** @throws {EngineError} as the engine does; {RangeError} if the sizes of networks differ. */
  constructor(engine: Engine, plan: SweepPlan, models: readonly SweepModel[]) {
    this.#engine = engine;
    this.#plan = plan;
    this.#numModels = models.length;
    this.#numParameters = plan.tensors.reduce((sum, length) => sum + length, 0);
    for (const { parameters } of models) {
      if (parameters.length === this.#numParameters) continue;
      throw new RangeError(
        `a network of ${parameters.length} parameters came into a sweep of ${this.#numParameters}`,
      );
    }
    this.#depth = blockDepth(engine, plan, models.length);
    this.#slots = this.#depth * models.length;
    this.#frozen = frozenRanges(plan.tensors, models);
    this.#program = networkProgram(plan.program);
    this.#readout = readoutProgram();
    const shape = this.#shape(models.length);
    const { rows, steps, units, inputs, outputs, targetWidth, constants, loss } = plan;
    const cells = models.length * rows * steps;
    const planes = weightPlanes(shape, loss);
    const noisy = (constants.noise ?? 0) !== 0;
    const keep = (length: number) => {
      const buffer = engine.allocate(Math.max(1, length));
      this.#owned.push(buffer);
      return buffer;
    };
    this.#staged = {
      inputs: new Float32Array(this.#slots * rows * steps * inputs),
      targets: new Float32Array(this.#slots * rows * steps * targetWidth),
      weights: new Float32Array(planes.length),
    };
    this.#noise = new Float32Array(noisy ? rows * steps * units : 0);
    try {
      const parameters = engine.upload(joined(models.map((model) => model.parameters)));
      this.#owned.push(parameters);
      this.#buffers = {
        parameters,
        gradients: keep(models.length * this.#numParameters),
        inputs: keep(this.#staged.inputs.length),
        targets: keep(this.#staged.targets.length),
        weights: keep(planes.length),
        noise: keep(noisy ? cells * units : 1),
        states: keep(models.length * rows * (steps + 1) * units),
        work: keep(cells * this.#program.workPerStep(shape, constants)),
        stateGradients: keep(cells * units),
        initialGradients: keep(models.length * rows * units),
        outputs: keep(cells * outputs),
        records: keep(this.#depth * models.length * rows * recordLength),
      };
      for (let place = 0; place < this.#depth; place++) {
        const table = engine.allocate(2 * models.length, "u32");
        this.#owned.push(table);
        this.#slotTables.push(table);
      }
      const moments = models.some((model) => model.moments !== undefined)
        ? joined(
          models.map((model) =>
            model.moments ?? new Float32Array(plan.numMoments * this.#numParameters)
          ),
        )
        : undefined;
      const constraints = models.some((model) => model.constraints !== undefined)
        ? joined(
          models.map((model) => model.constraints ?? new Float32Array(this.#numParameters)),
        ) as Float32Array
        : undefined;
      this.#optimiser = openOptimiser(engine, {
        models: models.length,
        tensors: plan.tensors,
        numMoments: plan.numMoments,
        updates: this.#depth,
        trainable: Uint32Array.from(models.flatMap(({ trainable }) => trainable.map(Number))),
        ...(constraints && { constraints }),
        ...(moments && { moments }),
      });
    } catch (error) {
      this.#giveBack();
      throw error;
    }
  }

  /** Puts an update in line; it is given to the engine with others, or by `drain`. */
  update(update: SweepUpdate): void {
    const [last] = this.#pending.slice(-1);
    if (last !== undefined && last.batchOf.length !== update.batchOf.length) this.#submit();
    if (this.#batches + update.batches.length > this.#slots) this.#submit();
    this.#pending.push(update);
    this.#batches += update.batches.length;
    if (this.#pending.length === this.#depth) this.#submit();
  }

  /** Waits until there is at most one block that is not done. */
  async pace(): Promise<void> {
    while (this.#inFlight.length > 1) await this.#land();
  }

  /** What came of all updates since the last call: by update, by network. */
  async drain(): Promise<readonly (readonly UpdateOutcome[])[]> {
    this.#submit();
    while (this.#inFlight.length > 0) await this.#land();
    const outcomes = this.#outcomes;
    this.#outcomes = [];
    return outcomes;
  }

  /** The networks as they are now. */
  async read(): Promise<readonly { parameters: EngineArray; moments: EngineArray }[]> {
    this.#submit();
    const [parameters, moments] = await Promise.all([
      this.#engine.download(this.#buffers.parameters),
      this.#engine.download(this.#optimiser.moments),
    ]);
    const own = (all: EngineArray, model: number) => {
      const length = all.length / this.#numModels;
      return all.slice(model * length, (model + 1) * length);
    };
    return Array.from({ length: this.#numModels }, (_, model) => ({
      parameters: own(parameters, model),
      moments: own(moments, model),
    }));
  }

  /**
   * Outputs of the first networks on sets of trials: for each pass and network the place of its set. Without noise.
   *
   * @param sets the same in every call
   * @returns by pass: network × row × step × output.
   */
  async evaluate(
    sets: readonly TrialSet[],
    passes: readonly (readonly number[])[],
  ): Promise<readonly EngineArray[]> {
    this.#submit();
    this.#evaluation ??= new EvaluationRoom(this.#engine, sets);
    return await this.#evaluation.outputsOf(passes, {
      plan: this.#plan,
      numModels: this.#numModels,
      shape: (models) => this.#shape(models),
      program: this.#program,
      readout: this.#readout,
      buffers: this.#buffers,
    });
  }

  [Symbol.dispose](): void {
    this.#optimiser[Symbol.dispose]();
    this.#giveBack();
  }

  #giveBack(): void {
    this.#evaluation?.[Symbol.dispose]();
    for (const buffer of this.#owned) buffer[Symbol.dispose]();
    this.#program[Symbol.dispose]();
    this.#readout[Symbol.dispose]();
  }

  #shape(models: number): SweepShape {
    const { rows, steps, inputs, units, outputs } = this.#plan;
    return {
      models,
      rows,
      steps,
      inputs,
      units,
      outputs,
      parameters: this.#numParameters,
      slots: this.#slots,
      frozen: this.#frozen,
    };
  }

  /** Gives the block to the engine: batches and rows first, then all its dispatches, then what is to come back. */
  #submit(): void {
    const updates = this.#pending;
    if (updates.length === 0) return;
    const engine = this.#engine;
    const models = updates[0].batchOf.length;
    const { loss, constants, rows, steps, units } = this.#plan;
    const shape = this.#shape(models);
    const planes = weightPlanes(shape, loss);
    let first = 0;
    const rowLength = this.#numModels * updateRowLength;
    const plan = new Float64Array(updates.length * rowLength);
    updates.forEach((update, place) => {
      const lengths = update.batches.map((write, i) => write(this.#slotAt(first + i)));
      const table = new Uint32Array(2 * this.#numModels);
      update.batchOf.forEach((batch, model) => {
        table[2 * model] = first + batch;
        table[2 * model + 1] = lengths[batch];
      });
      engine.write(this.#slotTables[place], table);
      plan.set(update.rows, place * rowLength);
      first += update.batches.length;
    });
    const { staged, buffers } = { staged: this.#staged, buffers: this.#buffers };
    const part = (array: Float32Array) => array.subarray(0, array.length / this.#slots * first);
    engine.write(buffers.inputs, part(staged.inputs));
    engine.write(buffers.targets, part(staged.targets));
    const plane = rows * steps * (loss.groups ?? 1);
    engine.write(buffers.weights, staged.weights.subarray(0, first * plane));
    if (planes.activityAt > 0) {
      const { activityAt: at } = planes;
      engine.write(buffers.weights, staged.weights.subarray(at, at + first * rows * steps), at);
    }
    this.#optimiser.plan(plan);
    updates.forEach((update, place) => {
      if (this.#noise.length > 0) {
        for (let model = 0; model < models; model++) {
          update.noise!(model, this.#noise);
          engine.write(buffers.noise, this.#noise, model * rows * steps * units);
        }
      }
      const own = { ...buffers, slots: this.#slotTables[place] };
      this.#program.forward(engine, shape, own, constants);
      this.#readout.gradients(engine, shape, own, constants, loss, place);
      this.#program.backward(engine, shape, own, constants);
      this.#optimiser.update(buffers, place);
    });
    this.#inFlight.push(this.#outcomesOf(updates.length, models));
    this.#pending = [];
    this.#batches = 0;
  }

  async #outcomesOf(updates: number, models: number): Promise<UpdateOutcome[][]> {
    const { rows } = this.#plan;
    const [records, told] = await Promise.all([
      this.#engine.download(this.#buffers.records, 0, updates * models * rows * recordLength),
      this.#engine.download(
        this.#optimiser.rows,
        0,
        updates * this.#numModels * updateRowLength,
      ),
    ]);
    return Array.from(
      { length: updates },
      (_, update) =>
        Array.from({ length: models }, (_, model) => {
          let [loss, activity] = [0, 0];
          for (let row = 0; row < rows; row++) {
            const at = ((update * models + model) * rows + row) * recordLength;
            loss += records[at];
            activity += records[at + 1];
          }
          const at = (update * this.#numModels + model) * updateRowLength;
          return {
            loss,
            penalty: activity + told[at + UpdatePart.penalty],
            gradientNorm: told[at + UpdatePart.gradientNorm],
          };
        }),
    );
  }

  async #land(): Promise<void> {
    this.#outcomes.push(...await this.#inFlight[0]);
    this.#inFlight.shift();
  }

  /** A slot of the staged batches, zeroed. */
  #slotAt(slot: number): SlotArrays {
    const { rows, steps, loss } = this.#plan;
    const { inputs, targets, weights } = this.#staged;
    const part = (array: Float32Array, length: number, from = 0) =>
      array.subarray(from + slot * length, from + (slot + 1) * length).fill(0);
    const cells = rows * steps;
    const { activityAt } = weightPlanes(this.#shape(1), loss);
    return {
      inputs: part(inputs, inputs.length / this.#slots),
      targets: part(targets, targets.length / this.#slots),
      weights: part(weights, cells * (loss.groups ?? 1)),
      activity: activityAt > 0 ? part(weights, cells, activityAt) : new Float32Array(0),
    };
  }
}

/** Tensors that no network of the sweep trains. */
function frozenRanges(
  tensors: readonly number[],
  models: readonly SweepModel[],
): readonly (readonly [number, number])[] {
  let at = 0;
  return tensors.flatMap((length, tensor) => {
    const range = [at, at += length] as const;
    return models.some(({ trainable }) => trainable[tensor]) ? [] : [range];
  });
}
