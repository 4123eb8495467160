// Principal components of items × features by a full singular value decomposition. Pearson 1901; Hotelling 1933.
// Signs: the loading of largest magnitude of each component is positive. About 4mp² + 4mpr operations for m items.

import { centreColumns } from "../linalg/gram.ts";
import { multiplyTransposeB } from "../linalg/matmul.ts";
import { frobeniusNorm } from "../linalg/norms.ts";
import { requireFinite, requireShape } from "../linalg/require_shape.ts";
import { tallSvd } from "../linalg/svd.ts";
import { transpose } from "../linalg/transpose.ts";

/** Components of a centred cloud of items. */
export interface Pca {
  /** Mean of each feature. */
  readonly mean: Float64Array;
  /** components × features, orthonormal rows in order of variance. */
  readonly components: Float64Array;
  readonly numComponents: number;
  /** Singular values of the centred data, of the components kept. */
  readonly singularValues: Float64Array;
  /** Variance along each component, divisor m − 1. */
  readonly explainedVariance: Float64Array;
  /** The same as a share of the variance of all features. */
  readonly explainedVarianceRatio: Float64Array;
}

/** How many components are kept: a number, or as few as explain this share of the variance. */
export type ComponentChoice = { readonly count?: number } | { readonly share: number };

/**
 * Fits components to X (items × features).
 *
 * @throws {RangeError} if sizes do not fit, an entry is not finite, there are fewer than two items, all items are equal, or
 * more components are wanted than min(items, features).
 *
 * @example
 * ```ts
 * import { fitPca } from "#lib/math/maps/pca.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const { components, explainedVariance } = fitPca(Float64Array.of(0, 0, 3, 4), 2, 2, { count: 1 });
 * assertAlmostEquals(components[0], 0.6, 1e-15);
 * assertAlmostEquals(explainedVariance[0], 12.5, 1e-14);
 * ```
 */
export function fitPca(
  x: Float64Array,
  numItems: number,
  numFeatures: number,
  choice: ComponentChoice = {},
): Pca {
  requireShape("pca", "the items × features", x, numItems, numFeatures);
  requireFinite("pca", "the items × features", x);
  if (numItems < 2 || numFeatures < 1) {
    throw new RangeError(
      `pca: ${numItems} items × ${numFeatures} features; components want at least 2 × 1`,
    );
  }
  const mean = means(x, numItems, numFeatures);
  const centred = centreColumns(x, numItems, numFeatures);
  requireFinite("pca", "the centred data", centred);
  if (!(frobeniusNorm(centred) > Number.EPSILON * frobeniusNorm(x))) {
    throw new RangeError(
      `pca: all ${numItems} items are equal, so nothing varies; leave this system out`,
    );
  }
  const { s, rows } = rightVectors(centred, numItems, numFeatures);
  // Shares from relative values: squares of very small ones would vanish.
  const relative = s.map((value) => value / s[0]);
  const total = relative.reduce((sum, value) => sum + value * value, 0);
  const numComponents = howMany(relative, total, choice, numItems, numFeatures);
  const kept = s.slice(0, numComponents);
  const explainedVariance = kept.map((value) => value * value / (numItems - 1));
  if (!Number.isFinite(explainedVariance[0])) {
    throw new RangeError(
      `pca: a variance of ${
        s[0]
      }² is no number; bring the features to a common scale (normalize) first`,
    );
  }
  return {
    mean,
    components: rows.slice(0, numComponents * numFeatures),
    numComponents,
    singularValues: kept,
    explainedVariance,
    explainedVarianceRatio: relative.slice(0, numComponents).map((value) => value * value / total),
  };
}

/**
 * Scores of items (items × features) along components: (X − mean) · componentsᵀ, items × components.
 *
 * @throws {RangeError} if X has other features than the fit.
 *
 * @example
 * ```ts
 * import { fitPca, projectPca } from "#lib/math/maps/pca.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const x = Float64Array.of(0, 0, 3, 4);
 * assertAlmostEquals(projectPca(fitPca(x, 2, 2, { count: 1 }), x, 2)[1], 2.5, 1e-15);
 * ```
 */
export function projectPca(
  { mean, components, numComponents }: Pick<Pca, "mean" | "components" | "numComponents">,
  x: Float64Array,
  numItems: number,
): Float64Array {
  const numFeatures = mean.length;
  if (x.length !== numItems * numFeatures) {
    throw new RangeError(
      `pca: ${numItems} items of ${
        x.length / numItems
      } features, but the components were fitted to ` +
        `${numFeatures} features`,
    );
  }
  const centred = x.map((value, at) => value - mean[at % numFeatures]);
  return multiplyTransposeB(centred, components, numItems, numFeatures, numComponents);
}

function means(x: Float64Array, m: number, p: number): Float64Array {
  const sums = new Float64Array(p);
  for (let at = 0; at < x.length; at++) sums[at % p] += x[at] / m;
  return sums;
}

/** Singular values and right vectors, one per row, signs fixed by the largest loading. */
function rightVectors(centred: Float64Array, m: number, p: number) {
  const wide = m < p;
  const found = wide
    ? tallSvd(transpose(centred, m, p), p, m)
    : tallSvd(centred, m, p, { numLeft: 0 });
  const k = Math.min(m, p);
  const rows = transpose(wide ? found.left : found.right, p, k);
  for (let row = 0; row < k; row++) {
    const one = rows.subarray(row * p, (row + 1) * p);
    let largest = 0;
    for (let i = 1; i < p; i++) if (Math.abs(one[i]) > Math.abs(one[largest])) largest = i;
    if (one[largest] < 0) { for (let i = 0; i < p; i++) one[i] = -one[i]; }
  }
  return { s: found.s, rows };
}

function howMany(
  s: Float64Array,
  total: number,
  choice: ComponentChoice,
  numItems: number,
  numFeatures: number,
): number {
  if ("share" in choice) {
    let sum = 0;
    for (let k = 0; k < s.length; k++) {
      sum += s[k] * s[k];
      if (sum >= choice.share * total) return k + 1;
    }
    return s.length;
  }
  const { count = s.length } = choice;
  if (!Number.isInteger(count) || count < 1 || count > s.length) {
    throw new RangeError(
      `pca: ${count} components wanted of ${numItems} items × ${numFeatures} features; take 1 … ${s.length}`,
    );
  }
  return count;
}
