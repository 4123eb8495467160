// Driven linear systems as values: bringing them to one size, and an order of two that depends on their content alone.

import type { DrivenSystem } from "./controllability.ts";

/**
 * The system among `numStates` states and `numInputs` inputs: further states are 0 and stay 0, further inputs do nothing.
 *
 * @throws {RangeError} if it has more states or inputs than that.
 *
 * @example
 * ```ts
 * import { paddedSystem } from "#lib/math/control/driven_system.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const one = { state: Float64Array.of(5), input: Float64Array.of(7), numStates: 1, numInputs: 1 };
 * assertEquals(paddedSystem(one, 2, 1).state, Float64Array.of(5, 0, 0, 0));
 * ```
 */
export function paddedSystem(
  system: DrivenSystem,
  numStates: number,
  numInputs: number,
): DrivenSystem {
  const { numStates: n, numInputs: m } = system;
  if (numStates < n || numInputs < m) {
    throw new RangeError(
      `paddedSystem: ${n} states and ${m} inputs do not fit into ${numStates} and ${numInputs}`,
    );
  }
  const state = new Float64Array(numStates * numStates);
  const input = new Float64Array(numStates * numInputs);
  for (let i = 0; i < n; i++) {
    state.set(system.state.subarray(i * n, (i + 1) * n), i * numStates);
    input.set(system.input.subarray(i * m, (i + 1) * m), i * numInputs);
  }
  return { state, input, numStates, numInputs };
}

/**
 * Whether `a` comes before `b`, or they are equal: by the first entry that differs, of B and then of A.
 *
 * @example
 * ```ts
 * import { systemComesFirst } from "#lib/math/control/driven_system.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const of = (b: number) => ({ state: Float64Array.of(1), input: Float64Array.of(b), numStates: 1, numInputs: 1 });
 * assertEquals([systemComesFirst(of(1), of(2)), systemComesFirst(of(2), of(1))], [true, false]);
 * ```
 */
export function systemComesFirst(a: DrivenSystem, b: DrivenSystem): boolean {
  for (const part of ["input", "state"] as const) {
    const [x, y] = [a[part], b[part]];
    for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return x[i] < y[i];
  }
  return true;
}
