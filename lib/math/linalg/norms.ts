// Frobenius inner product and norm of flat arrays.

/**
 * Σ aᵢ bᵢ, in four interleaved partial sums (index mod 4) added at the end: a fixed order.
 *
 * @throws {RangeError} if the lengths differ.
 *
 * @example
 * ```ts
 * import { innerProduct } from "#lib/math/linalg/norms.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(innerProduct(Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)), 32);
 * ```
 */
export function innerProduct(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) {
    throw new RangeError(`innerProduct: lengths ${a.length} and ${b.length} differ`);
  }
  const n = a.length;
  const n4 = n & ~3;
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (let i = 0; i < n4; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (let i = n4; i < n; i++) s0 += a[i] * b[i];
  return (s0 + s1) + (s2 + s3);
}

/**
 * Frobenius norm √Σ aᵢ². Scales by the largest entry only where the plain sum of squares would
 * overflow or underflow.
 *
 * @example
 * ```ts
 * import { frobeniusNorm } from "#lib/math/linalg/norms.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(frobeniusNorm(Float64Array.of(3, 4)), 5);
 * assertEquals(frobeniusNorm(Float64Array.of(3e-200, 4e-200)), 5e-200);
 * ```
 */
export function frobeniusNorm(a: Float64Array): number {
  const squares = innerProduct(a, a);
  if (squares > 1e-280 && squares < Infinity) return Math.sqrt(squares);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const x = Math.abs(a[i]);
    if (!(x <= largest)) largest = x;
  }
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] / largest;
    sum += x * x;
  }
  return largest * Math.sqrt(sum);
}
