// How much two sets have in common, in whole per cent: pretraining rules of two groups of networks, for example.
// Sources: Jaccard 1912; rounding and empty sets as in RepAL (Guilhot, Wójcik, Achterberg & Costa 2024, arXiv 2410.24070).

/**
 * 100 |A ∩ B| / |A ∪ B|, cut to a whole number; 100 where both are empty, 0 where one is. Repeated entries count once.
 *
 * @example
 * ```ts
 * import { sharedPercent } from "#lib/math/statistics/shared_percent.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(sharedPercent(["anti", "pro"], ["anti", "pro", "delay"]), 66);
 * assertEquals([sharedPercent([], []), sharedPercent([], ["pro"])], [100, 0]);
 * ```
 */
export function sharedPercent<T>(a: Iterable<T>, b: Iterable<T>): number {
  const [first, second] = [new Set(a), new Set(b)];
  const union = first.union(second).size;
  return union === 0 ? 100 : Math.floor(100 * first.intersection(second).size / union);
}
