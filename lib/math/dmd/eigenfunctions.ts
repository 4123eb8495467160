// Eigenfunctions of an operator read off trajectories: coordinates in which every moment advances by its eigenvalue alone.
// Budišić, Mohr & Mezić 2012 (applied Koopmanism).

import { eigenpairs } from "../linalg/eigen.ts";
import { solve } from "../linalg/lu.ts";
import { transpose } from "../linalg/transpose.ts";
import type { TrialSet } from "./delay_embedding.ts";
import { type DelayModel, encodeTrials } from "./delay_model.ts";

/** Values φ of each eigenfunction at each embedded row, numRows×rank; row 0 of a trial is its sample (d − 1)τ. */
export interface Eigenfunctions {
  /** Eigenvalues by eigenfunction. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly valuesRe: Float64Array;
  readonly valuesIm: Float64Array;
  readonly rowsPerTrial: readonly number[];
}

/**
 * φ = W⁻¹z with A W = W Λ, so that φ_j(t + s) ≈ λ_j φ_j(t); columns of W have norm 1. Solved in real arithmetic: a pair of
 * conjugate eigenvectors spans the same plane as its real and imaginary part. 2MFr + 4Mr² operations.
 *
 * @throws {RangeError} as `encodeTrials`, or if the eigenvectors are dependent (a defective operator).
 *
 * @example
 * ```ts
 * import { plainModel } from "#lib/math/dmd/delay_model.ts";
 * import { eigenfunctions } from "#lib/math/dmd/eigenfunctions.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(4, 2), numTrials: 1, numTime: 2, numUnits: 1 };
 * const { re, valuesRe } = eigenfunctions(trials, plainModel(Float64Array.of(0.5), { numDelays: 1 }, 1, 1));
 * assertEquals([re[0], ...valuesRe], [0.5, 4, 2]);
 * ```
 */
export function eigenfunctions(trials: TrialSet, model: DelayModel): Eigenfunctions {
  const { operator, numComponents: rank } = model;
  const { codes, rowsPerTrial } = encodeTrials(trials, model);
  const numRows = codes.length / rank;
  const { re, im, vectorsRe, vectorsIm } = eigenpairs(operator, rank);
  const partner = conjugates(im);
  const basis = new Float64Array(rank * rank);
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < rank; j++) {
      const p = i * rank + j;
      basis[p] = im[j] < 0 ? vectorsIm[i * rank + partner[j]] : vectorsRe[p];
    }
  }
  // z = Σ 2 Re φ Re w − 2 Im φ Im w over pairs, + Σ φ w over real eigenvalues.
  const weights = solve(basis, rank, transpose(codes, numRows, rank), numRows);
  const valuesRe = new Float64Array(numRows * rank);
  const valuesIm = new Float64Array(numRows * rank);
  for (let j = 0; j < rank; j++) {
    const other = partner[j];
    for (let row = 0; row < numRows; row++) {
      const to = row * rank + j;
      const mine = weights[j * numRows + row], its = weights[other * numRows + row];
      valuesRe[to] = im[j] === 0 ? mine : (im[j] > 0 ? mine : its) / 2;
      if (im[j] !== 0) valuesIm[to] = im[j] > 0 ? -its / 2 : mine / 2;
    }
  }
  return { re, im, valuesRe, valuesIm, rowsPerTrial };
}

// Index of the conjugate of each eigenvalue, its own for real ones. Where values are equal, pairs keep their order.
function conjugates(im: Float64Array): Int32Array {
  const partner = new Int32Array(im.length).map((_, j) => j);
  const open: number[] = [];
  for (let j = 0; j < im.length; j++) {
    if (im[j] > 0) open.push(j);
    else if (im[j] < 0) {
      const at = open.findIndex((i) => im[i] === -im[j]);
      const [i] = open.splice(at, 1);
      partner[i] = j;
      partner[j] = i;
    }
  }
  return partner;
}
