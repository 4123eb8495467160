// What to be wary of in a fit by `dmd`, in words.

import type { HavokFit } from "#lib/math/dmd/havok.ts";
import type { RankParams } from "./_dmd_rank.ts";

/** The params that a warning may speak of. */
export interface WarnedParams extends RankParams {
  readonly regress?: "all" | "newest_block" | undefined;
}

/** Eigenvalues of the projector nearer than this leave the subspace to rounding. */
const tie = 1e-3;

/** Share of the variance above which further components may be noise. */
const mostOfIt = 0.99;

/** What to be wary of in a fit. */
export function warningsOf(fit: HavokFit, params: WarnedParams): string[] {
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
  // Reduced rank regression chooses among components by what they predict; without a rule there is a threshold on each.
  const isAsked = [params.rank, params.rank_thresh, params.rank_explained_variance]
    .some((rule) => rule !== undefined);
  const carrying = explainedVariance.findIndex((share) => share >= mostOfIt) + 1;
  if (isAsked && projectorEigenvalues === undefined && isFarAbove(numComponents, carrying)) {
    list.push(
      `${carrying} of the ${numComponents} components carry 99 % of the variance; ` +
        "in comparisons the others weigh as much, noise or not",
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
  if (storesTransposed(params)) {
    list.push(
      `compat ${params.compat}: the matrix is the transposed one, v(t + s)ᵀ ≈ v(t)ᵀ A`,
    );
  }
  return list;
}

function isFarAbove(rank: number, carrying: number): boolean {
  if (carrying === 0) return false;
  return rank >= 3 * carrying || (rank >= 1.5 * carrying && rank >= carrying + 10);
}

/** Both published versions left the matrix of reduced rank regression as the regression has it: v(t + s)ᵀ ≈ v(t)ᵀ A. */
export function storesTransposed({ regression, compat }: WarnedParams): boolean {
  return regression === "reduced_rank" && compat !== "corrected";
}
