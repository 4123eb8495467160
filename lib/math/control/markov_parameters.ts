// Impulse responses of a linear system with inputs: the same in every basis of its states.

import { multiply } from "../linalg/matmul.ts";

/** A, B and C of x(t + 1) = A x + B u, y = C x: n states, m inputs, N units. */
export interface LinearSystem {
  readonly state: Float64Array;
  readonly input: Float64Array;
  readonly output: Float64Array;
  readonly order: number;
  readonly numInputs: number;
  readonly numUnits: number;
}

/**
 * The Markov parameters CB, CAB, …, CA^(count − 1)B, one N×m block after the other: what an impulse of each input does
 * to each unit 1, 2, … steps later.
 *
 * @throws {RangeError} if a length does not fit.
 *
 * @example
 * ```ts
 * import { markovParameters } from "#lib/math/control/markov_parameters.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const one = { order: 1, numInputs: 1, numUnits: 1 };
 * const system = { state: Float64Array.of(0.5), input: Float64Array.of(4), output: Float64Array.of(1), ...one };
 * assertEquals(markovParameters(system, 3), Float64Array.of(4, 2, 1));
 * ```
 */
export function markovParameters(system: LinearSystem, count: number): Float64Array {
  const { state, output, order: n, numInputs: m, numUnits } = system;
  const out = new Float64Array(count * numUnits * m);
  let reached = system.input;
  for (let k = 0; k < count; k++) {
    out.set(multiply(output, reached, numUnits, n, m), k * numUnits * m);
    reached = multiply(state, reached, n, n, m);
  }
  return out;
}
