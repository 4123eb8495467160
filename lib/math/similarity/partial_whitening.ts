// Partial whitening, the family of shape metrics between Procrustes (α = 1) and canonical correlations (α = 0): every
// system is multiplied by Z = α I + (1 − α)(X̃ᵀX̃)^(−1/2) before rotations are compared (Williams, Kunz, Kornblith & Linderman
// 2021, section 2.3 and appendix; netrep's LinearMetric). As there, Z is then scaled so that the variance stays. Directions
// without content stay so, where netrep lifts eigenvalues below 1e-7.

import { multiplyTransposeB } from "../linalg/matmul.ts";
import { frobeniusNorm } from "../linalg/norms.ts";
import { itemBasis } from "./item_basis.ts";
import type { ShapeItems } from "./procrustes.ts";

/**
 * X̃Z for α in [0, 1]. Between the ends it depends on the scale of X̃, whose eigenvalues stand beside 1; with `unitScale`
 * X̃ counts as scaled to norm 1 for that.
 *
 * @throws {RangeError} if α is not in [0, 1].
 *
 * @example
 * ```ts
 * import { centreItems } from "#lib/math/similarity/centred_items.ts";
 * import { whitenPartially } from "#lib/math/similarity/partial_whitening.ts";
 * import { gram } from "#lib/math/linalg/gram.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const x = { ...centreItems(Float64Array.of(1, 0, 0, 3, -1, 0, 0, -3), 4, 2), width: 2, scale: 1 };
 * const [a, , , b] = gram(whitenPartially(x, 0).data, 4, 2);
 * assertAlmostEquals(a, b, 1e-13);
 * ```
 */
export function whitenPartially<T extends ShapeItems>(
  x: T,
  alpha: number,
  { unitScale = false, tolerance }: {
    readonly unitScale?: boolean;
    readonly tolerance?: number;
  } = {},
): T {
  if (!(alpha >= 0 && alpha <= 1)) {
    throw new RangeError(`alpha is a share of [0, 1], but ${alpha} was given`);
  }
  if (alpha === 1) return x;
  const { left, values, right, rank } = itemBasis(x, tolerance === undefined ? {} : { tolerance });
  const unit = unitScale ? x.norm : 1 / x.scale;
  const whitened = values.map((value) => alpha * value + (1 - alpha) * unit);
  const scale = x.norm / frobeniusNorm(whitened);
  const m = x.numItems;
  const data = left.map((value, at) => value * scale * whitened[at % rank]);
  if (right === null) return { ...x, data, numFeatures: rank, norm: frobeniusNorm(data) };
  // Back in the features' own axes: which maps are reflections depends on them.
  const p = x.numFeatures;
  const axes = new Float64Array(p * rank);
  for (let j = 0; j < p; j++) axes.set(right.subarray(j * p, j * p + rank), j * rank);
  const turned = multiplyTransposeB(data, axes, m, rank, p);
  return { ...x, data: turned, norm: frobeniusNorm(turned) };
}
