// An orthonormal basis of what the features of a system span over its items, X̃ = U S Vᵀ, as far as they are more than
// rounding: what canonical correlations and whitening take. 4mp² operations (p ≤ m) once per system.

import { frobeniusNorm } from "../linalg/norms.ts";
import { tallSvd } from "../linalg/svd.ts";
import { transpose } from "../linalg/transpose.ts";
import type { CentredItems } from "./centred_items.ts";

/** The leading left singular vectors of a system. */
export interface ItemBasis {
  readonly numItems: number;
  readonly rank: number;
  /** U: items × rank. */
  readonly left: Float64Array;
  /** Singular values, descending, `rank` of them. */
  readonly values: Float64Array;
  /** V: features × features, all of it; `null` where there are more features than items. */
  readonly right: Float64Array | null;
  /** Share of ‖X̃‖² in the basis. */
  readonly share: number;
}

/** Singular values below this share of the largest count as rounding, unless said otherwise. */
export const RANK_TOLERANCE = 1e-10;

/**
 * The basis of centred items. `keep` may cut it further: it takes the singular values that are left and returns how many of
 * them are wanted, at least 1.
 *
 * @throws {RangeError} if the tolerance is not in [0, 1).
 *
 * @example
 * ```ts
 * import { centreItems } from "#lib/math/similarity/centred_items.ts";
 * import { itemBasis } from "#lib/math/similarity/item_basis.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const twice = centreItems(Float64Array.of(1, 1, 2, 2, 4, 4), 3, 2);
 * assertEquals(itemBasis(twice).rank, 1);
 * ```
 */
export function itemBasis(
  x: CentredItems,
  { tolerance = RANK_TOLERANCE, keep = (values) => values.length }: {
    readonly tolerance?: number;
    readonly keep?: (values: Float64Array) => number;
  } = {},
): ItemBasis {
  if (!(tolerance >= 0 && tolerance < 1)) {
    throw new RangeError(`a rank tolerance is a share in [0, 1), but ${tolerance} was given`);
  }
  const { numItems: m, numFeatures: p } = x;
  const wanted = (s: Float64Array) => {
    const rank = s.findLastIndex((value) => value > tolerance * s[0]) + 1;
    return Math.min(rank, Math.max(1, keep(s.subarray(0, rank))));
  };
  const tall = p <= m;
  const found = tall
    ? tallSvd(x.data, m, p, { numLeft: wanted })
    : tallSvd(transpose(x.data, m, p), p, m, { numLeft: 0 });
  const rank = wanted(found.s);
  const values = found.s.slice(0, rank);
  return {
    numItems: m,
    rank,
    left: tall ? found.left : leadingColumns(found.right, m, rank),
    values,
    right: tall ? found.right : null,
    share: Math.min(1, (frobeniusNorm(values) / frobeniusNorm(found.s)) ** 2),
  };
}

function leadingColumns(a: Float64Array, n: number, count: number): Float64Array {
  const out = new Float64Array(n * count);
  for (let i = 0; i < n; i++) out.set(a.subarray(i * n, i * n + count), i * count);
  return out;
}
