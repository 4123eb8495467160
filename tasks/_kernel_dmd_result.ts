// A kernel fit as an operator artifact: its arrays, what is known about it, and what to be wary of.

import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import type { KernelDmdFit } from "#lib/math/dmd/kernel_dmd.ts";
import { nonNormality, spectralRadius, transientGrowth } from "#lib/math/dmd/operator_facts.ts";
import type { SimilarityFunction } from "#lib/math/dmd/similarity_function.ts";
import { stepOf } from "./_dmd_result.ts";

/** The params that a result repeats or a warning speaks of. */
export interface KernelParams {
  readonly rank: number;
  readonly ridge: number;
  readonly regression: "reduced_rank" | "principal_component";
}

/** What was fitted. */
export interface KernelFitted {
  readonly numDelays: number;
  readonly delayInterval: number;
  readonly stepsAhead: number;
  readonly numUnits: number;
  readonly kernel: SimilarityFunction;
  readonly trajectories: Pick<Trajectories, "dt" | "timeUnit">;
}

/** The artifact of a fit. */
export function kernelArtifact(
  fit: KernelDmdFit,
  params: KernelParams,
  { numDelays, delayInterval, stepsAhead, numUnits, kernel, trajectories }: KernelFitted,
): Operator {
  const { rank, operator: matrix } = fit;
  const spectrum = fit.spectrum.map((value) => Math.max(0, value));
  return {
    matrix: tensor(["target", "source"], [rank, rank], matrix),
    singularValues: tensor(["component"], [spectrum.length], spectrum),
    about: {
      rank,
      n_delays: numDelays,
      delay_interval: delayInterval,
      steps_ahead: stepsAhead,
      ...stepOf(trajectories, stepsAhead),
      ridge: params.ridge,
      method: "kernel",
      kernel,
      regression: params.regression,
      num_centers: fit.numCentres,
      num_kernel_features: fit.numFeatures,
      num_pairs: fit.numPairs,
      num_units: numUnits,
      num_features: numDelays * numUnits,
      conditioning: fit.conditioning,
      spectral_radius: spectralRadius(matrix, rank),
      non_normality: nonNormality(matrix, rank),
      transient_growth: transientGrowth(matrix, rank),
      singular_ratio: spectrum[0] > 0 ? spectrum[rank - 1] / spectrum[0] : 0,
      warnings: warningsOf(params, rank, spectrum, fit.numCentres),
    },
  };
}

function warningsOf(
  params: KernelParams,
  rank: number,
  spectrum: Float64Array,
  numCentres: number,
): string[] {
  const list: string[] = [];
  if (rank < params.rank) {
    list.push(
      `rank ${params.rank} was asked for, but ${numCentres} centres have ${rank} independent features`,
    );
  }
  // λ is part of the variance, but not of what is predicted.
  const ridge = params.regression === "principal_component" ? 2 * params.ridge : 0;
  const sound = spectrum.filter((value) => value > Math.max(1e-12 * spectrum[0], ridge)).length;
  if (rank > sound) {
    list.push(
      `rank ${rank}: the spectrum of the last ${rank - sound} components is rounding or ridge`,
    );
  }
  return list;
}
