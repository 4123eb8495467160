// A driven linear recursion in discrete time, x[t + 1] = A x[t] + B e[t]: the systems on which fits of linear dynamics
// are judged, because their operator is known. Leaves out where e comes from (tasks/linear_system.ts).

/** The system and its sizes; matrices row-major. */
export interface LinearSystem {
  /** A, numUnits × numUnits. */
  readonly state: Float64Array;
  /** B, numUnits × numInputs. */
  readonly input: Float64Array;
  readonly numUnits: number;
  readonly numInputs: number;
}

/**
 * States x[0] … x[T − 1] of one trial (T × units) from x[0] and drives e[0] … e[T − 2] (at least (T − 1) × inputs).
 * Every state is A x, summed over units in order, plus B e, summed over inputs in order: 2(n² + nm) operations a step.
 *
 * @throws {RangeError} if a length does not fit.
 *
 * @example
 * ```ts
 * import { linearRecursion } from "#lib/models/linear/linear_recursion.ts";
 * import { assertEquals } from "@std/assert";
 * const halving = { state: Float64Array.of(0.5), input: Float64Array.of(1), numUnits: 1, numInputs: 1 };
 * const states = linearRecursion(halving, Float64Array.of(4), Float64Array.of(0, 1), 3);
 * assertEquals(states, Float64Array.of(4, 2, 2));
 * ```
 */
export function linearRecursion(
  { state, input, numUnits: n, numInputs: m }: LinearSystem,
  initial: Float64Array,
  drive: Float64Array,
  numTime: number,
): Float64Array {
  if (state.length !== n * n || input.length !== n * m || initial.length !== n) {
    throw new RangeError(
      `linearRecursion: ${n} units and ${m} inputs need A of ${n * n}, B of ${
        n * m
      } and x₀ of ${n} numbers, ` +
        `but got ${state.length}, ${input.length} and ${initial.length}`,
    );
  }
  if (!Number.isInteger(numTime) || numTime < 1 || drive.length < (numTime - 1) * m) {
    throw new RangeError(
      `linearRecursion: ${numTime} time points need ${
        numTime - 1
      } × ${m} drives, got ${drive.length} numbers`,
    );
  }
  const out = new Float64Array(numTime * n);
  out.set(initial);
  for (let t = 0; t + 1 < numTime; t++) {
    for (let i = 0; i < n; i++) {
      let moved = 0, pushed = 0;
      for (let j = 0; j < n; j++) moved += state[i * n + j] * out[t * n + j];
      for (let k = 0; k < m; k++) pushed += input[i * m + k] * drive[t * m + k];
      out[(t + 1) * n + i] = moved + pushed;
    }
  }
  return out;
}
