// How well each eigenvalue of a controlled model describes the data: residual DMD (Colbrook & Townsend 2024, Comm. Pure
// Appl. Math. 77:221) with the inputs' part taken from the next states first. Leaves out cleaning of spectra.

import { eigenpairs } from "../linalg/eigen.ts";
import { multiply, multiplyTransposeB } from "../linalg/matmul.ts";
import { transpose } from "../linalg/transpose.ts";

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

/** Eigenvalues of A in descending order (real part, then imaginary) and their residuals. */
export interface ControlledResiduals {
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** ‖(Y − U Bᵀ − λX) g‖² / ‖X g‖²: squared, relative; `NaN` never, 0 where the data have no part along g. */
  readonly residuals: Float64Array;
}

/**
 * Residuals of the eigenpairs (λ, g), Aᵀ g = λ g, on pairs of rows X, U and Y.
 *
 * @throws {RangeError} if a length does not fit or an entry is not finite.
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
export function controlledResiduals(pairs: ControlledPairs): ControlledResiduals {
  const { present, inputs, next, numPairs: rows, state, input, order: n, numInputs: m } = pairs;
  const { re, im, vectorsRe, vectorsIm } = eigenpairs(transpose(state, n, n), n);
  const driven = multiplyTransposeB(inputs, input, rows, m, n);
  const free = next.map((value, i) => value - driven[i]);
  const onRe = [multiply(present, vectorsRe, rows, n, n), multiply(free, vectorsRe, rows, n, n)];
  const onIm = [multiply(present, vectorsIm, rows, n, n), multiply(free, vectorsIm, rows, n, n)];
  const errors = new Float64Array(n), sizes = new Float64Array(n);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let j = 0; j < n; j++, at++) {
      const [xr, xi] = [onRe[0][at], onIm[0][at]];
      const errorRe = onRe[1][at] - re[j] * xr + im[j] * xi;
      const errorIm = onIm[1][at] - re[j] * xi - im[j] * xr;
      errors[j] += errorRe * errorRe + errorIm * errorIm;
      sizes[j] += xr * xr + xi * xi;
    }
  }
  return { re, im, residuals: errors.map((error, j) => sizes[j] === 0 ? 0 : error / sizes[j]) };
}
