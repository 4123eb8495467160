// HAVOK-style DMD: delay embedding, whitening by the SVD, and principal component regression of each moment's
// components on those s samples earlier. Brunton, Brunton, Proctor, Kaiser & Kutz 2017; as used by DSA
// (Ostrow, Eisen, Kozachkov & Fiete 2023).
// Leaves out reduced rank regression and prediction. One fit serves every rank up to maxRank (operator_at_rank.ts).

import { requireFinite } from "../linalg/require_shape.ts";
import { type DelayParams, embeddingShape, type TrialSet } from "./delay_embedding.ts";
import { conditioningAtRank, operatorAtRank } from "./operator_at_rank.ts";
import { explainedVariance, type RankChoice, type RankCompat, selectRank } from "./rank_rules.ts";
import { whitenByGram, whitenByQr, type Whitening, whitenLeading } from "./whitening.ts";

/** Parameters of a fit; at most one of the three rank rules. */
export interface HavokOptions extends DelayParams, RankChoice {
  /** Samples from one row of a pair to the other. Default 1. */
  readonly stepsAhead?: number;
  /** λ of the regression. Default 0. */
  readonly ridge?: number;
  /** Whose rank conventions. Default `corrected`. */
  readonly compat?: RankCompat;
  /** Components whose moments are kept, so that other ranks can be read off. Default: the rank. */
  readonly maxRank?: number;
  /**
   * Route to the singular vectors (whitening.ts). Default `auto`: `gram` where accurate, else `qr`. `leading` finds no
   * more singular values than are kept, for a `rank` given as a number.
   */
  readonly method?: "auto" | "gram" | "qr" | "leading";
}

/** A fit, v(t + s) ≈ A v(t) in whitened coordinates. Matrices are row-major. */
export interface HavokFit extends Whitening {
  /** A at `rank`, rank×rank. */
  readonly operator: Float64Array;
  readonly rank: number;
  /** Cumulative, one entry per singular value that was found. */
  readonly explainedVariance: Float64Array;
  /** Condition number of V₋ᵀV₋ + λI at `rank`. */
  readonly conditioning: number;
  /** σ_rank/σ₁. */
  readonly singularRatio: number;
  /** Singular values found above the rounding of the route taken: eps·max(M, F) by QR, else √(eps·F), times σ₁. */
  readonly numericalRank: number;
  readonly numRows: number;
  readonly numFeatures: number;
  readonly ridge: number;
  readonly stepsAhead: number;
}

/** Least σ/σ₁ of the last kept component at which `auto` trusts the Gram route. */
export const GRAM_LIMIT = 1e-5;

/**
 * Fits a HAVOK DMD to a trial set.
 *
 * @throws {RangeError} if data of several trials have fewer rows than features, there is no pair of rows, v1's
 * rule selects rank 0, the regression is singular, the data are all zero or not finite, or an argument is out of range.
 *
 * @example
 * ```ts
 * import { fitHavok } from "#lib/math/dmd/havok.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const data = Float64Array.from({ length: 50 }, (_, t) => 0.9 ** t);
 * const fit = fitHavok({ data, numTrials: 1, numTime: 50, numUnits: 1 }, { numDelays: 1 });
 * assertAlmostEquals(fit.operator[0], 0.9, 1e-12);
 * ```
 */
export function fitHavok(trials: TrialSet, options: HavokOptions): HavokFit {
  const { stepsAhead = 1, ridge = 0 } = options;
  const { numRows, numFeatures } = checkedShape(trials, options, stepsAhead, ridge);
  let rank = 0;
  const choose = (singularValues: Float64Array) => {
    rank = chosenRank(singularValues, options, numFeatures);
    return Math.min(singularValues.length, Math.max(rank, options.maxRank ?? rank));
  };
  const whitening = whiten(trials, options, stepsAhead, choose);
  const { singularValues, method } = whitening;
  const floor = method === "qr"
    ? Number.EPSILON * Math.max(numRows, numFeatures)
    : Math.sqrt(Number.EPSILON * numFeatures);
  const moments = { ...whitening, ridge };
  return {
    ...whitening,
    operator: operatorAtRank(moments, rank),
    rank,
    explainedVariance: explainedVariance(singularValues, whitening.totalVariance),
    conditioning: conditioningAtRank(moments, rank),
    singularRatio: singularValues[rank - 1] / singularValues[0],
    numericalRank: singularValues.filter((s) => s > floor * singularValues[0]).length,
    numRows,
    numFeatures,
    ridge,
    stepsAhead,
  };
}

function checkedShape(trials: TrialSet, options: HavokOptions, steps: number, ridge: number) {
  const shape = embeddingShape(trials, options);
  if (!(ridge >= 0 && ridge < Infinity)) {
    throw new RangeError(`havok: the ridge is ${ridge}; it must be finite and not negative`);
  }
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RangeError(`havok: steps ahead is ${steps}; it must be a positive integer`);
  }
  if (trials.numTrials > 1 && shape.numRows < shape.numFeatures) {
    throw new RangeError(
      `havok: ${shape.numFeatures} features but only ${shape.numRows} rows in ` +
        `${trials.numTrials} trials; reduce the number of delays`,
    );
  }
  const longest = Math.max(...shape.rowsPerTrial);
  if (longest <= steps) {
    throw new RangeError(
      `havok: no trial has two rows ${steps} apart; the longest has ${longest} after embedding`,
    );
  }
  requireFinite("havok", "data", trials.data);
  return shape;
}

function whiten(
  trials: TrialSet,
  options: HavokOptions,
  stepsAhead: number,
  choose: (singularValues: Float64Array) => number,
): Whitening {
  const { method = "auto" } = options;
  if (method === "leading") return whitenGivenRank(trials, options, stepsAhead, choose);
  if (method !== "qr") {
    const limit = method === "auto" ? GRAM_LIMIT : 0;
    const whitening = whitenByGram(trials, options, stepsAhead, choose, limit);
    if (whitening !== null) return whitening;
    if (method === "gram") {
      throw new RangeError(
        'havok: the last component to keep has no variance in the Gram matrix; choose a smaller rank or method "qr"',
      );
    }
  }
  return whitenByQr(trials, options, stepsAhead, choose);
}

function whitenGivenRank(
  trials: TrialSet,
  options: HavokOptions,
  stepsAhead: number,
  choose: (singularValues: Float64Array) => number,
): Whitening {
  const { rank, maxRank } = options;
  if (rank === undefined) {
    throw new RangeError(
      'havok: method "leading" finds the singular values of a given rank; give one, or choose method "gram"',
    );
  }
  const { numRows, numFeatures } = embeddingShape(trials, options);
  const count = Math.min(numRows, numFeatures, Math.max(rank, maxRank ?? rank));
  const whitening = whitenLeading(trials, options, stepsAhead, count);
  if (whitening === null) {
    throw new RangeError(
      'havok: the last component to keep has no variance in the Gram matrix; choose a smaller rank or method "qr"',
    );
  }
  choose(whitening.singularValues);
  return whitening;
}

function chosenRank(
  singularValues: Float64Array,
  options: HavokOptions,
  numFeatures: number,
): number {
  const { compat = "corrected" } = options;
  if (!(singularValues[0] > 0)) throw new RangeError("havok: the data are zero everywhere");
  const cumulative = explainedVariance(singularValues);
  const rank = selectRank(singularValues, cumulative, options, numFeatures, compat);
  if (rank < 1 || rank > singularValues.length) {
    throw new RangeError(
      `havok: the rank rule of ${compat} chooses ${rank} of ${singularValues.length} components; ` +
        'compat "corrected" always chooses at least 1 and at most all',
    );
  }
  return rank;
}
