// LU and Cholesky factors and triangular solves on wasm, for matrices that fit its memory whole (4 GiB).
// Leaves out checks, small sizes and matrices that are singular or not finite (lib/math/linalg).

import bytes from "./dense.wasm" with { type: "bytes" };
import { withHeap } from "./instance.ts";

/** Row k was exchanged with row `pivots[k]` at step k. */
export interface LuInPlace {
  readonly lu: Float64Array;
  readonly pivots: Int32Array;
}

/**
 * L below the diagonal and U on and above it, of A (n×n) with partial pivoting; `null` if a pivot is zero or not a number.
 *
 * @example
 * ```ts
 * import { factorLu } from "#lib/wasm/solvers.ts";
 * import { assertEquals } from "@std/assert";
 * const { lu, pivots } = factorLu(Float64Array.of(1, 2, 2, 2), 2)!;
 * assertEquals([[...lu], [...pivots]], [[2, 2, 0.5, 1], [1, 1]]);
 * ```
 */
export function factorLu(a: Float64Array, n: number): LuInPlace | null {
  return withHeap(bytes, (heap) => {
    const { lu_factor, lu_work } = heap.exports;
    const at = heap.put(a);
    const pivots = heap.alloc(n * 4);
    if (lu_factor(n, at, n, pivots, heap.alloc(lu_work(n) * 8)) !== 0) return null;
    return { lu: heap.take(at, n * n), pivots: heap.i32(pivots, n).slice() };
  });
}

/**
 * U with A = UᵀU (upper triangle, zeros below) of the upper triangle of A (n×n); `null` if A is not positive definite.
 *
 * @example
 * ```ts
 * import { factorCholesky } from "#lib/wasm/solvers.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(factorCholesky(Float64Array.of(4, 2, 0, 5), 2), Float64Array.of(2, 1, 0, 2));
 * ```
 */
export function factorCholesky(a: Float64Array, n: number): Float64Array | null {
  return withHeap(bytes, (heap) => {
    const { cholesky_factor, gemm_work } = heap.exports;
    const at = heap.put(a);
    if (cholesky_factor(n, at, n, heap.alloc(gemm_work() * 8)) !== 0) return null;
    const u = heap.take(at, n * n);
    for (let i = 1; i < n; i++) u.fill(0, i * n, i * n + i);
    return u;
  });
}

/** A triangle of an n×n matrix, as it stands or transposed. */
export interface Triangle {
  readonly data: Float64Array;
  readonly lower: boolean;
  /** Whether the transpose of `data` is meant; `lower` says what that is. */
  readonly transposed: boolean;
  /** Ones instead of the diagonal that is stored. Of lower triangles only. */
  readonly unit: boolean;
}

/**
 * Overwrites X (n×p) by the solution of T₂·T₁·Y = X, triangles given in the order in which they are solved with. A
 * lower triangle's terms are taken in ascending order, an upper one's in descending.
 *
 * @example
 * ```ts
 * import { solveTriangles } from "#lib/wasm/solvers.ts";
 * import { assertEquals } from "@std/assert";
 * const x = Float64Array.of(4, 8);
 * const data = Float64Array.of(2, 1, 0, 2);
 * solveTriangles([{ data, lower: false, transposed: false, unit: false }], 2, x, 1);
 * assertEquals(x, Float64Array.of(0, 4));
 * ```
 */
export function solveTriangles(
  triangles: readonly Triangle[],
  n: number,
  x: Float64Array,
  p: number,
): void {
  withHeap(bytes, (heap) => {
    const { gemm_work, solve_lower, solve_upper } = heap.exports;
    const work = heap.alloc(gemm_work() * 8);
    const t = heap.alloc(n * n * 8);
    const width = Math.min(p, COLUMNS);
    const at = heap.alloc(n * width * 8);
    for (let j = 0; j < p; j += width) {
      const columns = Math.min(width, p - j);
      const view = heap.f64(at, n * columns);
      for (let i = 0; i < n; i++) {
        view.set(x.subarray(i * p + j, i * p + j + columns), i * columns);
      }
      let there: Float64Array | null = null;
      for (const { data, lower, transposed, unit } of triangles) {
        if (data !== there) heap.f64(t, n * n).set(data);
        there = data;
        const [ti, tk] = transposed ? [1, n] : [n, 1];
        if (lower) solve_lower(n, columns, t, ti, tk, unit ? 1 : 0, at, columns, work);
        else solve_upper(n, columns, t, ti, tk, at, columns, work);
      }
      for (let i = 0; i < n; i++) {
        x.set(view.subarray(i * columns, (i + 1) * columns), i * p + j);
      }
    }
  });
}

/** Columns that are solved for together. */
const COLUMNS = 1024;
