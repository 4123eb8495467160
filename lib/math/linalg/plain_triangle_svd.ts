// Singular value decomposition of a square matrix in TypeScript: QR with column pivoting, then one-sided Jacobi on the rows
// of the triangle (Drmač & Veselić, SIAM J. Matrix Anal. Appl. 29, 2008; de Rijk 1989). Small singular values come out with
// high relative accuracy when ill-conditioning is a matter of column scale. The twin of jacobiSvd in lib/wasm/svd.ts, used
// for small matrices.

import { completeRow } from "./complete_row.ts";
import { makeReflector, orthonormalColumns, reflectRows, upperTriangle } from "./householder.ts";
import { multiply } from "./matmul.ts";
import { frobeniusNorm, innerProduct } from "./norms.ts";
import { orthogonaliseRows } from "./one_sided_jacobi.ts";
import { transpose } from "./transpose.ts";
import type { TriangleSvd } from "./triangle_svd.ts";

/**
 * R = left diag(s) rightᵀ for R n×n, as `triangleSvd`, by Jacobi.
 *
 * @throws {Error} if 40 sweeps do not suffice (never seen).
 *
 * @example
 * ```ts
 * import { plainTriangleSvd } from "#lib/math/linalg/plain_triangle_svd.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(plainTriangleSvd(Float64Array.of(0.5, 0, 0, -1), 2).s[0], 1, 1e-15);
 * ```
 */
export function plainTriangleSvd(triangle: Float64Array, n: number): TriangleSvd {
  const { rows, order, q } = pivotedTriangle(triangle, n);
  const turns = new Float64Array(n * n);
  for (let i = 0; i < n; i++) turns[i * n + i] = 1;
  orthogonaliseRows(rows, n, turns);
  // turns · rows₀ = rows, so rows₀ = turnsᵀ diag(s) Wᵀ with W's columns the normalised rows.
  const norms = new Float64Array(n);
  for (let i = 0; i < n; i++) norms[i] = frobeniusNorm(rows.subarray(i * n, (i + 1) * n));
  const rank = Array.from({ length: n }, (_, i) => i).sort((i, j) => norms[j] - norms[i] || i - j);
  const s = new Float64Array(n);
  const w = new Float64Array(n * n);
  const turned = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const from = rank[j] * n;
    s[j] = norms[rank[j]];
    if (s[j] > 0) { for (let i = 0; i < n; i++) w[j * n + i] = rows[from + i] / s[j]; }
    else completeRow(w, j, n);
    for (let i = 0; i < n; i++) turned[i * n + j] = turns[from + i];
  }
  const right = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) right[order[i] * n + j] = w[j * n + i];
  }
  return { left: multiply(q, turned, n, n, n), s, right };
}

/**
 * The singular values alone, descending.
 *
 * @throws {Error} if 40 sweeps do not suffice (never seen).
 *
 * @example
 * ```ts
 * import { plainTriangleValues } from "#lib/math/linalg/plain_triangle_svd.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(plainTriangleValues(Float64Array.of(0.5, 0, 0, -1), 2)[1], 0.5, 1e-15);
 * ```
 */
export function plainTriangleValues(triangle: Float64Array, n: number): Float64Array {
  const { rows } = pivotedTriangle(triangle, n);
  orthogonaliseRows(rows, n, null);
  const s = new Float64Array(n);
  for (let i = 0; i < n; i++) s[i] = frobeniusNorm(rows.subarray(i * n, (i + 1) * n));
  return s.sort().reverse();
}

// QR with column pivoting of an n×n triangle R: R P = Q T. Returns T's rows, P as `order` and Q.
function pivotedTriangle(triangle: Float64Array, n: number) {
  const columns = transpose(triangle, n, n);
  const order = Array.from({ length: n }, (_, i) => i);
  const beta = new Float64Array(n);
  const diagonal = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    let best = j;
    let bestSquares = -1;
    for (let c = j; c < n; c++) {
      const tail = columns.subarray(c * n + j, (c + 1) * n);
      const squares = innerProduct(tail, tail);
      if (squares > bestSquares) {
        best = c;
        bestSquares = squares;
      }
    }
    if (best !== j) {
      [order[j], order[best]] = [order[best], order[j]];
      swapRows(columns, j * n, best * n, n);
    }
    makeReflector(columns, j * n + j, n - j, j, beta, diagonal);
    if (beta[j] !== 0) reflectRows(columns, j * n + j, n - j, beta[j], columns, j + 1, n, n, j);
  }
  const factor = { columns, beta, diagonal, m: n, n };
  return { rows: upperTriangle(factor), order, q: transpose(orthonormalColumns(factor), n, n) };
}

function swapRows(a: Float64Array, x: number, y: number, n: number): void {
  for (let i = 0; i < n; i++) {
    const t = a[x + i];
    a[x + i] = a[y + i];
    a[y + i] = t;
  }
}
