// Symmetry to the last bit: sums over a pair depend on which system comes first by their rounding, so a metric that
// calls itself symmetric puts the pair in an order of its own first.

import type { CentredItems } from "../math/similarity/centred_items.ts";
import type { DebiasedItems } from "../math/similarity/debiased_cka.ts";

/**
 * The pair in an order that depends on the systems alone: fewer features first, then the smaller norm, then the smaller
 * first entry that differs.
 *
 * @example
 * ```ts
 * import { inOrder } from "#lib/metrics/_in_order.ts";
 * import { centreItems } from "#lib/math/similarity/centred_items.ts";
 * import { assertEquals } from "@std/assert";
 * const a = centreItems(Float64Array.of(1, 2, 6), 3, 1);
 * const b = centreItems(Float64Array.of(1, 2, 4), 3, 1);
 * assertEquals(inOrder(a, b), inOrder(b, a));
 * ```
 */
export function inOrder<T extends CentredItems>(a: T, b: T): readonly [T, T] {
  return comesFirst(a, b, () => firstDifference(a.data, b.data)) ? [a, b] : [b, a];
}

/**
 * The same for systems in batches. Those that keep kernels give the same bits in any order.
 *
 * @example
 * ```ts
 * import { inBatchOrder } from "#lib/metrics/_in_order.ts";
 * import { prepareDebiasedCka } from "#lib/math/similarity/debiased_cka.ts";
 * import { assertEquals } from "@std/assert";
 * const a = prepareDebiasedCka(Float64Array.of(1, 2, 6, 3), 4, 1);
 * const b = prepareDebiasedCka(Float64Array.of(1, 2, 4, 3), 4, 1);
 * assertEquals(inBatchOrder(a, b), inBatchOrder(b, a));
 * ```
 */
export function inBatchOrder(
  a: DebiasedItems,
  b: DebiasedItems,
): readonly [DebiasedItems, DebiasedItems] {
  const differs = () => {
    for (let k = 0; k < a.batches.length; k++) {
      const [one, other] = [a.batches[k], b.batches[k]];
      if (one.form !== "features" || other.form !== "features") continue;
      const difference = firstDifference(one.data, other.data);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  return comesFirst(a, b, differs) ? [a, b] : [b, a];
}

type Sized = Pick<CentredItems, "numFeatures" | "norm">;

function comesFirst(a: Sized, b: Sized, difference: () => number): boolean {
  if (a.numFeatures !== b.numFeatures) return a.numFeatures < b.numFeatures;
  if (a.norm !== b.norm) return a.norm < b.norm;
  return difference() <= 0;
}

function firstDifference(a: Float64Array, b: Float64Array): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return 0;
}
