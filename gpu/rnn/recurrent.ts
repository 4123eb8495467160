// The program of vanilla and leaky recurrent networks: forward, backward, gradients of W_in, W_rec, b_rec and, where they
// are trained, of time constants. Constants that it reads (`NetworkModel.constants` and offsets):
//
//   activation   number of φ (lib/math/networks/activation.ts)
//   form         0 outside h' = keep·h + gain·φ(p), 1 inside h' = φ(keep·h + gain·p), 2 current h' = keep·h + gain·p with
//                φ(h) as what others see; p = W_in x + W_rec h + b_rec
//   leak         0: `keep`, `gain` for all units; with a tensor tau_ms 1: keep = e^(−dt/τ), gain = 1 − keep, or
//                2: gain = dt / max(τ, dt), keep = 1 − gain
//   keep, gain   0.8, 0.2
//   dt_ms        per step
//   noise        what the standard normal numbers of `SweepBuffers.noise` are multiplied by before they are added to p
//   at_W_in, at_W_rec, at_b_rec, at_tau_ms   where tensors begin in a model's parameters; at_tau_ms only with leak > 0
//
// `input_noise` is for whoever fills `inputs`. Leaves out the readout.

import type { Engine } from "#lib/core/engine.ts";
import recurrentBackward from "../recurrent_backward.ts";
import recurrentForward from "../recurrent_forward.ts";
import { sumOuter } from "./outer.ts";
import { packPanels, panelNumbers } from "./panels.ts";
import type { NetworkProgram, ProgramConstants, SweepShape } from "./program.ts";
import { mostShaderUnits, packedNumbers } from "./row_blocks.ts";
import { ScratchBuffers } from "./scratch.ts";
import { stepChunks } from "./step_chunks.ts";

/**
 * Makes the program; it keeps panels of weights on the engine until it is disposed of.
 *
 * @example
 * ```ts
 * import { recurrentProgram } from "#gpu/rnn/recurrent.ts";
 * import { assertEquals } from "@std/assert";
 * using program = recurrentProgram();
 * const shape = { models: 1, rows: 1, steps: 1, inputs: 1, units: 8, outputs: 1, parameters: 88, slots: 1 };
 * assertEquals(program.workPerStep(shape, { form: 0, leak: 0 }), 8);
 * ```
 */
export function recurrentProgram(): NetworkProgram {
  const scratch = new ScratchBuffers();
  return {
    workPerStep: (shape, constants) => workOf(shape.units, constants).stride,

    forward(engine, shape, buffers, constants) {
      checkUnits(engine, shape);
      const { models, inputs, units } = shape;
      const numbers = panelNumbers(units, units) + panelNumbers(units, inputs);
      const panels = scratch.of(engine, "forward", models * numbers);
      packPanels(engine, shape, { parameters: buffers.parameters, panels }, [
        { at: constants.at_W_rec, rows: units, columns: units },
        { at: constants.at_W_in, rows: units, columns: inputs },
      ]);
      const { rates_at, stride } = workOf(units, constants);
      for (const { first, end } of stepChunks(engine, shape, units + inputs)) {
        engine.dispatch(recurrentForward, {
          slots: buffers.slots,
          parameters: buffers.parameters,
          panels,
          inputs: buffers.inputs,
          noise: buffers.noise,
          states: buffers.states,
          work: buffers.work,
          scratch: scratch.of(engine, "rows", scratchOf(engine, shape)),
        }, {
          ...cellOf(shape, constants),
          num_inputs: inputs,
          first_step: first,
          end_step: end,
          at_b_rec: constants.at_b_rec,
          noise_gain: constants.noise ?? 0,
          work_stride: stride,
          rates_at,
        });
      }
    },

    backward(engine, shape, buffers, constants) {
      checkUnits(engine, shape);
      const { models, inputs, units, steps } = shape;
      const panels = scratch.of(engine, "backward", models * panelNumbers(units, units));
      packPanels(engine, shape, { parameters: buffers.parameters, panels }, [
        { at: constants.at_W_rec, rows: units, columns: units, transposed: true },
      ]);
      const { rates_at, terms_at, stride } = workOf(units, constants);
      for (const { first, end } of stepChunks(engine, shape, units).toReversed()) {
        engine.dispatch(recurrentBackward, {
          slots: buffers.slots,
          parameters: buffers.parameters,
          panels,
          states: buffers.states,
          work: buffers.work,
          state_gradients: buffers.stateGradients,
          carry: buffers.initialGradients,
          scratch: scratch.of(engine, "rows", scratchOf(engine, shape)),
        }, {
          ...cellOf(shape, constants),
          first_step: first,
          end_step: end,
          work_stride: stride,
          rates_at,
          terms_at,
        });
      }
      const { slots, work, states, gradients: result } = buffers;
      const left = { buffer: work, num: units, stride };
      const sources = rates_at > 0
        ? { buffer: work, num: units, stride, at: rates_at }
        : { buffer: states, num: units, steps: steps + 1 };
      const channels = { buffer: buffers.inputs, num: inputs, bySlot: true };
      const sum = (right: typeof sources | typeof channels | undefined, at: number, from = left) =>
        sumOuter(
          engine,
          shape,
          { slots, left: from, ...(right && { right }), result, at },
          scratch,
        );
      sum(sources, constants.at_W_rec);
      if (inputs > 0) sum(channels, constants.at_W_in);
      sum(undefined, constants.at_b_rec);
      if (terms_at > 0) {
        sumOuter(engine, shape, {
          slots,
          left: { ...left, at: terms_at },
          result,
          at: constants.at_tau_ms,
        });
      }
    },

    [Symbol.dispose]: () => scratch[Symbol.dispose](),
  };
}

function checkUnits({ name }: Engine, { units }: SweepShape): void {
  if (name !== "webgpu" || units <= mostShaderUnits) return;
  throw new RangeError(
    `a recurrent network of ${units} units on webgpu; its shaders have room for ${mostShaderUnits} at most`,
  );
}

/** Room for the rows of each part, packed, which only wasm uses. */
function scratchOf({ name }: Engine, { models, rows, units, inputs }: SweepShape): number {
  return name === "wasm" ? models * packedNumbers(rows, units + inputs) : 1;
}

/** What a unit leaves per step: φ(p) or p, later dp; φ(h) where that is what others see; terms of dL/dτ. */
function workOf(
  units: number,
  { form, leak }: ProgramConstants,
): { readonly stride: number; readonly rates_at: number; readonly terms_at: number } {
  const rates_at = form === 2 ? units : 0;
  const terms_at = (leak ?? 0) > 0 ? units + rates_at : 0;
  return { stride: Math.max(units, rates_at + units, terms_at + units), rates_at, terms_at };
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
    form: constants.form,
    leak: constants.leak ?? 0,
    keep: constants.keep,
    gain: constants.gain,
    dt_ms: constants.dt_ms ?? 1,
  };
}
