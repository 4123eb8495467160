// Symmetry to the last bit: sums over a pair depend on which system comes first by their rounding, so a metric that
// calls itself symmetric puts the pair in an order of its own first.

import type { CentredItems } from "../math/similarity/centred_items.ts";

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
  return comesFirst(a, b) ? [a, b] : [b, a];
}

function comesFirst(a: CentredItems, b: CentredItems): boolean {
  if (a.numFeatures !== b.numFeatures) return a.numFeatures < b.numFeatures;
  if (a.norm !== b.norm) return a.norm < b.norm;
  for (let i = 0; i < a.data.length; i++) {
    if (a.data[i] !== b.data[i]) return a.data[i] < b.data[i];
  }
  return true;
}
