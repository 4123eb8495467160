// How far two linear kernels are from each other, ‖XXᵀ − YYᵀ‖, without the cancellation that ‖XXᵀ‖² + ‖YYᵀ‖² − 2‖XᵀY‖² has
// for near ones: both are written on an orthonormal basis of both systems' columns. 2m(p+q)² operations and m(p+q) numbers,
// whatever the items.

import { multiplyTransposeB } from "../linalg/matmul.ts";
import { frobeniusNorm } from "../linalg/norms.ts";
import { triangularFactor } from "../linalg/qr.ts";

/** An items × features matrix that a kernel is made of. */
export interface Features {
  readonly data: Float64Array;
  readonly numItems: number;
  readonly numFeatures: number;
}

/**
 * ‖a²XXᵀ − b²YYᵀ‖ for two systems of the same items.
 *
 * @example
 * ```ts
 * import { kernelDistance } from "#lib/math/similarity/kernel_distance.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const x = { data: Float64Array.of(1, 0), numItems: 2, numFeatures: 1 };
 * const y = { data: Float64Array.of(0, 1), numItems: 2, numFeatures: 1 };
 * assertAlmostEquals(kernelDistance(x, y, 2, 1), Math.sqrt(17), 1e-14);
 * ```
 */
export function kernelDistance(x: Features, y: Features, a: number, b: number): number {
  const { numItems: m, numFeatures: p } = x;
  const q = y.numFeatures;
  const both = new Float64Array(m * (p + q));
  for (let i = 0, to = 0; i < m; i++) {
    for (let j = 0; j < p; j++) both[to++] = a * x.data[i * p + j];
    for (let j = 0; j < q; j++) both[to++] = b * y.data[i * q + j];
  }
  const r = triangularFactor(both, m, p + q);
  const k = Math.min(m, p + q);
  const left = new Float64Array(k * p);
  const right = new Float64Array(k * q);
  for (let i = 0; i < k; i++) {
    left.set(r.subarray(i * (p + q), i * (p + q) + p), i * p);
    right.set(r.subarray(i * (p + q) + p, (i + 1) * (p + q)), i * q);
  }
  const difference = multiplyTransposeB(left, left, k, p, k);
  const other = multiplyTransposeB(right, right, k, q, k);
  for (let i = 0; i < difference.length; i++) difference[i] -= other[i];
  return frobeniusNorm(difference);
}
