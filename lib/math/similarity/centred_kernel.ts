// Kernels between all pairs of items, centred, and the angle between two of them: what debiased and RBF CKA compare where
// features do not do. Only the upper triangle is kept: m(m − 1)/2 numbers, and m for the diagonal where there is one.
// Centred as HSIC₀ has it (HKH: Gretton et al. 2005), or as HSIC₁ has it (diagonal zero, row sums zero by U-centring:
// Székely & Rizzo, Ann. Stat. 42, 2014, section 3), by which ⟨Ã, B̃⟩/(m(m − 3)) is the unbiased estimate of Song et al. 2012
// and, being an inner product, has a cosine in [−1, 1] whose angle is a metric.

import { innerProduct } from "../linalg/norms.ts";
import { angleOf } from "./angle_of.ts";

/** A centred kernel. */
export interface CentredKernel {
  readonly numItems: number;
  /** Entries right of the diagonal, row by row. */
  readonly upper: Float64Array;
  /** `null` where it is zero. */
  readonly diagonal: Float64Array | null;
  /** ⟨K, K⟩ over all entries. */
  readonly squares: number;
}

/** How a kernel is centred: `biased` HKH, `debiased` without the diagonal. */
export type Estimator = "biased" | "debiased";

/**
 * Where row i begins in the upper triangle of m items.
 *
 * @example
 * ```ts
 * import { rowStart } from "#lib/math/similarity/centred_kernel.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([0, 1, 2, 3].map((i) => rowStart(i, 4)), [0, 3, 5, 6]);
 * ```
 */
export function rowStart(i: number, m: number): number {
  return i * (2 * m - i - 1) / 2;
}

/**
 * Centres a kernel in place: `upper` as in `CentredKernel`, `diagonal` needed for `biased` only. 4·m²/2 operations.
 *
 * @throws {RangeError} if `debiased` has fewer than 4 items.
 *
 * @example
 * ```ts
 * import { centreKernel } from "#lib/math/similarity/centred_kernel.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { upper } = centreKernel(Float64Array.of(1, 0, 0, 0, 0, 1), null, 4);
 * assertAlmostEquals(upper[0] + upper[1] + upper[2], 0, 1e-15);
 * ```
 */
export function centreKernel(
  upper: Float64Array,
  diagonal: Float64Array | null,
  m: number,
): CentredKernel {
  const sums = diagonal === null ? new Float64Array(m) : diagonal.slice();
  for (let i = 0, at = 0; i < m; i++) {
    for (let j = i + 1; j < m; j++, at++) {
      sums[i] += upper[at];
      sums[j] += upper[at];
    }
  }
  let total = 0;
  for (let i = 0; i < m; i++) total += sums[i];
  if (diagonal === null) requireFour(m);
  const [perRow, rest] = diagonal === null
    ? [1 / (m - 2), total / ((m - 1) * (m - 2))]
    : [1 / m, total / (m * m)];
  for (let i = 0, at = 0; i < m; i++) {
    for (let j = i + 1; j < m; j++, at++) upper[at] -= perRow * (sums[i] + sums[j]) - rest;
  }
  if (diagonal !== null) {
    for (let i = 0; i < m; i++) diagonal[i] -= perRow * (2 * sums[i]) - rest;
  }
  return { numItems: m, upper, diagonal, squares: product(upper, diagonal, upper, diagonal) };
}

/**
 * ⟨K, L⟩ over all entries, m² operations; the same to the last bit either way round.
 *
 * @example
 * ```ts
 * import { kernelProduct } from "#lib/math/similarity/centred_kernel.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const k = { numItems: 2, upper: Float64Array.of(-1), diagonal: Float64Array.of(1, 1), squares: 4 };
 * assertEquals(kernelProduct(k, k), 4);
 * ```
 */
export function kernelProduct(x: CentredKernel, y: CentredKernel): number {
  return product(x.upper, x.diagonal, y.upper, y.diagonal);
}

/**
 * The cosine of two centred kernels and its angle in radians, exact also near 0.
 *
 * @example
 * ```ts
 * import { centreKernel, kernelAngle } from "#lib/math/similarity/centred_kernel.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const k = centreKernel(Float64Array.of(1, 0, 0, 0, 0, 2), null, 4);
 * assertEquals(kernelAngle(k, k), { cka: 1, angle: 0 });
 * ```
 */
export function kernelAngle(
  x: CentredKernel,
  y: CentredKernel,
): { readonly cka: number; readonly angle: number } {
  const ratio = kernelProduct(x, y) / Math.sqrt(x.squares * y.squares);
  const cka = Math.max(-1, Math.min(1, ratio));
  const [a, b] = [1 / Math.sqrt(x.squares), 1 / Math.sqrt(y.squares)];
  return { cka, angle: angleOf(cka, () => Math.sqrt(squaredDistance(x, y, a, b))) };
}

/**
 * ‖aK − bL‖² over all entries, without cancellation.
 *
 * @example
 * ```ts
 * import { squaredDistance } from "#lib/math/similarity/centred_kernel.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const k = { numItems: 2, upper: Float64Array.of(3), diagonal: null, squares: 18 };
 * assertEquals(squaredDistance(k, k, 1, 2), 18);
 * ```
 */
export function squaredDistance(
  x: CentredKernel,
  y: CentredKernel,
  a: number,
  b: number,
): number {
  let squares = 2 * distanceOf(x.upper, y.upper, a, b);
  if (x.diagonal !== null && y.diagonal !== null) {
    squares += distanceOf(x.diagonal, y.diagonal, a, b);
  }
  return squares;
}

/**
 * Throws unless there are the four items that an unbiased estimate needs.
 *
 * @throws {RangeError} naming the number.
 *
 * @example
 * ```ts
 * import { requireFour } from "#lib/math/similarity/centred_kernel.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => requireFour(3), RangeError, "at least 4");
 * ```
 */
export function requireFour(m: number): void {
  if (m < 4) {
    throw new RangeError(
      `debiased similarity divides by m(m − 3), so it takes at least 4 items, but there are ${m}; ` +
        "give more items or take the biased measure",
    );
  }
}

function product(
  upper: Float64Array,
  diagonal: Float64Array | null,
  otherUpper: Float64Array,
  otherDiagonal: Float64Array | null,
): number {
  const off = 2 * innerProduct(upper, otherUpper);
  return diagonal === null || otherDiagonal === null
    ? off
    : off + innerProduct(diagonal, otherDiagonal);
}

function distanceOf(x: Float64Array, y: Float64Array, a: number, b: number): number {
  let squares = 0;
  for (let i = 0; i < x.length; i++) {
    const difference = a * x[i] - b * y[i];
    squares += difference * difference;
  }
  return squares;
}
