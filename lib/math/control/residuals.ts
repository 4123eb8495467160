// How well each eigenvalue of a controlled model describes the data: residual DMD with the inputs' part taken from the next
// states first. Leaves out the residuals themselves (../dmd/residuals.ts).

import { type SpectrumResiduals, spectrumResiduals } from "../dmd/residuals.ts";
import { multiplyTransposeB } from "../linalg/matmul.ts";

/** Pairs of states (rows × n) with the inputs (rows × m) between them, and the model they are judged by. */
export interface ControlledPairs {
  readonly present: Float64Array;
  readonly inputs: Float64Array;
  readonly next: Float64Array;
  readonly numPairs: number;
  /** A, n×n, and B, n×m. */
  readonly state: Float64Array;
  readonly input: Float64Array;
  readonly order: number;
  readonly numInputs: number;
}

/**
 * Residuals ‖(Y − UBᵀ − λX) g‖² / ‖X g‖² of the eigenpairs (λ, g), Aᵀg = λg, on pairs of rows X, U and Y.
 *
 * @throws {RangeError} if a length does not fit, there is no pair, or an entry of A is not finite.
 *
 * @example
 * ```ts
 * import { controlledResiduals } from "#lib/math/control/residuals.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { residuals } = controlledResiduals({
 *   present: Float64Array.of(1, 2), inputs: Float64Array.of(1, 0), next: Float64Array.of(3.5, 1),
 *   numPairs: 2, state: Float64Array.of(0.5), input: Float64Array.of(3), order: 1, numInputs: 1,
 * });
 * assertEquals(residuals[0], 0);
 * ```
 */
export function controlledResiduals(pairs: ControlledPairs): SpectrumResiduals {
  const { present, inputs, next, numPairs, state, input, order: n, numInputs: m } = pairs;
  const driven = multiplyTransposeB(inputs, input, numPairs, m, n);
  const free = next.map((value, i) => value - driven[i]);
  return spectrumResiduals({ x: present, y: free, numPairs }, state, n);
}
