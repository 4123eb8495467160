// The rank of a fit from the params of `dmd`: one of three rules, or none.

import type { HavokFit } from "#lib/math/dmd/havok.ts";
import type { RegressionOptions } from "#lib/math/dmd/havok_regression.ts";
import { conditioningAtRank, operatorAtRank } from "#lib/math/dmd/operator_at_rank.ts";

/** The params that decide the rank. */
export interface RankParams {
  readonly rank?: number | undefined;
  readonly rank_thresh?: number | undefined;
  readonly rank_explained_variance?: number | undefined;
  readonly max_rank: number;
  readonly regression: "principal_component" | "reduced_rank";
  readonly compat: "v1" | "v2" | "corrected";
}

/** Without a rank rule: components down to this share of σ₁ (the threshold of `common_rank`). */
const defaultThreshold = 1e-3;

/**
 * A fit by the rule that the params give. Without one, v1, v2 and reduced rank regression keep all components; else those
 * down to a thousandth of the first, `max_rank` at most.
 */
export function withDefaultRank(
  params: RankParams,
  fit: (rule: RegressionOptions) => HavokFit,
): HavokFit {
  const { rank, rank_thresh, rank_explained_variance } = params;
  const maxRank = Math.max(params.max_rank, rank ?? 1);
  if (rank !== undefined) return fit({ rank, maxRank });
  if (rank_thresh !== undefined) return fit({ rankThreshold: rank_thresh, maxRank });
  if (rank_explained_variance !== undefined) {
    return fit({ rankExplainedVariance: rank_explained_variance, maxRank });
  }
  if (params.regression === "reduced_rank" || params.compat !== "corrected") return fit({});
  return atRank(fit({ rank: 1, maxRank }));
}

function atRank(fit: HavokFit): HavokFit {
  const { singularValues, maxRank } = fit;
  const count = singularValues.filter((s) => s >= defaultThreshold * singularValues[0]).length;
  const rank = Math.min(Math.max(1, count), maxRank);
  return {
    ...fit,
    rank,
    numComponents: rank,
    operator: operatorAtRank(fit, rank),
    conditioning: conditioningAtRank(fit, rank),
    singularRatio: singularValues[rank - 1] / singularValues[0],
  };
}
