// Two-sample t test with pooled variance, as the published tables have it.
// Source: Student 1908, "The probable error of a mean"; any textbook.

import { mean } from "./moments.ts";
import { twoSidedP } from "./student_t.ts";

/** What {@link twoSampleT} finds. */
export interface TTest {
  readonly meanA: number;
  readonly meanB: number;
  /** Pooled sample variance. */
  readonly variance: number;
  /** Positive where the mean of the first sample is larger. */
  readonly t: number;
  /** Degrees of freedom, nA + nB − 2. */
  readonly df: number;
  readonly pTwoSided: number;
}

/**
 * t test for equal means of two independent samples with equal variance.
 *
 * @throws {RangeError} if a sample is empty or both hold fewer than three values together.
 *
 * @example
 * ```ts
 * import { twoSampleT } from "#lib/math/statistics/t_test.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(twoSampleT([1, 2], [3, 4]).df, 2);
 * ```
 */
export function twoSampleT(a: ArrayLike<number>, b: ArrayLike<number>): TTest {
  const df = a.length + b.length - 2;
  if (a.length === 0 || b.length === 0 || df < 1) {
    throw new RangeError(
      `twoSampleT() got ${a.length} and ${b.length} values; it needs one of each and three in all`,
    );
  }
  const meanA = mean(a);
  const meanB = mean(b);
  const variance = (squaresAround(a, meanA) + squaresAround(b, meanB)) / df;
  const t = (meanA - meanB) / Math.sqrt(variance * (1 / a.length + 1 / b.length));
  return { meanA, meanB, variance, t, df, pTwoSided: twoSidedP(t, df) };
}

function squaresAround(values: ArrayLike<number>, centre: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) ** 2;
  return sum;
}
