// Squared 2-Wasserstein distances between spectra with uniform weights: no optimisation over rotations, no
// normalisation, no square root (the convention of the published package). Of unequal operators the smaller spectrum is
// filled up with zeros. Leaves out entropic regularisation and transport between unequal numbers of points.

import { requireShape } from "#lib/math/linalg/require_shape.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import { leastCostAssignment } from "./assignment.ts";

/**
 * (1/n) min over matchings of Σ |λᵢ − μ_π(i)|² between the eigenvalues of A (numRowsA squared) and B, n the larger size.
 * Exactly symmetric.
 *
 * @throws {RangeError} if a length does not fit, a size is zero or an entry is not finite.
 *
 * @example
 * ```ts
 * import { eigenvalueWasserstein } from "#lib/math/dsa/wasserstein.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const turn = Float64Array.of(0, -1, 1, 0); // ±i
 * const shrink = Float64Array.of(1, 0, 0, -1); // ±1
 * assertAlmostEquals(eigenvalueWasserstein(turn, 2, shrink, 2), 2, 1e-14);
 * ```
 */
export function eigenvalueWasserstein(
  a: Float64Array,
  numRowsA: number,
  b: Float64Array,
  numRowsB: number,
): number {
  requireSizes("eigenvalueWasserstein", a, numRowsA, b, numRowsB);
  const n = Math.max(numRowsA, numRowsB);
  const x = eigenvalues(a, numRowsA), y = eigenvalues(b, numRowsB);
  const [xRe, xIm, yRe, yIm] = [x.re, x.im, y.re, y.im].map((part) => filledUp(part, n));
  const cost = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      cost[i * n + j] = (xRe[i] - yRe[j]) ** 2 + (xIm[i] - yIm[j]) ** 2;
    }
  }
  const { columns } = leastCostAssignment(cost, n);
  // Summed by size, so that the order of the operators does not show in the last bit.
  return Float64Array.from(columns, (j, i) => cost[i * n + j]).sort()
    .reduce((sum, value) => sum + value, 0) / n;
}

/**
 * (1/n) Σ (σᵢ(A) − σᵢ(B))², singular values in order (the optimal matching on a line), n the larger size.
 *
 * @throws {RangeError} if a length does not fit, a size is zero or an entry is not finite.
 *
 * @example
 * ```ts
 * import { singularValueWasserstein } from "#lib/math/dsa/wasserstein.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(singularValueWasserstein(Float64Array.of(3), 1, Float64Array.of(1, 0, 0, 0), 2), 2);
 * ```
 */
export function singularValueWasserstein(
  a: Float64Array,
  numRowsA: number,
  b: Float64Array,
  numRowsB: number,
): number {
  requireSizes("singularValueWasserstein", a, numRowsA, b, numRowsB);
  const n = Math.max(numRowsA, numRowsB);
  const x = filledUp(singularValues(a, numRowsA, numRowsA), n);
  const y = filledUp(singularValues(b, numRowsB, numRowsB), n);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (x[i] - y[i]) ** 2;
  return sum / n;
}

function requireSizes(
  caller: string,
  a: Float64Array,
  numRowsA: number,
  b: Float64Array,
  numRowsB: number,
): void {
  requireShape(caller, "a", a, numRowsA, numRowsA);
  requireShape(caller, "b", b, numRowsB, numRowsB);
  if (numRowsA < 1 || numRowsB < 1) {
    throw new RangeError(`${caller}: sizes ${numRowsA} and ${numRowsB}; both must be at least 1`);
  }
}

function filledUp(values: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n);
  out.set(values);
  return out;
}
