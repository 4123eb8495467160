// HAVOK-style DMD: delay embedding, whitening by the SVD, and regression of each moment's components on those s samples
// earlier. Brunton, Brunton, Proctor, Kaiser & Kutz 2017; as used by DSA (Ostrow, Eisen, Kozachkov & Fiete 2023).
// Leaves out the routes (havok_whitening.ts), the regressions (havok_regression.ts) and prediction. A fit by principal
// components serves every rank up to maxRank (operator_at_rank.ts).

import { requireFinite } from "../linalg/require_shape.ts";
import { type DelayParams, embeddingShape, type TrialSet } from "./delay_embedding.ts";
import { roundingFloor, whiten, type WhiteningMethod } from "./havok_whitening.ts";
import {
  keptComponents,
  regress,
  type Regression,
  type RegressionOptions,
} from "./havok_regression.ts";
import { conditioningAtRank } from "./operator_at_rank.ts";
import type { Whitening } from "./whitening.ts";
import type { ScaledGram } from "./whitening_gram.ts";

/** Parameters of a fit; at most one of the three rank rules. */
export interface HavokOptions extends DelayParams, RegressionOptions {
  /** Samples from one row of a pair to the other. Default 1. */
  readonly stepsAhead?: number;
  /** Route to the singular vectors. Default `auto`. `leading` wants a `rank` given as a number. */
  readonly method?: WhiteningMethod;
  /** The Gram matrix of these trials at these delays, if somebody has it. Same bytes with it or without. */
  readonly gram?: ScaledGram;
}

/** A fit, v(t + s) ≈ A v(t) in whitened coordinates. Matrices are row-major. */
export interface HavokFit extends Whitening, Regression {
  /** Condition number of V₋ᵀV₋ + λI at `numComponents`. */
  readonly conditioning: number;
  /** σ/σ₁ of the last of `numComponents`. */
  readonly singularRatio: number;
  /** Singular values found above the rounding of the route taken: eps·max(M, F) by QR, else √(eps·F), times σ₁. */
  readonly numericalRank: number;
  readonly numRows: number;
  readonly numFeatures: number;
  readonly ridge: number;
  readonly stepsAhead: number;
}

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
  const { stepsAhead = 1, ridge = 0, rank, maxRank } = options;
  const { numRows, numFeatures } = checkedShape(trials, options, stepsAhead, ridge);
  const choose = (values: Float64Array) => keptComponents(values, options, numRows, numFeatures);
  const leading = rank === undefined ? {} : { numLeading: Math.max(rank, maxRank ?? rank) };
  const whitening = whiten(trials, { ...options, ...leading }, stepsAhead, choose);
  const regression = regress(whitening, { ...options, ridge }, numFeatures, trials.numUnits);
  const { singularValues, method } = whitening;
  const { numComponents } = regression;
  const floor = roundingFloor(method, numRows, numFeatures);
  return {
    ...whitening,
    ...regression,
    conditioning: conditioningAtRank({ ...whitening, ridge }, numComponents),
    singularRatio: singularValues[numComponents - 1] / singularValues[0],
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
      `havok: no trial has two rows ${steps} apart; the longest has ${longest} after embedding; ` +
        "take fewer steps ahead or delays",
    );
  }
  if (options.method === "leading" && options.regression === "reduced_rank") {
    throw new RangeError(
      'havok: reduced rank regression takes all components, which method "leading" does not find; choose "auto"',
    );
  }
  requireFinite("havok", "data", trials.data);
  return shape;
}
