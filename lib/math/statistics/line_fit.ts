// Ordinary least squares with one predictor, with an intercept or through the origin.
// Source: any textbook; R² of the line through the origin is 1 − Σ(y − ŷ)² / Σ(y − ȳ)², so that both are comparable.

import { mean } from "./moments.ts";
import { twoSidedP } from "./student_t.ts";

/** A fitted line y = intercept + slope · x. */
export interface LineFit {
  readonly slope: number;
  readonly intercept: number;
  /** Pearson's correlation of x and y. NaN where x or y is constant. */
  readonly r: number;
  /** Share of the variance of y explained; negative where the line is worse than the mean. NaN where y is constant. */
  readonly rSquared: number;
  /** NaN without degrees of freedom. */
  readonly slopeStandardError: number;
  /** Degrees of freedom: n − 2, or n − 1 through the origin. */
  readonly df: number;
  /** Two-sided p value of slope = 0. */
  readonly pTwoSided: number;
}

/**
 * Least-squares line through (x, y).
 *
 * @throws {RangeError} unless x and y are of one length and hold two points or more.
 *
 * @example
 * ```ts
 * import { fitLine } from "#lib/math/statistics/line_fit.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(fitLine([1, 2, 3], [4, 2, 1]).rSquared, 27 / 28, 1e-15);
 * ```
 */
export function fitLine(x: ArrayLike<number>, y: ArrayLike<number>): LineFit {
  requirePairs(x, y, 2, "fitLine");
  const n = x.length;
  const meanX = mean(x);
  const meanY = mean(y);
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let i = 0; i < n; i++) {
    xx += (x[i] - meanX) ** 2;
    xy += (x[i] - meanX) * (y[i] - meanY);
    yy += (y[i] - meanY) ** 2;
  }
  const slope = xy / xx;
  const intercept = meanY - slope * meanX;
  const r = xy / Math.sqrt(xx * yy);
  return {
    slope,
    intercept,
    r,
    rSquared: r * r,
    ...slopeTest(slope, residualSquares(x, y, slope, intercept), xx, n - 2),
  };
}

/**
 * Least-squares line through the origin: is y proportional to x?
 *
 * @throws {RangeError} unless x and y are of one length and hold one point or more.
 *
 * @example
 * ```ts
 * import { fitProportional } from "#lib/math/statistics/line_fit.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(fitProportional([1, 2, 4], [3, 6, 12]).rSquared, 1);
 * ```
 */
export function fitProportional(x: ArrayLike<number>, y: ArrayLike<number>): LineFit {
  requirePairs(x, y, 1, "fitProportional");
  const n = x.length;
  const meanY = mean(y);
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let i = 0; i < n; i++) {
    xx += x[i] * x[i];
    xy += x[i] * y[i];
    yy += (y[i] - meanY) ** 2;
  }
  const slope = xy / xx;
  const residuals = residualSquares(x, y, slope, 0);
  return {
    slope,
    intercept: 0,
    r: n > 1 ? fitLine(x, y).r : NaN,
    rSquared: 1 - residuals / yy,
    ...slopeTest(slope, residuals, xx, n - 1),
  };
}

function residualSquares(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  slope: number,
  intercept: number,
): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (y[i] - intercept - slope * x[i]) ** 2;
  return sum;
}

function slopeTest(slope: number, residuals: number, xx: number, df: number) {
  const slopeStandardError = df > 0 ? Math.sqrt(residuals / df / xx) : NaN;
  const pTwoSided = df > 0 ? twoSidedP(slope / slopeStandardError, df) : NaN;
  return { slopeStandardError, df, pTwoSided };
}

function requirePairs(x: ArrayLike<number>, y: ArrayLike<number>, least: number, name: string) {
  if (x.length !== y.length || x.length < least) {
    throw new RangeError(
      `${name}() got ${x.length} x and ${y.length} y values; it needs as many of both, ${least} or more`,
    );
  }
}
