// CKA with Gaussian kernels exp(−d²/(2σ²)), σ a fraction of the median distance between items (Kornblith et al. 2019,
// section 3): sees which items are near each other, and how near matters less the farther they are. Biased or debiased.
// m²p operations and m(m − 1)/2 numbers once per system, m² per pair, whatever the features; there is no form without the
// items × items kernel.

import { centreItems, nearUnitNorm } from "./centred_items.ts";
import {
  type CentredKernel,
  centreKernel,
  type Estimator,
  requireFour,
  rowStart,
} from "./centred_kernel.ts";
import { visitGramRows } from "./gram_rows.ts";
import { middleValue } from "./middle_value.ts";

/** A centred Gaussian kernel, and how wide it is. */
export interface RbfItems extends CentredKernel {
  readonly numFeatures: number;
  /** Median distance between two different items, in the units of the data. */
  readonly medianDistance: number;
}

/** Items from which the kernel (8·m²/2 bytes) is refused. */
export const MOST_RBF_ITEMS = 32_768;

/**
 * Prepares X (items × features): the kernel with σ = `bandwidth` × the median over all pairs of items of their distance.
 *
 * @throws {RangeError} as `centreItems`; if `bandwidth` is not positive, most pairs of items are equal (σ = 0), there are
 * too many items for a kernel, or the kernel is the same for all pairs to rounding (bandwidth too small or too large).
 *
 * @example
 * ```ts
 * import { prepareRbfCka } from "#lib/math/similarity/rbf_cka.ts";
 * import { kernelAngle } from "#lib/math/similarity/centred_kernel.ts";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const x = prepareRbfCka(Float64Array.of(0, 1, 3), 3, 1, { bandwidth: 0.5 });
 * assertEquals(x.medianDistance, 2);
 * assertAlmostEquals(kernelAngle(x, x).cka, 1, 1e-15);
 * ```
 */
export function prepareRbfCka(
  x: Float64Array,
  numItems: number,
  numFeatures: number,
  { bandwidth = 1, estimator = "biased" }: {
    readonly bandwidth?: number;
    readonly estimator?: Estimator;
  } = {},
): RbfItems {
  if (!(bandwidth > 0 && bandwidth < Infinity)) {
    throw new RangeError(`the bandwidth of a kernel is ${bandwidth}; give a positive number`);
  }
  if (estimator === "debiased") requireFour(numItems);
  if (numItems > MOST_RBF_ITEMS) {
    throw new RangeError(
      `a kernel of ${numItems} × ${numItems} items would take ${
        (4e-9 * numItems ** 2).toFixed(1)
      } GB, more than for ${MOST_RBF_ITEMS}; keep every k-th moment, or take linear_cka or minibatch_cka`,
    );
  }
  // Distances count by their median, so the norm may be anything.
  const { data, scale } = nearUnitNorm(centreItems(x, numItems, numFeatures));
  const squares = squaredDistances(data, numItems, numFeatures);
  const median = middleValue(squares.slice());
  if (!(median > 1e-28)) {
    throw new RangeError(
      `most pairs of the ${numItems} items are equal, so their median distance, and with it the width ` +
        "of the kernel, is 0; leave out repeated items, or take linear_cka",
    );
  }
  const rate = -1 / (2 * bandwidth * bandwidth * median);
  let nearest = 0;
  for (let i = 0; i < squares.length; i++) {
    squares[i] = Math.exp(rate * squares[i]);
    if (squares[i] > nearest) nearest = squares[i];
  }
  const diagonal = estimator === "biased" ? new Float64Array(numItems).fill(1) : null;
  const kernel = centreKernel(squares, diagonal, numItems);
  // Too narrow, and biased kernels are all the identity, which is perfectly like itself.
  if (nearest < Number.EPSILON || !(kernel.squares > 1e-24 * numItems * numItems)) {
    throw new RangeError(
      `a bandwidth of ${bandwidth} median distances sees no pair of the ${numItems} items as nearer than another; ` +
        "take one nearer 1, or more items",
    );
  }
  return { ...kernel, numFeatures, medianDistance: Math.sqrt(median) * scale };
}

// ‖xᵢ − xⱼ‖² for i < j, row by row.
function squaredDistances(data: Float64Array, m: number, p: number): Float64Array {
  const rowSquares = new Float64Array(m);
  for (let i = 0, at = 0; i < m; i++) {
    for (let j = 0; j < p; j++, at++) rowSquares[i] += data[at] * data[at];
  }
  const squares = new Float64Array(m * (m - 1) / 2);
  visitGramRows({ data, numItems: m, numFeatures: p }, (i, row) => {
    const start = rowStart(i, m) - 1;
    for (let k = 1; k < row.length; k++) {
      squares[start + k] = Math.max(0, rowSquares[i] + rowSquares[i + k] - 2 * row[k]);
    }
  });
  return squares;
}
