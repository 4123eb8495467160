// How many components a DMD keeps: by a given rank, a singular-value threshold or explained variance,
// in the forms of both versions of the reference and in Basin's own.

/** Which version's conventions hold; `corrected` is v2's rules, clipped to what exists, at least 1. */
export type RankCompat = "v1" | "v2" | "corrected";

/** At most one of the three; none keeps all components. */
export interface RankChoice {
  readonly rank?: number;
  /** Keep singular values above this (absolute) value. */
  readonly rankThreshold?: number;
  /** Keep the fewest components that explain this share of the variance, in [0, 1]. */
  readonly rankExplainedVariance?: number;
}

/**
 * Cumulative explained variance c_j = Σ_{i≤j} σ_i² / Σ σ_i². Where only the leading singular values are known, `total` is
 * the sum of all squares.
 *
 * @example
 * ```ts
 * import { explainedVariance } from "#lib/math/dmd/rank_rules.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(explainedVariance(Float64Array.of(2, 1, 1)), Float64Array.of(4 / 6, 5 / 6, 1));
 * ```
 */
export function explainedVariance(singularValues: Float64Array, total?: number): Float64Array {
  const cumulative = new Float64Array(singularValues.length);
  let sum = 0;
  for (let i = 0; i < cumulative.length; i++) {
    sum += singularValues[i] * singularValues[i];
    cumulative[i] = sum;
  }
  const all = total ?? sum;
  const largest = singularValues[0];
  // Squares beyond the range of numbers: those of shares of the largest are not.
  if (!(all > 1e-280 && all < Infinity) && largest > 0 && largest !== 1) {
    const known = total !== undefined && total > 0 && total < Infinity;
    return explainedVariance(
      singularValues.map((value) => value / largest),
      known ? total / largest / largest : undefined,
    );
  }
  if (all > 0) { for (let i = 0; i < cumulative.length; i++) cumulative[i] /= all; }
  return cumulative;
}

/**
 * The rank that a choice selects from k descending singular values.
 *
 * | rule | v1 | v2, corrected |
 * |---|---|---|
 * | threshold θ | number of σ ≥ θ, or all if the last σ > θ; may be 0 | number of σ > θ, at least 1 |
 * | explained variance v | zero-based index of the first c_j > v, one less than needed; none: 0 | 1 + number of c_j < v, at most k |
 * | rank | clipped to the features F | v2 clipped to F, corrected to k and F |
 *
 * v1 can give 0; whoever needs components must refuse that. A threshold, or a share below 1, that was read off a spectrum
 * counts as equal to the entry it came from, although rounding has moved that: to 12 digits, or to 16 k·eps.
 *
 * @throws {RangeError} if two rules are given, or a value is outside its range.
 *
 * @example
 * ```ts
 * import { explainedVariance, selectRank } from "#lib/math/dmd/rank_rules.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const s = Float64Array.of(3, 2, 1);
 * const choice = { rankExplainedVariance: 0.9 };
 * assertEquals(selectRank(s, explainedVariance(s), choice, 3), 2);
 * assertEquals(selectRank(s, explainedVariance(s), choice, 3, "v1"), 1);
 * ```
 */
export function selectRank(
  singularValues: Float64Array,
  cumulative: Float64Array,
  choice: RankChoice,
  numFeatures: number,
  compat: RankCompat = "corrected",
): number {
  const { rank, rankThreshold, rankExplainedVariance } = choice;
  const k = singularValues.length;
  const given = [rank, rankThreshold, rankExplainedVariance].filter((rule) => rule !== undefined);
  if (given.length > 1) {
    throw new RangeError(
      `rank: ${given.length} rules given; choose one of rank, threshold and explained variance`,
    );
  }
  let selected = k;
  if (rank !== undefined) {
    if (!Number.isInteger(rank) || rank < 1) {
      throw new RangeError(`rank: ${rank} is not a positive integer`);
    }
    selected = compat === "corrected" ? Math.min(rank, k) : rank;
  } else if (rankThreshold !== undefined) {
    requireNumber("threshold", rankThreshold, Infinity);
    selected = compat === "v1"
      ? countV1Threshold(singularValues, rankThreshold)
      : Math.max(1, singularValues.filter((s) => s > rankThreshold * (1 + sameDigits)).length);
  } else if (rankExplainedVariance !== undefined) {
    requireNumber("explained variance", rankExplainedVariance, 1);
    const slack = rankExplainedVariance < 1 ? 16 * k * Number.EPSILON : 0;
    selected = compat === "v1"
      ? Math.max(0, cumulative.findIndex((c) => c > rankExplainedVariance + slack))
      : Math.min(k, 1 + cumulative.filter((c) => c < rankExplainedVariance - slack).length);
  }
  return Math.min(selected, numFeatures);
}

/** Singular values this close to a threshold, relative to it, are equal to it. */
const sameDigits = 1e-12;

function countV1Threshold(singularValues: Float64Array, threshold: number): number {
  const k = singularValues.length;
  if (k > 0 && singularValues[k - 1] > threshold) return k;
  return singularValues.filter((s) => s >= threshold * (1 - sameDigits)).length;
}

function requireNumber(name: string, value: number, most: number): void {
  if (!(value >= 0 && value <= most)) {
    throw new RangeError(`rank: the ${name} is ${value}; it must lie in [0, ${most}]`);
  }
}
