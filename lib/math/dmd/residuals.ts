// Residual DMD: how far each eigenpair of an operator is from being one of the data's own, so that eigenvalues that only the
// fit made can be told from those that are there. Colbrook, Ayton & Szőke 2023 (residual dynamic mode decomposition).
// From differences of the projected rows rather than their second moments, which would lose half of the digits.
// n pairs of rows, r components: 8nr² operations, in blocks of rows.

import { eigenpairs } from "../linalg/eigen.ts";
import { multiply } from "../linalg/matmul.ts";
import { requireShape } from "../linalg/require_shape.ts";
import { transpose } from "../linalg/transpose.ts";
import type { TrialSet } from "./delay_embedding.ts";
import { type DelayModel, encodeTrials } from "./delay_model.ts";

/** Rows x and what followed each, y, both numPairs×rank: y ≈ x Aᵀ. */
export interface PairedRows {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly numPairs: number;
}

/** Eigenvalues λ with their residuals. */
export interface SpectrumResiduals {
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** ‖(Y − λX)g‖² / ‖Xg‖² with Aᵀg = λg: a squared relative residual. */
  readonly residuals: Float64Array;
  /** The residual over that of the same g with λ = 1, as if it stood still. */
  readonly normalized: Float64Array;
}

/** Rows that are projected at a time. */
const blockRows = 4096;

/**
 * Residuals of the eigenpairs of A (rank×rank) on pairs of rows: of the data that were fitted or, better, of others. With known
 * inputs u and y ≈ Ax + Bu, hand over Y − UBᵀ as `y`.
 *
 * @throws {RangeError} if a length does not fit, there is no pair, or an entry of A is not finite.
 *
 * @example
 * ```ts
 * import { spectrumResiduals } from "#lib/math/dmd/residuals.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const pairs = { x: Float64Array.of(1, 2), y: Float64Array.of(2, 4), numPairs: 2 };
 * assertEquals(spectrumResiduals(pairs, Float64Array.of(2), 1).residuals, Float64Array.of(0));
 * assertEquals(spectrumResiduals(pairs, Float64Array.of(3), 1).residuals, Float64Array.of(1));
 * ```
 */
export function spectrumResiduals(
  { x, y, numPairs }: PairedRows,
  operator: Float64Array,
  rank: number,
): SpectrumResiduals {
  requireShape("spectrumResiduals", "operator", operator, rank, rank);
  requireShape("spectrumResiduals", "x", x, numPairs, rank);
  requireShape("spectrumResiduals", "y", y, numPairs, rank);
  if (numPairs < 1) throw new RangeError("residuals: there is no pair of rows to measure them on");
  const { re, im, vectorsRe, vectorsIm } = eigenpairs(transpose(operator, rank, rank), rank);
  const own = new Float64Array(rank);
  const still = new Float64Array(rank);
  const size = new Float64Array(rank);
  for (let from = 0; from < numPairs; from += blockRows) {
    const rows = Math.min(blockRows, numPairs - from);
    const project = (a: Float64Array, vectors: Float64Array) =>
      multiply(a.subarray(from * rank, (from + rows) * rank), vectors, rows, rank, rank);
    const xr = project(x, vectorsRe), xi = project(x, vectorsIm);
    const yr = project(y, vectorsRe), yi = project(y, vectorsIm);
    for (let p = 0; p < xr.length; p++) {
      const j = p % rank;
      const er = yr[p] - re[j] * xr[p] + im[j] * xi[p];
      const ei = yi[p] - re[j] * xi[p] - im[j] * xr[p];
      const dr = yr[p] - xr[p], di = yi[p] - xi[p];
      own[j] += er * er + ei * ei;
      still[j] += dr * dr + di * di;
      size[j] += xr[p] * xr[p] + xi[p] * xi[p];
    }
  }
  const residuals = own.map((value, j) => value / size[j]);
  const normalized = residuals.map((value, j) => value / (still[j] / size[j] + 1e-10));
  return { re, im, residuals, normalized };
}

/** What the residuals of a spectrum come to. */
export interface ResidualSummary {
  readonly average: number;
  /** (Σ 1/res)² / Σ 1/res²: how many eigenvalues share the small residuals. */
  readonly inverseParticipation: number;
}

/**
 * Mean residual and inverse participation. Residuals of exactly 0 outweigh all others: then the participation is their number.
 *
 * @throws {RangeError} if there is none.
 *
 * @example
 * ```ts
 * import { residualSummary } from "#lib/math/dmd/residuals.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(residualSummary(Float64Array.of(0.5, 0.5)), { average: 0.5, inverseParticipation: 2 });
 * ```
 */
export function residualSummary(residuals: Float64Array): ResidualSummary {
  if (residuals.length === 0) throw new RangeError("residual summary: there are no residuals");
  const least = residuals.reduce((a, b) => Math.min(a, b));
  let sum = 0, first = 0, second = 0;
  for (const value of residuals) {
    const weight = value === least ? 1 : least / value;
    sum += value;
    first += weight;
    second += weight * weight;
  }
  return { average: sum / residuals.length, inverseParticipation: first * first / second };
}

/**
 * The pairs of components `stepsAhead` apart within the trials.
 *
 * @throws {RangeError} as `encodeTrials`, or if no trial is long enough for a pair.
 *
 * @example
 * ```ts
 * import { plainModel } from "#lib/math/dmd/delay_model.ts";
 * import { pairedCodes } from "#lib/math/dmd/residuals.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(1, 2, 3), numTrials: 1, numTime: 3, numUnits: 1 };
 * const { x, y } = pairedCodes(trials, plainModel(Float64Array.of(1), { numDelays: 1 }, 1, 1));
 * assertEquals([...x, ...y], [1, 2, 2, 3]);
 * ```
 */
export function pairedCodes(trials: TrialSet, model: DelayModel): PairedRows {
  const { codes, rowsPerTrial } = encodeTrials(trials, model);
  const { numComponents: rank, stepsAhead: s } = model;
  const numPairs = rowsPerTrial.reduce((sum, rows) => sum + Math.max(0, rows - s), 0);
  if (numPairs === 0) {
    throw new RangeError(
      `no trial has two embedded rows ${s} apart; the longest has ${
        Math.max(...rowsPerTrial)
      }; give longer trials, or take fewer delays or steps ahead`,
    );
  }
  const x = new Float64Array(numPairs * rank);
  const y = new Float64Array(numPairs * rank);
  for (let trial = 0, row = 0, to = 0; trial < rowsPerTrial.length; row += rowsPerTrial[trial++]) {
    const end = row + rowsPerTrial[trial];
    if (end - row <= s) continue;
    x.set(codes.subarray(row * rank, (end - s) * rank), to);
    y.set(codes.subarray((row + s) * rank, end * rank), to);
    to += (end - row - s) * rank;
  }
  return { x, y, numPairs };
}
