// Projection weighted CCA (Morcos, Raghu & Bengio 2018, section 3.2): the mean of canonical correlations, each weighted by
// how much of a system's features its canonical variate accounts for, wᵢ = Σⱼ |⟨hᵢ, x̃ⱼ⟩|. The weights are one system's, so
// the two ways round differ; and they depend on the axes in which features are given. The paper weights by the first; its
// code by the system with fewer features, summing over variates instead of features, which is not done here.

import { crossGram } from "../linalg/gram.ts";
import { multiply, multiplyTransposeA } from "../linalg/matmul.ts";
import { svd } from "../linalg/svd.ts";
import { angleOf } from "./angle_of.ts";
import { type CcaItems, type CcaOptions, prepareCca } from "./cca.ts";
import { centreItems, nearUnitNorm, requireSameItems } from "./centred_items.ts";

/** A system ready for PWCCA. */
export interface PwccaItems extends CcaItems {
  /** QᵀX̃: rank × features. */
  readonly loadings: Float64Array;
}

/** The weighted means of a pair's canonical correlations. */
export interface PwccaScore {
  readonly correlations: Float64Array;
  /** Weighted by the first system's features, by the second's, and the mean of both: in [0, 1]. */
  readonly first: WeightedMean;
  readonly second: WeightedMean;
  readonly mean: WeightedMean;
}

/** A similarity and arccos of it in radians; below 1e-6 of the right size only, since variates of equal correlation are any. */
export interface WeightedMean {
  readonly similarity: number;
  readonly angle: number;
}

/**
 * Prepares X (items × features).
 *
 * @throws {RangeError} as `prepareCca`.
 *
 * @example
 * ```ts
 * import { preparePwcca } from "#lib/math/similarity/pwcca.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(preparePwcca(Float64Array.of(1, 2, 3, 4, 7, 1, 0, 2), 4, 2).loadings.length, 4);
 * ```
 */
export function preparePwcca(
  x: Float64Array,
  numItems: number,
  numFeatures: number,
  options: Pick<CcaOptions, "tolerance"> = {},
): PwccaItems {
  const items = prepareCca(x, numItems, numFeatures, options);
  const { data } = nearUnitNorm(centreItems(x, numItems, numFeatures));
  const loadings = multiplyTransposeA(items.data, data, numItems, items.rank, numFeatures);
  return { ...items, loadings };
}

/**
 * Compares two prepared systems, 2mrs operations and the singular vectors of an r×s matrix.
 *
 * @throws {RangeError} if the numbers of items differ.
 *
 * @example
 * ```ts
 * import { comparePwcca, preparePwcca } from "#lib/math/similarity/pwcca.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const x = preparePwcca(Float64Array.of(1, 2, 3, 4), 4, 1);
 * const y = preparePwcca(Float64Array.of(1, 2, 4, 3), 4, 1);
 * assertAlmostEquals(comparePwcca(x, y).first.similarity, 0.8, 1e-15);
 * ```
 */
export function comparePwcca(x: PwccaItems, y: PwccaItems): PwccaScore {
  requireSameItems(x, y);
  const { numItems: m, rank: r } = x;
  const { u, s, v } = svd(crossGram(x.data, y.data, m, r, y.rank), r, y.rank);
  const k = s.length;
  const correlations = s.map((value) => Math.min(1, value));
  const byFirst = weights(x, u, k);
  const bySecond = weights(y, v, k);
  const both = byFirst.map((weight, i) => 0.5 * (weight + bySecond[i]));
  // ½‖hᵢ − gᵢ‖² = 1 − ρᵢ, worked out where a mean is near 1.
  let losses: Float64Array | undefined;
  const weighted = (by: Float64Array): WeightedMean => {
    const similarity = Math.min(1, sumOf(by, correlations));
    const chord = () => Math.sqrt(2 * sumOf(by, losses ??= lossesOf(x, y, u, v, k)));
    return { similarity, angle: angleOf(similarity, chord) };
  };
  return {
    correlations,
    first: weighted(byFirst),
    second: weighted(bySecond),
    mean: weighted(both),
  };
}

// Σⱼ |⟨hᵢ, x̃ⱼ⟩| of the variates h = QU, over their sum.
function weights(x: PwccaItems, u: Float64Array, k: number): Float64Array {
  const p = x.loadings.length / x.rank;
  const shares = multiplyTransposeA(u, x.loadings, x.rank, k, p);
  const sums = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < p; j++) sums[i] += Math.abs(shares[i * p + j]);
  }
  let total = 0;
  for (let i = 0; i < k; i++) total += sums[i];
  // Variates that no feature has a part in: a system orthogonal to the other in all that carries anything.
  if (total === 0) return sums.fill(1 / k);
  for (let i = 0; i < k; i++) sums[i] /= total;
  return sums;
}

function lossesOf(
  x: PwccaItems,
  y: PwccaItems,
  u: Float64Array,
  v: Float64Array,
  k: number,
): Float64Array {
  const m = x.numItems;
  const h = multiply(x.data, u, m, x.rank, k);
  const g = multiply(y.data, v, m, y.rank, k);
  const losses = new Float64Array(k);
  for (let at = 0; at < h.length; at++) losses[at % k] += 0.5 * (h[at] - g[at]) ** 2;
  return losses;
}

function sumOf(weights: Float64Array, values: Float64Array): number {
  let total = 0;
  for (let i = values.length - 1; i >= 0; i--) total += weights[i] * values[i];
  return total;
}
