// Attractors: textbook dynamical systems with a known attracting set, one file each in `lib/models/attractors/`.

import type { z } from "zod";
import type { Member } from "./member.ts";
import type { ParamsSchema } from "./task.ts";

/** Writes the time derivative of `state` into `derivative`. Allocates nothing. */
export type VectorField = (state: Float64Array, derivative: Float64Array) => void;

/** Writes the Jacobian (row = target, column = source) of the vector field at `state` into `jacobian`. */
export type JacobianField = (state: Float64Array, jacobian: Float64Array) => void;

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
