// A fit as an operator artifact: its arrays, what is known about it, and what to be wary of.

import type { Operator } from "#lib/core/artifacts/operator.ts";
import { tensor } from "#lib/core/tensor.ts";
import type { HavokFit } from "#lib/math/dmd/havok.ts";
import { nonNormality, spectralRadius, transientGrowth } from "#lib/math/dmd/operator_facts.ts";
import { scaledNorm } from "#lib/math/dmd/full_operator.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import type { RankParams } from "./_dmd_rank.ts";

/** The params that a result repeats. */
export interface ResultParams extends RankParams {
  readonly regress?: "all" | "newest_block" | undefined;
  readonly ridge: number;
  readonly steps_ahead: number;
  readonly keep_modes: boolean;
}

/** What was fitted. */
export interface FittedShape {
  readonly numDelays: number;
  readonly delayInterval: number;
  readonly numUnits: number;
}

/** Eigenvalues of the projector nearer than this leave the subspace to rounding. */
const tie = 1e-3;

/** The artifact of a fit. */
export function operatorArtifact(
  fit: HavokFit,
  params: ResultParams,
  { numDelays, delayInterval, numUnits }: FittedShape,
): Operator {
  const { rank, numComponents: n, maxRank, numFeatures, singularValues } = fit;
  const isReduced = fit.projectorEigenvalues !== undefined;
  const isTransposed = isReduced && params.compat !== "corrected";
  const matrix = isTransposed ? transpose(fit.operator, n, n) : fit.operator;
  const square = (data: Float64Array) => tensor(["row", "column"], [maxRank, maxRank], data);
  return {
    matrix: tensor(["target", "source"], [n, n], matrix),
    // Moments are for other ranks of principal components; a reduced rank is not read off them.
    ...(isReduced ? {} : { auto: square(fit.auto), cross: square(fit.cross) }),
    singularValues: tensor(["component"], [singularValues.length], singularValues),
    ...(params.keep_modes
      ? { modes: tensor(["feature", "component"], [numFeatures, maxRank], fit.modes) }
      : {}),
    about: {
      rank,
      n_delays: numDelays,
      delay_interval: delayInterval,
      steps_ahead: params.steps_ahead,
      ridge: params.ridge,
      regression: params.regression,
      ...(isReduced ? { regress: params.regress ?? "all", num_components: n } : {}),
      ...(isTransposed ? { transposed: true } : {}),
      method: fit.method,
      num_rows: fit.numRows,
      num_pairs: fit.numPairs,
      num_units: numUnits,
      num_features: numFeatures,
      numerical_rank: fit.numericalRank,
      explained_variance: fit.explainedVariance[n - 1],
      singular_ratio: fit.singularRatio,
      conditioning: fit.conditioning,
      spectral_radius: spectralRadius(matrix, n),
      non_normality: nonNormality(matrix, n),
      transient_growth: transientGrowth(matrix, n),
      norm: scaledNorm(fit.operator, n),
      trace: traceOf(matrix, n),
      full_norm: finite(scaledNorm(fit.operator, n, singularValues)),
      ...(isReduced ? { projector_eigenvalues: Array.from(fit.projectorEigenvalues!) } : {}),
      warnings: warnings(fit, params, isTransposed),
    },
  };
}

/** `null` where a component without variance leaves no number. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function traceOf(a: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[i * n + i];
  return sum;
}

function warnings(fit: HavokFit, params: ResultParams, isTransposed: boolean): string[] {
  const { rank, numComponents, numericalRank, explainedVariance, projectorEigenvalues } = fit;
  const list: string[] = [];
  if (params.rank !== undefined && params.rank > rank) {
    list.push(`rank ${params.rank} was asked for, but there are ${rank} components to choose from`);
  }
  if (numComponents > numericalRank) {
    list.push(
      `rank ${numComponents} exceeds the numerical rank ${numericalRank}: the last components are rounding`,
    );
  }
  const carrying = explainedVariance.findIndex((share) => share >= 1 - 1e-6) + 1;
  if (carrying > 0 && numComponents > 2 * carrying) {
    list.push(
      `${carrying} of the ${numComponents} components carry all but a millionth of the variance; the others weigh as much`,
    );
  }
  const [last, next] = [projectorEigenvalues?.[rank - 1], projectorEigenvalues?.[rank]];
  if (last !== undefined && next !== undefined && last - next < tie) {
    const remedy = params.regress === "newest_block"
      ? "take another rank"
      : "take another rank, or regress: newest_block";
    list.push(
      `eigenvalues ${rank} and ${rank + 1} of the projector agree to ${tie} (${last}, ${next}): ` +
        `which directions are kept is left to rounding; ${remedy}`,
    );
  }
  if (isTransposed) {
    list.push(
      `compat ${params.compat}: the matrix is the transposed one, v(t + s)ᵀ ≈ v(t)ᵀ A`,
    );
  }
  return list;
}
