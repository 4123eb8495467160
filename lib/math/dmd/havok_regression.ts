// The regressions of a HAVOK fit and their rank rules: how many components are kept, and the operator of the chosen rank.

import { operatorAtRank } from "./operator_at_rank.ts";
import { roundingFloor, type WhiteningMethod } from "./havok_whitening.ts";
import { explainedVariance, type RankChoice, type RankCompat, selectRank } from "./rank_rules.ts";
import { reducedRankOperator } from "./reduced_rank.ts";
import type { Whitening } from "./whitening.ts";

/** How components are regressed; at most one of the three rank rules. */
export interface RegressionOptions extends RankChoice {
  /** λ of the regression. Default 0. */
  readonly ridge?: number;
  /** Whose rank conventions. Default `corrected`. The operator is v(t + s) ≈ A v(t) in any case. */
  readonly compat?: RankCompat;
  /** Components whose moments are kept, so that other ranks can be read off. Default: the rank. */
  readonly maxRank?: number;
  /** Default `principal_component`. The rank rules of `reduced_rank` look at the projector's eigenvalues. */
  readonly regression?: "principal_component" | "reduced_rank";
  /** What reduced rank regression predicts at reduced rank. Default `all`. */
  readonly regress?: "all" | "newest_block";
  /** Components that reduced rank regression takes. Default: all that are more than rounding (v1, v2: all, but for the newest block). */
  readonly numComponents?: number;
}

/** What a regression found. */
export interface Regression {
  /** A, numComponents×numComponents. */
  readonly operator: Float64Array;
  readonly rank: number;
  /** Size of A: the rank, or the components that reduced rank regression took. */
  readonly numComponents: number;
  /** Cumulative, one entry per singular value that was found. */
  readonly explainedVariance: Float64Array;
  /** Of reduced rank regression, descending. */
  readonly projectorEigenvalues?: Float64Array;
}

/**
 * How many of the components with these singular values a fit keeps.
 *
 * @throws {RangeError} if all are zero, or v1's rule chooses none or more than there are.
 *
 * @example
 * ```ts
 * import { keptComponents } from "#lib/math/dmd/havok_regression.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const s = Float64Array.of(3, 2, 1);
 * assertEquals(keptComponents(s, { rank: 1, maxRank: 2 }, 10, 3), 2);
 * assertEquals(keptComponents(s, { rank: 1, regression: "reduced_rank" }, 10, 3), 3);
 * ```
 */
export function keptComponents(
  singularValues: Float64Array,
  options: RegressionOptions & { readonly method?: WhiteningMethod },
  numRows: number,
  numFeatures: number,
): number {
  if (!(singularValues[0] > 0)) throw new RangeError("havok: the data are zero everywhere");
  if (options.regression !== "reduced_rank") {
    const cumulative = explainedVariance(singularValues);
    const rank = chosenRank(singularValues, cumulative, options, numFeatures);
    return Math.min(singularValues.length, Math.max(rank, options.maxRank ?? rank));
  }
  const { compat = "corrected", numComponents = Infinity, method = "auto" } = options;
  const floor = roundingFloor(method, numRows, numFeatures) * singularValues[0];
  const sound = compat === "corrected" || options.regress === "newest_block"
    ? singularValues.filter((s) => s > floor).length
    : singularValues.length;
  return Math.min(numComponents, sound);
}

/**
 * The operator of the rank that the rule chooses, from whitened components.
 *
 * @throws {RangeError} if the regression is singular, or v1's rule chooses rank 0.
 *
 * @example
 * ```ts
 * import { regress } from "#lib/math/dmd/havok_regression.ts";
 * import { whitenByQr } from "#lib/math/dmd/whitening.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const trials = { data: Float64Array.of(4, 2, 1), numTrials: 1, numTime: 3, numUnits: 1 };
 * const whitening = whitenByQr(trials, { numDelays: 1 }, 1, () => 1);
 * assertAlmostEquals(regress(whitening, {}, 1, 1).operator[0], 0.5, 1e-15);
 * ```
 */
export function regress(
  whitening: Whitening,
  options: RegressionOptions,
  numFeatures: number,
  numUnits: number,
): Regression {
  const { singularValues, maxRank } = whitening;
  const explained = explainedVariance(singularValues, whitening.totalVariance);
  const moments = { ...whitening, ridge: options.ridge ?? 0 };
  if (options.regression !== "reduced_rank") {
    const rank = chosenRank(singularValues, explained, options, numFeatures);
    const operator = operatorAtRank(moments, rank);
    return { operator, rank, numComponents: rank, explainedVariance: explained };
  }
  // v1 looks at the singular values of the data for explained variance, at the projector for the rest.
  const choose = (values: Float64Array) => {
    const share = options.compat === "v1" ? explained : explainedVariance(values);
    return chosenRank(values, share, options, numFeatures);
  };
  const newest = options.regress === "newest_block" ? { ...whitening, numUnits } : undefined;
  const found = reducedRankOperator(moments, choose, newest);
  return { ...found, numComponents: maxRank, explainedVariance: explained };
}

function chosenRank(
  values: Float64Array,
  cumulative: Float64Array,
  options: RegressionOptions,
  numFeatures: number,
): number {
  const { compat = "corrected" } = options;
  const rank = selectRank(values, cumulative, options, numFeatures, compat);
  if (rank < 1 || rank > values.length) {
    throw new RangeError(
      `havok: the rank rule of ${compat} chooses ${rank} of ${values.length} components; ` +
        'compat "corrected" always chooses at least 1 and at most all',
    );
  }
  return rank;
}
