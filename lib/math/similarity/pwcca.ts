// Projection weighted CCA (Morcos, Raghu & Bengio 2018, section 3.2): the mean of canonical correlations, each weighted by
// how much of a system's features its canonical variate accounts for, wᵢ = Σⱼ |⟨hᵢ, x̃ⱼ⟩|. The weights are one system's, so
// the two ways round differ; and they depend on the axes in which features are given. The paper weights by the first; its
// code by the system with fewer features, summing over variates instead of features, which is not done here. Nor does it say
// which variates to take where correlations are equal (as several are 1 where there are few items), though weights depend on
// it: here those along which the features vary most.

import { crossGram } from "../linalg/gram.ts";
import { multiply, multiplyTransposeA } from "../linalg/matmul.ts";
import { svd } from "../linalg/svd.ts";
import { transpose } from "../linalg/transpose.ts";
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

/** A similarity and arccos of it in radians; below 1e-4 of the right size only, since variates of equal correlation are any. */
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
  const byFirst = weights(x, u, correlations);
  const bySecond = weights(y, v, correlations);
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
function weights(x: PwccaItems, u: Float64Array, correlations: Float64Array): Float64Array {
  const k = correlations.length;
  const p = x.loadings.length / x.rank;
  const shares = multiplyTransposeA(u, x.loadings, x.rank, k, p);
  const sums = new Float64Array(k);
  for (let i = 0; i < k;) {
    let end = i + 1;
    while (end < k && correlations[end - 1] - correlations[end] < TIED) end++;
    const group = shares.subarray(i * p, end * p);
    sums.set(end - i === 1 ? rowSums(group, 1, p) : principalSums(group, end - i, p), i);
    i = end;
  }
  let total = 0;
  for (let i = 0; i < k; i++) total += sums[i];
  // Variates that no feature has a part in: a system orthogonal to the other in all that carries anything.
  if (total === 0) return sums.fill(1 / k);
  for (let i = 0; i < k; i++) sums[i] /= total;
  return sums;
}

// The weights of variates whose correlations are equal, and which therefore may be any basis of their span: those along
// which the features have most of their variance.
function principalSums(shares: Float64Array, count: number, p: number): Float64Array {
  const { s, v } = svd(shares, count, p);
  const rows = transpose(v, p, s.length).map((value, at) => s[Math.floor(at / p)] * value);
  const sums = new Float64Array(count);
  sums.set(rowSums(rows, s.length, p));
  return sums;
}

function rowSums(a: Float64Array, count: number, p: number): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < p; j++) sums[i] += Math.abs(a[i * p + j]);
  }
  return sums;
}

// Correlations nearer to each other count as equal: their variates would be known to 1e-7 only.
const TIED = 1e-9;

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
