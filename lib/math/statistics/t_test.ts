// t tests: of two samples with pooled variance, as the published tables have it, and of pairs.
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

/** What {@link pairedT} finds. */
export interface PairedTTest {
  readonly meanDifference: number;
  /** ±∞ where all differences are equal and not 0, NaN where all are 0. */
  readonly t: number;
  /** Degrees of freedom, n − 1. */
  readonly df: number;
  readonly pTwoSided: number;
}

/**
 * t test of paired values: is the mean of a − b zero?
 *
 * @throws {RangeError} unless a and b are of one length, two values or more.
 *
 * @example
 * ```ts
 * import { pairedT } from "#lib/math/statistics/t_test.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(pairedT([2, 4], [1, 1]).t, 2, 1e-15);
 * ```
 */
export function pairedT(a: ArrayLike<number>, b: ArrayLike<number>): PairedTTest {
  const n = a.length;
  if (n < 2 || b.length !== n) {
    throw new RangeError(
      `pairedT() got ${n} and ${b.length} values; it needs as many of both, at least two`,
    );
  }
  const differences = Float64Array.from({ length: n }, (_, i) => a[i] - b[i]);
  const meanDifference = mean(differences);
  const variance = squaresAround(differences, meanDifference) / (n - 1);
  const t = meanDifference / Math.sqrt(variance / n);
  return { meanDifference, t, df: n - 1, pTwoSided: twoSidedP(t, n - 1) };
}

function squaresAround(values: ArrayLike<number>, centre: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) ** 2;
  return sum;
}
