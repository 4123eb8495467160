// Transposition of a flat row-major matrix, in tiles so that both sides stay in cache.

import { requireShape } from "./require_shape.ts";

/**
 * Aᵀ (n×m) of A (m×n), written to `out` if given; `out` must not overlap `a`.
 *
 * @throws {RangeError} if an array's length does not fit the sizes.
 *
 * @example
 * ```ts
 * import { transpose } from "#lib/math/linalg/transpose.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(transpose(Float64Array.of(1, 2, 3, 4, 5, 6), 2, 3), Float64Array.of(1, 4, 2, 5, 3, 6));
 * ```
 */
export function transpose(
  a: Float64Array,
  m: number,
  n: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  requireShape("transpose", "a", a, m, n);
  requireShape("transpose", "out", out, n, m);
  for (let i0 = 0; i0 < m; i0 += TILE) {
    const i1 = Math.min(m, i0 + TILE);
    for (let j0 = 0; j0 < n; j0 += TILE) {
      const j1 = Math.min(n, j0 + TILE);
      for (let i = i0; i < i1; i++) {
        for (let j = j0, p = i * n + j0, q = j0 * m + i; j < j1; j++, p++, q += m) out[q] = a[p];
      }
    }
  }
  return out;
}

const TILE = 16;
