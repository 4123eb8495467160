// Canonical correlation analysis: how far the features of two systems span the same directions over their items, whatever
// basis of features they are given in (Hotelling 1936). The correlations are singular values of Q_XᵀQ_Y for orthonormal
// bases Q of centred features (Björck & Golub 1973), of as many directions as are more than rounding. Their mean is the
// field's similarity (Raghu et al. 2017); as an angle it is a metric where both ranks count (Williams et al. 2021, α = 0).
// Keeping only the directions that carry most of the variance first makes it SVCCA (Raghu et al. 2017). A pair costs 2mrs
// operations and the singular values of an r×s matrix. Leaves out weights (pwcca.ts).

import { frobeniusNorm } from "../linalg/norms.ts";
import { angleOf } from "./angle_of.ts";
import { centreItems, nearUnitNorm, requireSameItems } from "./centred_items.ts";
import { itemBasis } from "./item_basis.ts";
import { compareProcrustes, pairedDistance, type ShapeItems } from "./procrustes.ts";

/** A system ready for CCA: an orthonormal basis over its items (with a ridge: with columns shorter than 1). */
export interface CcaItems extends ShapeItems {
  readonly rank: number;
  /** Share of the variance that the basis carries. */
  readonly share: number;
  readonly ridge: number;
}

/** What a system is reduced to beforehand. */
export interface CcaOptions {
  /** Singular values below this share of the largest count as rounding. Default: `RANK_TOLERANCE`. */
  readonly tolerance?: number;
  /** Share of the variance that is kept, 1 by default. */
  readonly variance?: number;
  /** At most so many directions. */
  readonly maxRank?: number;
  /** Added to every variance, as a share of the largest. Shrinks correlations of weak directions. Default 0. */
  readonly ridge?: number;
}

/** The canonical correlations of a pair. */
export interface CcaScore {
  /** min(rank of X, rank of Y) of them, descending, in [0, 1]. */
  readonly correlations: Float64Array;
  /** Their mean. */
  readonly mean: number;
  /** arccos of it in radians, exact also near 0. No metric: 0 where one system spans part of what the other does. */
  readonly angleOfMean: number;
  /** Their sum over √(rank of X · rank of Y): 1 only for equal spans. */
  readonly cosine: number;
  /** arccos of it in radians, in [0, π/2]: a metric. */
  readonly angle: number;
  /** How many correlations are 1 for any two systems of these ranks: rank + rank − (items − 1), at least 0. */
  readonly numTrivial: number;
}

/**
 * Prepares X (items × features).
 *
 * @throws {RangeError} as `centreItems`; if an option is out of range; or if X spans all there is over its items and there is
 * no ridge, so that it would correlate perfectly with anything.
 *
 * @example
 * ```ts
 * import { compareCca, prepareCca } from "#lib/math/similarity/cca.ts";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const x = prepareCca(Float64Array.of(1, 2, 3, 4), 4, 1);
 * const y = prepareCca(Float64Array.of(1, 2, 4, 3), 4, 1);
 * assertEquals(x.rank, 1);
 * assertAlmostEquals(compareCca(x, y).mean, 0.8, 1e-15);
 * ```
 */
export function prepareCca(
  x: Float64Array,
  numItems: number,
  numFeatures: number,
  { tolerance, variance = 1, maxRank = Infinity, ridge = 0 }: CcaOptions = {},
): CcaItems {
  if (!(variance > 0 && variance <= 1)) {
    throw new RangeError(`the variance kept is a share in (0, 1], but ${variance} was given`);
  }
  if (!(maxRank >= 1)) {
    throw new RangeError(`at least 1 direction must be kept, but ${maxRank} was given`);
  }
  if (!(ridge >= 0 && ridge < Infinity)) {
    throw new RangeError(`a ridge is a share of at least 0, but ${ridge} was given`);
  }
  const items = nearUnitNorm(centreItems(x, numItems, numFeatures));
  const keep = (values: Float64Array) => Math.min(maxRank, countFor(values, variance));
  const basis = itemBasis(items, { keep, ...(tolerance === undefined ? {} : { tolerance }) });
  const { rank, values, share } = basis;
  if (rank >= numItems - 1 && ridge === 0) {
    throw new RangeError(
      `the features have rank ${rank} over ${numItems} items, all that there is, so that they correlate perfectly ` +
        "with any others; give more items than features, keep fewer directions (svcca), or add a ridge",
    );
  }
  const added = ridge * values[0] * values[0];
  const lengths = values.map((s) => ridge === 0 ? 1 : s / Math.sqrt(s * s + added));
  const data = basis.left.map((value, at) => value * lengths[at % rank]);
  return {
    data,
    numItems,
    numFeatures: rank,
    width: numFeatures,
    scale: 1,
    norm: ridge === 0 ? Math.sqrt(rank) : frobeniusNorm(data),
    rank,
    share,
    ridge,
  };
}

/**
 * Compares two prepared systems. With a ridge the mean is what `cosine` is.
 *
 * @throws {RangeError} if the numbers of items or the ridges differ.
 *
 * @example
 * ```ts
 * import { compareCca, prepareCca } from "#lib/math/similarity/cca.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const x = prepareCca(Float64Array.of(1, 2, 3, 9, 5), 5, 1);
 * const both = prepareCca(Float64Array.of(1, 4, 2, 1, 3, 7, 9, 2, 5, 1), 5, 2);
 * const { correlations, mean, cosine } = compareCca(x, both);
 * assertAlmostEquals(correlations[0], 1, 1e-14);
 * assertAlmostEquals(mean, 1, 1e-14);
 * assertAlmostEquals(cosine, Math.SQRT1_2, 1e-14);
 * ```
 */
export function compareCca(x: CcaItems, y: CcaItems): CcaScore {
  requireSameItems(x, y);
  if (x.ridge !== y.ridge) {
    throw new RangeError(`ridges of ${x.ridge} and ${y.ridge}; prepare both with the same`);
  }
  const { cosine, angle, singularValues } = compareProcrustes(x, y);
  const correlations = singularValues.map((value) => Math.min(1, value));
  const numTrivial = Math.max(0, x.rank + y.rank - (x.numItems - 1));
  if (x.ridge > 0) {
    return { correlations, mean: cosine, angleOfMean: angle, cosine, angle, numTrivial };
  }
  const count = correlations.length;
  const mean = Math.min(1, correlations.reduceRight((sum, value) => sum + value, 0) / count);
  // ‖Q_X U − Q_Y V‖² = 2 Σ (1 − ρ).
  const angleOfMean = angleOf(mean, () => pairedDistance(x, y) / Math.sqrt(count));
  return { correlations, mean, angleOfMean, cosine, angle, numTrivial };
}

/** The fewest leading values whose squares make up a share of the sum of all. */
function countFor(values: Float64Array, share: number): number {
  if (share === 1) return values.length;
  const wanted = share * frobeniusNorm(values) ** 2;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i] * values[i];
    if (sum >= wanted) return i + 1;
  }
  return values.length;
}
