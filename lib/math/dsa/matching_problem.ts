// The function to be minimised, F(C) = ½‖A − C B Cᵀ‖² over orthogonal C, with its gradient in the Lie algebra and a
// diagonal preconditioner. A and B are given in their real Schur frames, which halves three of the four products and makes the
// preconditioner good. Odd sizes are padded by one so that all products have even size.
// Gradient: with E = C B Cᵀ − A, the skew part of E Aᵀ − Aᵀ E (the terms A Aᵀ − Aᵀ A are symmetric). Working with E
// rather than C B Cᵀ keeps full relative precision when the two operators are nearly conjugate.
// Leaves out the descent (descent.ts).

import { innerProduct } from "#lib/math/linalg/norms.ts";
import { Band, bandedProduct } from "./banded_product.ts";
import { type LimitedMemory, limitedMemory } from "./limited_memory.ts";
import { curvatures, packSkew, type PairBasis, pairBasis } from "./pair_basis.ts";

/** A pair of operators and all the room that descents for it need, allocated once. */
export interface MatchingProblem {
  /** Size of the operators, and the even size n or n + 1 to which they are padded. */
  readonly n: number;
  readonly stride: number;
  /** The other index of each index's 2×2 block of A, or −1. */
  readonly partner: Int32Array;
  readonly basis: PairBasis;
  readonly memory: LimitedMemory;
  /** Quasi upper triangular operators, padded with a zero row and column if n is odd. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Diagonal of A Aᵀ + Aᵀ A. */
  readonly diagonal: Float64Array;
  readonly gradient: Float64Array;
  readonly nextGradient: Float64Array;
  readonly direction: Float64Array;
  readonly curvature: Float64Array;
  readonly sums: Float64Array;
  readonly residual: Float64Array;
  readonly product: Float64Array;
  readonly other: Float64Array;
  readonly skew: Float64Array;
  readonly trial: Float64Array;
  readonly elimination: Float64Array;
}

/**
 * Allocates the work space for quasi upper triangular A and B (n×n) of unit norm; `partner` describes the 2×2
 * blocks of A.
 *
 * @example
 * ```ts
 * import { matchingProblem } from "#lib/math/dsa/matching_problem.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const problem = matchingProblem(Float64Array.of(1), Float64Array.of(1), Int32Array.of(-1), 1);
 * assertEquals(problem.stride, 2);
 * ```
 */
export function matchingProblem(
  a: Float64Array,
  b: Float64Array,
  partner: Int32Array,
  n: number,
): MatchingProblem {
  const stride = n + (n & 1);
  const square = () => new Float64Array(stride * stride);
  const basis = pairBasis(partner, n, stride);
  const vector = () => new Float64Array(basis.size);
  const paddedA = pad(a, n, stride, 0);
  const diagonal = new Float64Array(stride);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += a[i * n + k] * a[i * n + k] + a[k * n + i] * a[k * n + i];
    diagonal[i] = sum;
  }
  return {
    n,
    stride,
    partner,
    basis,
    memory: limitedMemory(basis.size, MEMORY),
    a: paddedA,
    b: pad(b, n, stride, 0),
    diagonal,
    gradient: vector(),
    nextGradient: vector(),
    direction: vector(),
    curvature: vector(),
    sums: new Float64Array(stride),
    residual: square(),
    product: square(),
    other: square(),
    skew: square(),
    trial: square(),
    elimination: new Float64Array(2 * stride * stride),
  };
}

/**
 * Copies an n×n matrix into one of row length `stride`, with `corner` on the rest of the diagonal.
 *
 * @example
 * ```ts
 * import { pad } from "#lib/math/dsa/matching_problem.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pad(Float64Array.of(3), 1, 2, 1), Float64Array.of(3, 0, 0, 1));
 * ```
 */
export function pad(m: Float64Array, n: number, stride: number, corner: number): Float64Array {
  const out = new Float64Array(stride * stride);
  for (let i = 0; i < n; i++) out.set(m.subarray(i * n, (i + 1) * n), i * stride);
  for (let i = n; i < stride; i++) out[i * stride + i] = corner;
  return out;
}

/**
 * F at `c` (padded with 1 on the diagonal); leaves E = C B Cᵀ − A in `problem.residual`.
 *
 * @example
 * ```ts
 * import { matchingProblem, matchingError } from "#lib/math/dsa/matching_problem.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const problem = matchingProblem(Float64Array.of(1), Float64Array.of(-1), Int32Array.of(-1), 1);
 * assertEquals(matchingError(problem, Float64Array.of(1, 0, 0, 1)), 2);
 * ```
 */
export function matchingError(problem: MatchingProblem, c: Float64Array): number {
  const { stride: n, a, b, product, residual } = problem;
  bandedProduct(c, n, 1, b, 1, n, n, Band.rightUpper, product);
  bandedProduct(product, n, 1, c, n, 1, n, Band.none, residual);
  let sum = 0;
  for (let i = 0; i < residual.length; i++) {
    const e = residual[i] - a[i];
    residual[i] = e;
    sum += e * e;
  }
  return 0.5 * sum;
}

/**
 * Writes the gradient's coordinates to `gradient` and the preconditioner to `problem.curvature`, from the residual
 * that `matchingError` left. The gradient's Frobenius norm is √2 times that of its coordinates.
 *
 * @example
 * ```ts
 * import { differentiate, matchingError, matchingProblem } from "#lib/math/dsa/matching_problem.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const a = Float64Array.of(1, 0, 0, 0); // aligned with itself: stationary
 * const problem = matchingProblem(a, a, Int32Array.of(-1, -1), 2);
 * matchingError(problem, Float64Array.of(1, 0, 0, 1));
 * const gradient = new Float64Array(1);
 * differentiate(problem, gradient);
 * assertEquals(gradient[0], 0);
 * ```
 */
export function differentiate(problem: MatchingProblem, gradient: Float64Array): void {
  const { stride: n, a, residual, product, other, sums, diagonal, curvature, basis } = problem;
  bandedProduct(residual, n, 1, a, n, 1, n, Band.rightTransposed, product);
  bandedProduct(a, 1, n, residual, 1, n, n, Band.leftTransposed, other);
  for (let i = 0, ii = 0; i < n; i++, ii += n + 1) sums[i] = diagonal[i] + product[ii] + other[ii];
  for (let i = 0; i < product.length; i++) product[i] -= other[i];
  packSkew(basis, product, gradient);
  curvatures(basis, a, residual, sums, curvature);
  let largest = 0;
  for (let i = 0; i < curvature.length; i++) largest = Math.max(largest, Math.abs(curvature[i]));
  const floor = FLOOR * largest + 1e-300;
  for (let i = 0; i < curvature.length; i++) {
    curvature[i] = Math.max(Math.abs(curvature[i]), floor);
  }
}

/**
 * Norm of the gradient at `c` over ‖A − C B Cᵀ‖ (0 where they agree): a number of the order of 1 far from
 * stationary points, whatever the size of the error.
 *
 * @example
 * ```ts
 * import { matchingProblem, stationarity } from "#lib/math/dsa/matching_problem.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const problem = matchingProblem(Float64Array.of(1), Float64Array.of(-1), Int32Array.of(-1), 1);
 * assertEquals(stationarity(problem, Float64Array.of(1, 0, 0, 1)), 0);
 * ```
 */
export function stationarity(problem: MatchingProblem, c: Float64Array): number {
  const value = matchingError(problem, c);
  differentiate(problem, problem.gradient);
  return value === 0 ? 0 : length(problem.gradient) / Math.sqrt(value);
}

/**
 * One Newton step towards the polar factor, C ← C (3 I − Cᵀ C)/2: takes away the rounding of many retractions.
 *
 * @example
 * ```ts
 * import { matchingProblem, orthonormalise } from "#lib/math/dsa/matching_problem.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const problem = matchingProblem(Float64Array.of(1), Float64Array.of(1), Int32Array.of(-1), 1);
 * const c = Float64Array.of(1 + 1e-9, 0, 0, 1);
 * orthonormalise(problem, c);
 * assertAlmostEquals(c[0], 1, 1e-15);
 * ```
 */
export function orthonormalise(problem: MatchingProblem, c: Float64Array): void {
  const { stride: n, product: gram, other: copy } = problem;
  copy.set(c);
  bandedProduct(c, 1, n, c, 1, n, n, Band.none, gram);
  for (let i = 0; i < gram.length; i++) gram[i] *= -0.5;
  for (let i = 0; i < n; i++) gram[i * n + i] += 1.5;
  bandedProduct(copy, n, 1, gram, 1, n, n, Band.none, c);
}

function length(a: Float64Array): number {
  return Math.sqrt(innerProduct(a, a));
}

/** Pairs of steps and gradient changes kept. */
const MEMORY = 6;
/** Curvatures are raised to this fraction of the largest: the diagonal is only roughly right. */
const FLOOR = 0.005;
