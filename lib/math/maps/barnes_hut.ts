// Divergence and gradient of t-SNE with far points taken together: van der Maaten 2014, "Accelerating t-SNE using
// tree-based algorithms". Attraction by the affinities there are, repulsion by boxes that look smaller than θ.
// O(n log n) a step; θ = 0 is the sum over all pairs.

import type { Affinities } from "./affinities.ts";
import { SMALLEST_AFFINITY } from "./affinities.ts";
import { type BoxTree, boxTree } from "./box_tree.ts";
import type { TsneSlope } from "./tsne_gradient.ts";

/**
 * Divergence and gradient at a map (n × dims, dims 1 … 3).
 *
 * @param theta width over distance below which a box counts as one point
 * @param exaggeration factor on the wanted affinities, in the gradient only
 *
 * @example
 * ```ts
 * import { affinities } from "#lib/math/maps/affinities.ts";
 * import { barnesHutSlope } from "#lib/math/maps/barnes_hut.ts";
 * import { exactSlope } from "#lib/math/maps/tsne_gradient.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const map = Float64Array.of(0, 1, 3, 7);
 * const p = affinities(map, 4, 1, { perplexity: 2 });
 * assertAlmostEquals(barnesHutSlope(p, map, 1, 0).divergence, exactSlope(p, map, 1).divergence, 1e-14);
 * ```
 */
export function barnesHutSlope(
  { numItems: n, starts, second, joint }: Affinities,
  map: Float64Array,
  numDims: number,
  theta: number,
  exaggeration = 1,
): TsneSlope {
  const tree = boxTree(map, n, numDims);
  const repulsion = new Float64Array(map.length);
  const stack = new Int32Array(64 * (1 << numDims));
  let total = 0;
  for (let i = 0; i < n; i++) total += repel(tree, map, i, theta, repulsion, stack);
  const gradient = repulsion.map((force) => -4 * force / total);
  let divergence = 0;
  for (let i = 0; i < n; i++) {
    for (let at = starts[i]; at < starts[i + 1]; at++) {
      const j = second[at], p = joint[at];
      let squares = 0;
      for (let k = 0; k < numDims; k++) {
        squares += (map[i * numDims + k] - map[j * numDims + k]) ** 2;
      }
      const kernel = 1 / (1 + squares);
      divergence += 2 * p * Math.log(p / Math.max(kernel / total, SMALLEST_AFFINITY));
      const force = 4 * exaggeration * p * kernel;
      for (let k = 0; k < numDims; k++) {
        const pull = force * (map[i * numDims + k] - map[j * numDims + k]);
        gradient[i * numDims + k] += pull;
        gradient[j * numDims + k] -= pull;
      }
    }
  }
  return { divergence, gradient };
}

/** Adds Σ_j kernel² (y_i − y_j) to `out` and returns Σ_j kernel, over all points but i. */
function repel(
  { numDims, firstChild, count, centre, width, leafOf }: BoxTree,
  map: Float64Array,
  i: number,
  theta: number,
  out: Float64Array,
  stack: Int32Array,
): number {
  const own = leafOf[i];
  const children = 1 << numDims;
  let top = 0, total = 0;
  stack[top++] = 0;
  while (top > 0) {
    const box = stack[--top];
    if (count[box] === 0) continue;
    let squares = 0;
    for (let k = 0; k < numDims; k++) {
      squares += (map[i * numDims + k] - centre[box * numDims + k]) ** 2;
    }
    const isLeaf = firstChild[box] === 0;
    if (!isLeaf && !(width[box] * width[box] < theta * theta * squares)) {
      for (let child = children - 1; child >= 0; child--) stack[top++] = firstChild[box] + child;
      continue;
    }
    // Where points coincide, the leaf holds i beside others.
    const others = count[box] - (box === own ? 1 : 0);
    const kernel = 1 / (1 + squares);
    total += others * kernel;
    const force = others * kernel * kernel;
    for (let k = 0; k < numDims; k++) {
      out[i * numDims + k] += force * (map[i * numDims + k] - centre[box * numDims + k]);
    }
  }
  return total;
}
