// The program of gated networks (leaky GRU): forward, backward, gradients of W_in, W_rec, b_rec and, where they are trained,
// of time constants. Rows of these tensors are gates × units, in the order r, u, n (gated_forward.ts has the equations).
// Constants that it reads (`NetworkModel.constants` and offsets):
//
//   activation   number of φ of the candidate (lib/math/networks/activation.ts)
//   reset_gate   0 live, 1 live_state_gated, 2 dead
//   leak, keep, gain, dt_ms   as the program `recurrent` has them (recurrent.ts)
//   noise        what the standard normal numbers of `SweepBuffers.noise` are multiplied by before they are added to what
//                goes into φ
//   at_W_in, at_W_rec, at_b_rec, at_tau_ms   where tensors begin in a model's parameters; at_tau_ms only with leak > 0
//
// Leaves out the readout.

import type { Engine } from "#lib/core/engine.ts";
import gatePanels, { panelLength } from "../gate_panels.ts";
import gatedBackward from "../gated_backward.ts";
import gatedForward from "../gated_forward.ts";
import { type OuterSide, sumOuter } from "./outer.ts";
import type { NetworkProgram, ProgramConstants, SweepShape } from "./program.ts";
import { mostShaderUnits, packedNumbers } from "./row_blocks.ts";
import { ScratchBuffers } from "./scratch.ts";
import { stepChunks } from "./step_chunks.ts";

/** Forms of the reset gate, by the number that kernels know. */
export const resetGates = ["live", "live_state_gated", "dead"] as const;

/**
 * Makes the program; it keeps panels of weights on the engine until it is disposed of.
 *
 * @example
 * ```ts
 * import { gatedProgram } from "#gpu/rnn/gated.ts";
 * import { assertEquals } from "@std/assert";
 * using program = gatedProgram();
 * const shape = { models: 1, rows: 1, steps: 1, inputs: 1, units: 8, outputs: 1, parameters: 248, slots: 1 };
 * assertEquals(program.workPerStep(shape, { reset_gate: 0 }), 32);
 * ```
 */
export function gatedProgram(): NetworkProgram {
  const scratch = new ScratchBuffers();
  return {
    workPerStep: ({ units }, constants) => strideOf(units, constants),

    forward(engine, shape, buffers, constants) {
      checkUnits(engine.name, shape.units);
      const { models, inputs, units } = shape;
      const ofStates = panelLength({ blocks: 3, columns: units, inner: units });
      const num_panels = ofStates + panelLength({ blocks: 3, columns: units, inner: inputs });
      const { parameters } = buffers;
      const panels = scratch.of(engine, "forward", models * num_panels);
      for (
        const [at, inner, to] of [
          [constants.at_W_rec, units, 0],
          [constants.at_W_in, inputs, ofStates],
        ]
      ) {
        engine.dispatch(gatePanels, { parameters, panels }, {
          num_models: models,
          num_parameters: shape.parameters,
          num_panels,
          at,
          to,
          blocks: 3,
          columns: units,
          inner,
          step_block: units * inner,
          step_column: inner,
          step_inner: 1,
        });
      }
      const depth = 2 * units + inputs;
      for (const { first, end } of stepChunks(engine, shape, depth, 420)) {
        engine.dispatch(gatedForward, {
          slots: buffers.slots,
          parameters,
          panels,
          inputs: buffers.inputs,
          noise: buffers.noise,
          states: buffers.states,
          work: buffers.work,
          scratch: scratch.of(engine, "rows", scratchOf(engine, shape, units + inputs)),
        }, {
          ...cellOf(shape, constants),
          num_inputs: inputs,
          first_step: first,
          end_step: end,
          at_b_rec: constants.at_b_rec,
          noise_gain: constants.noise ?? 0,
        });
      }
    },

    backward(engine, shape, buffers, constants) {
      checkUnits(engine.name, shape.units);
      const { models, units } = shape;
      const num_panels = panelLength({ blocks: 1, columns: units, inner: 3 * units });
      const { parameters } = buffers;
      const panels = scratch.of(engine, "backward", models * num_panels);
      engine.dispatch(gatePanels, { parameters, panels }, {
        num_models: models,
        num_parameters: shape.parameters,
        num_panels,
        at: constants.at_W_rec,
        to: 0,
        blocks: 1,
        columns: units,
        inner: 3 * units,
        step_block: 0,
        step_column: 1,
        step_inner: units,
      });
      for (const { first, end } of stepChunks(engine, shape, 3 * units, 720).toReversed()) {
        engine.dispatch(gatedBackward, {
          slots: buffers.slots,
          parameters,
          panels,
          states: buffers.states,
          work: buffers.work,
          state_gradients: buffers.stateGradients,
          carry: buffers.initialGradients,
          scratch: scratch.of(engine, "rows", scratchOf(engine, shape, 3 * units)),
        }, { ...cellOf(shape, constants), first_step: first, end_step: end });
      }
      sumGradients(engine, shape, buffers, constants, scratch);
    },

    [Symbol.dispose]: () => scratch[Symbol.dispose](),
  };
}

/** Gradients of weights, from those of what goes into the gates. */
function sumGradients(
  engine: Parameters<NetworkProgram["backward"]>[0],
  shape: SweepShape,
  { slots, work, states, inputs, gradients }: Parameters<NetworkProgram["backward"]>[2],
  constants: ProgramConstants,
  scratch: ScratchBuffers,
): void {
  const { units, steps } = shape;
  const { reset_gate, at_W_in, at_W_rec, at_b_rec } = constants;
  const stride = strideOf(units, constants);
  const ofWork = (first: number, num: number): OuterSide => ({
    buffer: work,
    num: num * units,
    stride,
    at: first * units,
  });
  const sum = (at: number, left: OuterSide, right?: OuterSide) =>
    sumOuter(
      engine,
      shape,
      { slots, left, ...(right && { right }), result: gradients, at },
      scratch,
    );
  const gates = ofWork(0, 3);
  sum(at_b_rec, gates);
  if (shape.inputs > 0) sum(at_W_in, gates, { buffer: inputs, num: shape.inputs, bySlot: true });
  const before: OuterSide = { buffer: states, num: units, steps: steps + 1 };
  if (reset_gate === 2) {
    sum(at_W_rec, gates, before);
  } else {
    sum(at_W_rec, ofWork(0, 2), before);
    // What the candidate hears of the state goes through the reset gate, before the product or after it.
    const isBefore = reset_gate === 1;
    const candidate = at_W_rec + 2 * units * units;
    sum(candidate, ofWork(isBefore ? 2 : 3, 1), isBefore ? ofWork(3, 1) : before);
  }
  if ((constants.leak ?? 0) > 0) sum(constants.at_tau_ms, ofWork(4, 1));
}

/** Gates, what the candidate hears of the state, and terms of dL/dτ. */
function strideOf(units: number, { leak }: ProgramConstants): number {
  const used = units * ((leak ?? 0) > 0 ? 5 : 4);
  // Steps at distances of powers of two would compete for the same lines of a cache.
  return used % 128 === 0 ? used + 16 : used;
}

/** Room for the rows of each part, packed, which only wasm uses. */
function scratchOf({ name }: Engine, { models, rows }: SweepShape, depth: number): number {
  return name === "wasm" ? models * packedNumbers(rows, depth) : 1;
}

/** Uniforms that both directions have. */
function cellOf(shape: SweepShape, constants: ProgramConstants) {
  return {
    num_models: shape.models,
    num_rows: shape.rows,
    num_steps: shape.steps,
    num_units: shape.units,
    num_parameters: shape.parameters,
    at_tau_ms: constants.at_tau_ms ?? 0,
    activation: constants.activation,
    reset_gate: constants.reset_gate,
    leak: constants.leak ?? 0,
    keep: constants.keep,
    gain: constants.gain,
    dt_ms: constants.dt_ms ?? 1,
    work_stride: strideOf(shape.units, constants),
  };
}

function checkUnits(engine: string, units: number): void {
  if (engine !== "webgpu" || units <= mostShaderUnits) return;
  throw new RangeError(
    `a gated network of ${units} units on webgpu; its shaders have room for ${mostShaderUnits} at most`,
  );
}
