// Monotone regression: the non-decreasing sequence nearest to a given one in least squares, by pooling neighbours that
// are out of order. Kruskal 1964; pool-adjacent-violators of Ayer et al. 1955. O(n).

/**
 * The non-decreasing fit, in place.
 *
 * @param weights of the entries, positive; all 1 if absent
 *
 * @example
 * ```ts
 * import { monotoneFit } from "#lib/math/maps/monotone_regression.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(monotoneFit(Float64Array.of(1, 3, 2, 4)), Float64Array.of(1, 2.5, 2.5, 4));
 * ```
 */
export function monotoneFit(values: Float64Array, weights?: Float64Array): Float64Array {
  const n = values.length;
  // Blocks of equal fit: their mean, weight and end.
  const means = new Float64Array(n), sums = new Float64Array(n);
  const ends = new Uint32Array(n);
  let blocks = 0;
  for (let i = 0; i < n; i++) {
    means[blocks] = values[i];
    sums[blocks] = weights === undefined ? 1 : weights[i];
    ends[blocks] = i + 1;
    blocks++;
    while (blocks > 1 && means[blocks - 2] >= means[blocks - 1]) {
      const [a, b] = [blocks - 2, blocks - 1];
      const weight = sums[a] + sums[b];
      means[a] = (means[a] * sums[a] + means[b] * sums[b]) / weight;
      sums[a] = weight;
      ends[a] = ends[b];
      blocks--;
    }
  }
  for (let block = 0, from = 0; block < blocks; from = ends[block], block++) {
    values.fill(means[block], from, ends[block]);
  }
  return values;
}

/** What becomes of equal dissimilarities: kept equal, or free in any order (Kruskal's second and first approach). */
export type TieTreatment = "kept" | "free";

/**
 * Disparities: distances made monotone in the dissimilarities.
 *
 * @param group for each pair the place of its dissimilarity among the distinct ones, ascending
 * @param order pairs in ascending order of dissimilarity
 *
 * @example
 * ```ts
 * import { disparitiesOf } from "#lib/math/maps/monotone_regression.ts";
 * import { rank } from "#lib/math/rsa/ranks.ts";
 * import { assertEquals } from "@std/assert";
 * const { order, group } = rank(Float64Array.of(5, 1, 5));
 * assertEquals(disparitiesOf(Float64Array.of(4, 3, 2), order, group, "kept"), Float64Array.of(3, 3, 3));
 * assertEquals(disparitiesOf(Float64Array.of(4, 1, 2), order, group, "free"), Float64Array.of(4, 1, 2));
 * ```
 */
export function disparitiesOf(
  distances: Float64Array,
  order: Uint32Array,
  group: Uint32Array,
  ties: TieTreatment,
): Float64Array {
  const out = new Float64Array(distances.length);
  if (ties === "free") {
    const free = order.slice();
    for (let from = 0, to = 0; from < free.length; from = to) {
      while (to < free.length && group[free[to]] === group[free[from]]) to++;
      if (to - from < 2) continue;
      free.subarray(from, to).sort((a, b) => distances[a] - distances[b] || a - b);
    }
    const fitted = monotoneFit(Float64Array.from(free, (pair) => distances[pair]));
    free.forEach((pair, place) => out[pair] = fitted[place]);
    return out;
  }
  const numGroups = order.length === 0 ? 0 : group[order[order.length - 1]] + 1;
  const sums = new Float64Array(numGroups), counts = new Float64Array(numGroups);
  for (const pair of order) {
    sums[group[pair]] += distances[pair];
    counts[group[pair]]++;
  }
  const fitted = monotoneFit(sums.map((sum, g) => sum / counts[g]), counts);
  for (let pair = 0; pair < out.length; pair++) out[pair] = fitted[group[pair]];
  return out;
}
