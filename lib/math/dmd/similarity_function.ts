// Positive definite functions k(a, b) of two rows, which stand for products of features that are never written down.

import { multiplyTransposeB } from "../linalg/matmul.ts";
import { requireShape } from "../linalg/require_shape.ts";

/** `rbf`: exp(−|a − b|²/(2ℓ²)); `polynomial`: (scale·a·b + offset)^degree; `dot`: a·b. */
export type SimilarityFunction =
  | { readonly kind: "rbf"; /** ℓ, in the units of the data. */ readonly bandwidth: number }
  | {
    readonly kind: "polynomial";
    readonly degree: number;
    readonly offset: number;
    readonly scale: number;
  }
  | { readonly kind: "dot" };

/**
 * K[i, j] = k(aᵢ, bⱼ) for rows of A (m×f) and B (n×f). Distances are summed from differences: nothing cancels.
 *
 * @throws {RangeError} if a length does not fit, or a product leaves the range of numbers.
 *
 * @example
 * ```ts
 * import { similarities } from "#lib/math/dmd/similarity_function.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const k = similarities(Float64Array.of(0), Float64Array.of(2), 1, 1, 1, { kind: "rbf", bandwidth: 2 });
 * assertAlmostEquals(k[0], Math.exp(-0.5), 1e-15);
 * ```
 */
export function similarities(
  a: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  f: number,
  of: SimilarityFunction,
): Float64Array {
  requireShape("similarities", "a", a, m, f);
  requireShape("similarities", "b", b, n, f);
  if (of.kind === "rbf") {
    const out = squaredDistances(a, b, m, n, f);
    const rate = -1 / (2 * of.bandwidth * of.bandwidth);
    for (let p = 0; p < out.length; p++) out[p] = Math.exp(rate * out[p]);
    return out;
  }
  const out = multiplyTransposeB(a, b, m, f, n);
  if (of.kind === "polynomial") {
    for (let p = 0; p < out.length; p++) {
      const base = of.scale * out[p] + of.offset;
      let power = base;
      for (let d = 1; d < of.degree; d++) power *= base;
      out[p] = power;
    }
  }
  requireRange(out);
  return out;
}

/**
 * The median distance between different rows of A (m×f): a bandwidth that suits the data. 0 if most rows are equal.
 *
 * @throws {RangeError} if the length does not fit or there are fewer than two rows.
 *
 * @example
 * ```ts
 * import { medianDistance } from "#lib/math/dmd/similarity_function.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(medianDistance(Float64Array.of(0, 1, 3), 3, 1), 2);
 * ```
 */
export function medianDistance(a: Float64Array, m: number, f: number): number {
  requireShape("medianDistance", "a", a, m, f);
  if (m < 2) throw new RangeError(`median distance: needs at least two rows, got ${m}`);
  const all = squaredDistances(a, a, m, m, f);
  const upper = new Float64Array(m * (m - 1) / 2);
  for (let i = 0, to = 0; i < m; i++) {
    for (let j = i + 1; j < m; j++) upper[to++] = all[i * m + j];
  }
  upper.sort();
  const half = upper.length >> 1;
  return upper.length % 2 === 1
    ? Math.sqrt(upper[half])
    : (Math.sqrt(upper[half - 1]) + Math.sqrt(upper[half])) / 2;
}

function squaredDistances(a: Float64Array, b: Float64Array, m: number, n: number, f: number) {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = i * f, q = j * f; p < (i + 1) * f; p++, q++) {
        const difference = a[p] - b[q];
        sum += difference * difference;
      }
      out[i * n + j] = sum;
    }
  }
  return out;
}

function requireRange(k: Float64Array): void {
  for (let p = 0; p < k.length; p++) {
    if (Number.isFinite(k[p])) continue;
    throw new RangeError(
      `kernel dmd: a kernel value is ${
        k[p]
      }, out of the range of numbers; scale the data down (normalize)`,
    );
  }
}
