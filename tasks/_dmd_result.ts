// A fit as an operator artifact: its arrays and what is known about it.

import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import type { HavokFit } from "#lib/math/dmd/havok.ts";
import { nonNormality, spectralRadius, transientGrowth } from "#lib/math/dmd/operator_facts.ts";
import { scaledNorm } from "#lib/math/dmd/full_operator.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import { storesTransposed, type WarnedParams, warningsOf } from "./_dmd_warnings.ts";

/** The params that a result repeats. */
export interface ResultParams extends WarnedParams {
  readonly ridge: number;
  readonly steps_ahead: number;
  readonly keep_modes: boolean;
}

/** What was fitted. */
export interface FittedShape {
  readonly numDelays: number;
  readonly delayInterval: number;
  readonly numUnits: number;
  /** Of the data: the operator's step is stepsAhead of these, in ms where time is physical. */
  readonly trajectories: Pick<Trajectories, "dt" | "timeUnit">;
}

/** The artifact of a fit. */
export function operatorArtifact(
  fit: HavokFit,
  params: ResultParams,
  { numDelays, delayInterval, numUnits, trajectories }: FittedShape,
): Operator {
  const { rank, numComponents: n, maxRank, numFeatures, singularValues } = fit;
  const isReduced = fit.projectorEigenvalues !== undefined;
  const isTransposed = storesTransposed(params);
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
      ...stepOf(trajectories, params.steps_ahead),
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
      warnings: warningsOf(fit, params),
    },
  };
}

/** What one application of an operator means in time; nothing where time is not physical. */
export function stepOf(
  { dt, timeUnit }: Pick<Trajectories, "dt" | "timeUnit">,
  stepsAhead: number,
): { readonly step_ms?: number } {
  return timeUnit === "ms" ? { step_ms: dt * stepsAhead } : {};
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
