// What networks answer and what that costs: logits = W_out h (+ b_out), losses, their gradients for the states, and, by
// `sumOuter`, for W_out and b_out. Constants that it reads: `at_W_out`, and `at_b_out` where there is a bias.
// Leaves out the networks themselves (recurrent.ts, gated.ts), and which steps weigh how much (lib/training).

import type { Engine, EngineBuffer } from "#lib/core/engine.ts";
import readoutLoss, { LossKind, readoutBlock, ReadoutMode } from "../readout_loss.ts";
import { sumOuter } from "./outer.ts";
import type { ProgramConstants, SweepBuffers, SweepShape } from "./program.ts";
import { ScratchBuffers } from "./scratch.ts";

/** What a loss is made of. */
export interface ReadoutLoss {
  /** Cross-entropy of classes in nats, or the squared error, as the mean over the outputs. */
  readonly kind: "cross_entropy" | "squared_error";
  /** Heads, each with a share of the outputs, a target and a weight of its own; 1 if absent. */
  readonly groups?: number;
  /** Whether `weights` says where answers are counted. */
  readonly scored?: boolean;
  /**
   * Coefficients of penalties on activity, of the mean over units of |h| and h². How much each step counts stands in
   * `weights`, whatever its part of the loss.
   */
  readonly activity?: { readonly l1: number; readonly l2: number };
}

/** What logits are made of. */
export interface LogitBuffers {
  readonly slots: EngineBuffer;
  readonly parameters: EngineBuffer;
  readonly states: EngineBuffer;
  /** model × row × step × output: logits; after `gradients`, dL/dlogits. */
  readonly outputs: EngineBuffer;
}

/** What losses are made of. */
export interface LossBuffers extends LogitBuffers {
  /** slot × row × step × group: classes, as numbers; or slot × row × step × output: values. */
  readonly targets: EngineBuffer;
  /** Planes behind one another, see {@link weightPlanes}. */
  readonly weights: EngineBuffer;
  /** ring × model × row × 4: loss, penalty on activity (not in the loss), number of right answers, number of answers. */
  readonly records: EngineBuffer;
}

/** Where the planes of `weights` begin, and how long it is. */
export interface WeightPlanes {
  /** slot × row × step × group: how much the step counts; the loss is the sum over rows and steps. 0 for padding. */
  readonly lossAt: 0;
  /** Of the same shape: not 0 where an answer is counted. 0 if there is no such plane. */
  readonly scoredAt: number;
  /** slot × row × step: how much the step counts in penalties on activity. 0 if there is no such plane. */
  readonly activityAt: number;
  readonly length: number;
}

/**
 * The planes of `weights`.
 *
 * @example
 * ```ts
 * import { weightPlanes } from "#gpu/rnn/readout.ts";
 * import { assertEquals } from "@std/assert";
 * const planes = weightPlanes({ slots: 1, rows: 2, steps: 5 }, { kind: "cross_entropy", scored: true });
 * assertEquals(planes, { lossAt: 0, scoredAt: 10, activityAt: 0, length: 20 });
 * ```
 */
export function weightPlanes(
  { slots, rows, steps }: Pick<SweepShape, "slots" | "rows" | "steps">,
  { groups = 1, scored = false, activity }: ReadoutLoss,
): WeightPlanes {
  const plane = slots * rows * steps;
  const scoredAt = scored ? plane * groups : 0;
  const used = plane * groups * (scored ? 2 : 1);
  const activityAt = activity === undefined ? 0 : used;
  return { lossAt: 0, scoredAt, activityAt, length: used + (activity === undefined ? 0 : plane) };
}

/** A readout on engines. Steps beyond a model's own are neither read nor written. */
export interface ReadoutProgram {
  /** Puts the logits in line. */
  logits(
    engine: Engine,
    shape: SweepShape,
    buffers: LogitBuffers,
    constants: ProgramConstants,
  ): void;
  /** Puts logits and records in line; `record` is the place in the ring. */
  losses(
    engine: Engine,
    shape: SweepShape,
    buffers: LossBuffers,
    constants: ProgramConstants,
    loss: ReadoutLoss,
    record: number,
  ): void;
  /** Puts records, dL/dlogits, dL/dstate and the gradients of W_out and b_out in line. */
  gradients(
    engine: Engine,
    shape: SweepShape,
    buffers: LossBuffers & Pick<SweepBuffers, "gradients" | "stateGradients">,
    constants: ProgramConstants,
    loss: ReadoutLoss,
    record: number,
  ): void;
  /** Gives back what the program keeps on the engine between calls. */
  [Symbol.dispose](): void;
}

/**
 * Makes the readout.
 *
 * @example
 * ```ts
 * import { readoutProgram } from "#gpu/rnn/readout.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import { assertEquals } from "@std/assert";
 * await using engine = new RefEngine();
 * using readout = readoutProgram();
 * const shape = { models: 1, rows: 1, steps: 1, inputs: 1, units: 2, outputs: 1, parameters: 2, slots: 1 };
 * const [slots, parameters] = [engine.upload(Uint32Array.of(0, 1)), engine.upload(Float32Array.of(3, 5))];
 * const [states, outputs] = [engine.upload(Float32Array.of(0, 0, 1, 2)), engine.allocate(1)];
 * readout.logits(engine, shape, { slots, parameters, states, outputs }, { at_W_out: 0 });
 * assertEquals([...await engine.download(outputs)], [13]);
 * ```
 */
export function readoutProgram(): ReadoutProgram {
  const scratch = new ScratchBuffers();
  type Given = LogitBuffers & Partial<LossBuffers & Pick<SweepBuffers, "stateGradients">>;
  const dispatch = (
    engine: Engine,
    shape: SweepShape,
    buffers: Given,
    constants: ProgramConstants,
    mode: keyof typeof ReadoutMode,
    loss: ReadoutLoss = { kind: "cross_entropy" },
    record = 0,
  ) => {
    const { scoredAt, activityAt } = weightPlanes(shape, loss);
    // Names of what a mode does not touch.
    const unused = (name: string) => scratch.of(engine, name, 1);
    for (const { from, to } of blocksOf(engine, shape, loss)) {
      engine.dispatch(readoutLoss, {
        slots: buffers.slots,
        parameters: buffers.parameters,
        states: buffers.states,
        targets: buffers.targets ?? unused("targets"),
        weights: buffers.weights ?? unused("weights"),
        outputs: buffers.outputs,
        state_gradients: buffers.stateGradients ?? unused("state gradients"),
        records: buffers.records ?? unused("records"),
      }, {
        num_models: shape.models,
        num_rows: shape.rows,
        num_steps: shape.steps,
        num_units: shape.units,
        num_outputs: shape.outputs,
        num_parameters: shape.parameters,
        groups: loss.groups ?? 1,
        first_step: from,
        end_step: to,
        weight_at: constants.at_W_out,
        bias_at: constants.at_b_out ?? 0,
        has_bias: constants.at_b_out === undefined ? 0 : 1,
        mode: ReadoutMode[mode],
        kind: loss.kind === "cross_entropy" ? LossKind.crossEntropy : LossKind.squaredError,
        record,
        scored_at: scoredAt,
        activity_at: activityAt,
        activity_l1: loss.activity?.l1 ?? 0,
        activity_l2: loss.activity?.l2 ?? 0,
      });
    }
  };
  return {
    logits: (engine, shape, { slots, parameters, states, outputs }, constants) =>
      dispatch(engine, shape, { slots, parameters, states, outputs }, constants, "logits"),

    losses(engine, shape, buffers, constants, loss, record) {
      const { slots, parameters, states, outputs, targets, weights, records } = buffers;
      const given = { slots, parameters, states, outputs, targets, weights, records };
      dispatch(engine, shape, given, constants, "losses", loss, record);
    },

    gradients(engine, shape, buffers, constants, loss, record) {
      dispatch(engine, shape, buffers, constants, "gradients", loss, record);
      const { slots, outputs, states, gradients: result } = buffers;
      const left = { buffer: outputs, num: shape.outputs };
      const right = { buffer: states, num: shape.units, steps: shape.steps + 1, first: 1 };
      sumOuter(engine, shape, { slots, left, right, result, at: constants.at_W_out }, scratch);
      if (constants.at_b_out === undefined) return;
      sumOuter(engine, shape, { slots, left, result, at: constants.at_b_out }, scratch);
    },

    [Symbol.dispose]: () => scratch[Symbol.dispose](),
  };
}

/** Steps of each dispatch: whole blocks, as many as software adapters count turns of loops for. */
function blocksOf(
  { name }: Engine,
  { steps, units, outputs }: SweepShape,
  { groups = 1 }: ReadoutLoss,
): readonly { readonly from: number; readonly to: number }[] {
  // Turns of one thread for a block: logits of two units at a time, softmaxes, penalties, dL/dstate, sums.
  const [quads, heads] = [Math.ceil(units / 4), Math.ceil(outputs / 4)];
  const turns = heads * (Math.ceil(units / 2) + 1) + 5 * outputs + groups + units +
    quads * (outputs + 1) + 2 * readoutBlock;
  const blocks = name === "webgpu" ? Math.max(1, Math.floor(mostTurns / turns)) : Infinity;
  const span = Math.min(Math.max(1, steps), blocks * readoutBlock);
  const parts: { from: number; to: number }[] = [];
  for (let from = 0; from === 0 || from < steps; from += span) {
    parts.push({ from, to: Math.min(steps, from + span) });
  }
  return parts;
}

/** Less than the 65,535 turns after which Mesa's software adapters leave loops. */
const mostTurns = 60000;
