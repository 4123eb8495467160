// Attractors: textbook dynamical systems with a known attracting set, one file each in `lib/models/attractors/`.

import type { z } from "zod";
import type { Member } from "./member.ts";
import type { ParamsSchema } from "./task.ts";

/** Writes the time derivative of `state` into `derivative`. Allocates nothing. */
export type VectorField = (state: Float64Array, derivative: Float64Array) => void;

/** Writes the Jacobian (row = target, column = source) of the vector field at `state` into `jacobian`. */
export type JacobianField = (state: Float64Array, jacobian: Float64Array) => void;

/** The vector field for engines, in f32: a WGSL fragment and a wasm module, both beside the attractor's file. */
export interface EngineField<P> {
  /** Path of the fragment, for messages. */
  readonly path: string;
  /** Text of the fragment; see gpu/ode_ensemble.wgsl or gpu/ode_network.wgsl for what it must define. */
  readonly wgsl: string;
  /** Bytes of the wasm module; see lib/wasm/assembly/ode for what it must export. */
  readonly wasm: Uint8Array;
  /**
   * Which units know of each other, and so how the work is shared out: all three (`triples`), two and two (`pairs`), or
   * any number through sums over all of them (`sums`).
   */
  readonly coupling: "triples" | "pairs" | "sums";
  /** The params as a row of numbers, as fragment and module read them. */
  constants(params: P): readonly number[];
  /** The params back from a row that may be longer: for twins, which see rows alone. */
  params(constants: Iterable<number>, numUnits: number): P;
}

/** A dynamical system dx/dt = f(x) and what is known about it. */
export interface Attractor<P extends ParamsSchema = ParamsSchema> extends Member {
  readonly params: P;
  /** What the trajectories settle on for the default params, and that set's dimension. The suite measures it. */
  readonly attractor: {
    readonly kind: "fixed_point" | "limit_cycle" | "line" | "ring" | "chaos";
    readonly dimension: number;
  };
  /** Number of state variables. */
  dimension(params: z.output<P>): number;
  /** Names of the state variables, for axes of figures. */
  unitNames(params: z.output<P>): readonly string[];
  /** Box from which initial states are drawn uniformly: [low, high] per state variable. */
  initialBox(params: z.output<P>): readonly (readonly [number, number])[];
  vectorField(params: z.output<P>): VectorField;
  jacobian?(params: z.output<P>): JacobianField;
  /** Absent: the system can be simulated in f64 alone. */
  readonly engine?: EngineField<z.output<P>>;
  /** Paper or textbook. */
  readonly reference: string;
}

/**
 * Defines an attractor; inference only.
 *
 * @example
 * ```ts
 * import { defineAttractor } from "#lib/core/attractor.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const decay = defineAttractor({
 *   name: "decay", summary: "Exponential decay.", reference: "any textbook",
 *   params: z.strictObject({ rate: z.number().default(1) }),
 *   attractor: { kind: "fixed_point", dimension: 0 },
 *   dimension: () => 1,
 *   unitNames: () => ["x"],
 *   initialBox: () => [[-1, 1]],
 *   vectorField: ({ rate }) => (x, dx) => void (dx[0] = -rate * x[0]),
 * });
 * const dx = new Float64Array(1);
 * decay.vectorField({ rate: 2 })(Float64Array.of(3), dx);
 * assertEquals(dx[0], -6);
 * ```
 */
export function defineAttractor<P extends ParamsSchema>(attractor: Attractor<P>): Attractor<P> {
  return attractor;
}
