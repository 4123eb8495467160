// Network models: recurrent cells and scan models, one file each in `lib/models/networks/`. A model says which parameters
// a network has, how they start, and what one step does in double precision; how it runs on engines, forward and backward,
// is a program of `gpu/rnn`. Weight matrices have a row for each target and a column for each source.

import type { z } from "zod";
import type { Member } from "./member.ts";
import type { ParamsSchema } from "./task.ts";

/** The sizes of a network. */
export interface NetworkSizes {
  readonly inputs: number;
  readonly units: number;
  readonly outputs: number;
}

/** A parameter tensor of a network. */
export interface ParameterShape {
  /** PsychRNN's keys where they apply: `W_in`, `W_rec`, `b_rec`, `W_out`, `b_out`; then `tau_ms`, … */
  readonly name: string;
  /** Dims by name, target first: `["unit", "input"]`. */
  readonly dims: readonly string[];
  readonly shape: readonly number[];
  /** What an initialisation looks at: sources that reach one target. 7 for W_in of 7 inputs. */
  readonly fanIn: number;
  /** `input`, `recurrent` and `output` matrices, `bias`, or `other`, which the model fills by itself (`start`). */
  readonly role: "input" | "recurrent" | "output" | "bias" | "other";
  /** Values at the start, for `other`: all equal, or uniform on [low, high). */
  readonly start?: number | readonly [number, number];
}

/** Which program runs a model on engines. `recurrent` and `gated` step through time, `scan` goes batch-major over it. */
export type NetworkProgramName = "recurrent" | "gated" | "scan";

/** One network model. */
export interface NetworkModel<P extends ParamsSchema = ParamsSchema> extends Member {
  /** Own settings: activation, time constants, forms of the gate. `dt_ms` is not among them: the network's artifact has it. */
  readonly params: P;
  readonly reference: string;
  readonly program: NetworkProgramName;
  /** Parameters in the order in which they lie behind one another in engine memory and in files. */
  parameters(settings: z.output<P>, sizes: NetworkSizes): readonly ParameterShape[];
  /** What the program reads: integers and numbers by name; see `gpu/rnn`. `dtMs` per step. */
  constants(
    settings: z.output<P>,
    options: { readonly dtMs: number },
  ): Readonly<Record<string, number>>;
  /** Numbers of the state per step that can be compared and analysed: `units` for recurrent ones. */
  stateSize(settings: z.output<P>, sizes: NetworkSizes): number;
  /**
   * One step in f64, the meaning of the model: writes the next state. For fixed points, Jacobians and tests; absent where
   * a model cannot be stepped.
   */
  step?(
    settings: z.output<P>,
    parameters: Readonly<Record<string, Float64Array>>,
    sizes: NetworkSizes,
    options: { readonly dtMs: number },
  ): (input: Float64Array, state: Float64Array, next: Float64Array) => void;
}

/**
 * Defines a network model; inference only.
 *
 * @example
 * ```ts
 * import { defineNetworkModel } from "#lib/core/network_model.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const model = defineNetworkModel({
 *   name: "readout", summary: "No recurrence.", reference: "none", params: z.strictObject({}),
 *   program: "recurrent",
 *   parameters: (_, { units, outputs }) => [
 *     { name: "W_out", dims: ["output", "unit"], shape: [outputs, units], fanIn: units, role: "output" },
 *   ],
 *   constants: () => ({}),
 *   stateSize: (_, { units }) => units,
 * });
 * assertEquals(model.parameters({}, { inputs: 1, units: 2, outputs: 3 })[0].shape, [3, 2]);
 * ```
 */
export function defineNetworkModel<P extends ParamsSchema>(
  model: NetworkModel<P>,
): NetworkModel<P> {
  return model;
}
