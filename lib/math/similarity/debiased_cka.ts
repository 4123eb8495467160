// Debiased linear CKA: the ratio of unbiased estimates HSIC₁ (Song et al. 2012, eq. 5), of all items at once (Kornblith et al.
// 2019 have the biased ratio; Murphy, Zylberberg & Fyshe 2024 show why not with few items and many features) or summed over
// batches of consecutive items (Nguyen, Raghu & Kornblith 2021, eq. 2): unbiased in each sum whatever the size of a batch.
// A cosine of U-centred kernels (centred_kernel.ts): in [−1, 1], its angle in [0, π] a metric. A pair needs three numbers,
// sums over batches, which may be worked out anywhere and added. Leaves out the order of items (the caller's).

import { centreItems, nearUnitNorm, requireSameItems } from "./centred_items.ts";
import { angleOf } from "./angle_of.ts";
import { requireFour } from "./centred_kernel.ts";
import {
  batchProduct,
  batchSquaredDistance,
  type UnbiasedBatch,
  unbiasedBatch,
} from "./unbiased_batch.ts";

/** A system ready for debiased CKA: its batches, scaled by a power of two to a norm near 1. */
export interface DebiasedItems {
  /** Items used: whole batches. */
  readonly numItems: number;
  readonly numFeatures: number;
  readonly batchSize: number;
  readonly batches: readonly UnbiasedBatch[];
  /** Norm of the centred data, scaled. */
  readonly norm: number;
}

/** Sums over batches of ⟨Ã, B̃⟩, ⟨Ã, Ã⟩ and ⟨B̃, B̃⟩: b(b − 3) times HSIC₁, each. */
export interface HsicSums {
  readonly xy: number;
  readonly xx: number;
  readonly yy: number;
}

/** A debiased similarity and its angle. */
export interface DebiasedScore {
  /** In [−1, 1]; expected to be 0 for independent representations. */
  readonly cka: number;
  /** arccos(CKA) in radians, in [0, π]: a metric. */
  readonly angle: number;
}

/**
 * Prepares X (items × features) in batches of `batchSize` consecutive items, the remainder dropped; all items as one batch
 * where there are no more than that, or no size is given.
 *
 * @throws {RangeError} as `centreItems`, if a batch has fewer than 4 items, or if the items of every batch are equally far
 * from each other (0/0).
 *
 * @example
 * ```ts
 * import { compareDebiasedCka, prepareDebiasedCka } from "#lib/math/similarity/debiased_cka.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const x = prepareDebiasedCka(Float64Array.of(1, 2, 4, 8, 3, 9), 6, 1);
 * const y = prepareDebiasedCka(Float64Array.of(1, 0, 5, 2, 3, 0), 6, 1);
 * assertAlmostEquals(compareDebiasedCka(x, y).cka, -0.157617544148157, 1e-13);
 * ```
 */
export function prepareDebiasedCka(
  x: Float64Array,
  numItems: number,
  numFeatures: number,
  { batchSize = numItems }: { readonly batchSize?: number } = {},
): DebiasedItems {
  const b = Math.min(batchSize, numItems);
  requireFour(b);
  const { data, norm } = nearUnitNorm(centreItems(x, numItems, numFeatures));
  const numBatches = Math.floor(numItems / b);
  const size = b * numFeatures;
  const batches = numBatches === 1 && b === numItems
    ? [unbiasedBatch(data, b, numFeatures, { centred: true })]
    : Array.from(
      { length: numBatches },
      (_, k) => unbiasedBatch(data.subarray(k * size, (k + 1) * size), b, numFeatures),
    );
  if (!batches.some(isInformative)) {
    throw new RangeError(
      `debiased similarity: the ${b} items${numBatches > 1 ? " of every batch" : ""} are ` +
        "equally far from each other, so the similarity is 0/0; give more items or take the biased measure",
    );
  }
  return { numItems: numBatches * b, numFeatures, batchSize: b, batches, norm };
}

/**
 * The three sums of a pair, over all batches or those from `from` up to `to`: what a worker that has some batches returns.
 *
 * @throws {RangeError} if the systems differ in items or batches.
 *
 * @example
 * ```ts
 * import { hsicSums, prepareDebiasedCka } from "#lib/math/similarity/debiased_cka.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const x = prepareDebiasedCka(Float64Array.of(1, 2, 4, 8), 4, 1);
 * assertEquals(hsicSums(x, x).xy, hsicSums(x, x).xx);
 * ```
 */
export function hsicSums(
  x: DebiasedItems,
  y: DebiasedItems,
  from = 0,
  to = x.batches.length,
): HsicSums {
  requireSameBatches(x, y);
  let xy = 0, xx = 0, yy = 0;
  for (let k = from; k < to; k++) {
    xy += batchProduct(x.batches[k], y.batches[k]);
    xx += x.batches[k].squares;
    yy += y.batches[k].squares;
  }
  return { xy, xx, yy };
}

/**
 * Sums of some batches and sums of others, added.
 *
 * @example
 * ```ts
 * import { addHsicSums } from "#lib/math/similarity/debiased_cka.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const one = { xy: 1, xx: 2, yy: 3 };
 * assertEquals(addHsicSums(one, one), { xy: 2, xx: 4, yy: 6 });
 * ```
 */
export function addHsicSums(one: HsicSums, other: HsicSums): HsicSums {
  return { xy: one.xy + other.xy, xx: one.xx + other.xx, yy: one.yy + other.yy };
}

/**
 * The similarity that sums over all batches give.
 *
 * @example
 * ```ts
 * import { ckaOfSums } from "#lib/math/similarity/debiased_cka.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ckaOfSums({ xy: -1, xx: 2, yy: 8 }), -0.25);
 * ```
 */
export function ckaOfSums({ xy, xx, yy }: HsicSums): number {
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

/**
 * Compares two prepared systems; symmetric up to rounding, near identity exact in the angle.
 *
 * @throws {RangeError} if the systems differ in items or batches.
 *
 * @example
 * ```ts
 * import { compareDebiasedCka, prepareDebiasedCka } from "#lib/math/similarity/debiased_cka.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const x = prepareDebiasedCka(Float64Array.of(1, 2, 4, 8, 16), 5, 1);
 * assertEquals(compareDebiasedCka(x, x).cka, 1);
 * ```
 */
export function compareDebiasedCka(x: DebiasedItems, y: DebiasedItems): DebiasedScore {
  const sums = hsicSums(x, y);
  const cka = ckaOfSums(sums);
  const [a, b] = [1 / Math.sqrt(sums.xx), 1 / Math.sqrt(sums.yy)];
  const angle = angleOf(cka, () => {
    let squares = 0;
    x.batches.forEach((batch, k) => squares += batchSquaredDistance(batch, y.batches[k], a, b));
    return Math.sqrt(squares);
  });
  return { cka, angle };
}

function requireSameBatches(x: DebiasedItems, y: DebiasedItems): void {
  requireSameItems(x, y);
  if (x.batchSize !== y.batchSize) {
    throw new RangeError(
      `debiased similarity: batches of ${x.batchSize} items against ${y.batchSize}; ` +
        "prepare both with the same batch size",
    );
  }
}

// Whether the estimate is more than rounding: the feature form takes the difference of large sums, the kernel form that of
// entries.
function isInformative({ form, squares, plainSquares }: UnbiasedBatch): boolean {
  return squares > (form === "features" ? 1e-13 : 1e-24) * plainSquares;
}
