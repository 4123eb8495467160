// Singular value decompositions of square matrices on wasm, two ways: bidiagonal form and implicit QR, or QR with column
// pivoting and one-sided Jacobi on the rows of its triangle. Entries must be finite and at most about 1. Leaves out which
// way is right for a matrix, and order and signs (lib/math/linalg/triangle_svd.ts).

import { type EigenSpace, SWEEP_GROUPS, withEigenSpace } from "./eigen.ts";

/** A = Σ values[j] · leftRows[j] rightRows[j]ᵀ in no order; vectors are rows of n. */
export interface SquareSvd {
  readonly values: Float64Array;
  readonly leftRows: Float64Array;
  readonly rightRows: Float64Array;
}

/**
 * Singular values (in no order) by bidiagonal form, good to eps·σ₁, and if `accept` says so of them, the vectors; else
 * null. `vectors` false: values alone.
 *
 * @throws {Error} if a value does not converge (never seen).
 *
 * @example
 * ```ts
 * import { bidiagonalSvd } from "#lib/wasm/svd.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const { values } = bidiagonalSvd(Float64Array.of(0, 0.5, -1, 0), 2, true, () => true)!;
 * assertAlmostEquals(Math.max(...values), 1, 1e-15);
 * ```
 */
export function bidiagonalSvd(
  a: Float64Array,
  n: number,
  vectors: boolean,
  accept: (values: Float64Array) => boolean,
): SquareSvd | null {
  return withEigenSpace(n, (space) => {
    const { ld, exports } = space;
    const at = space.rows(n);
    space.put(at, a);
    const left = space.rows(n), right = space.rows(n);
    const [d, e, d0, e0, leftBeta, rightBeta, work] = space.vectors(13);
    const turns = space.alloc(exports.bidiagonal_bytes(n, SWEEP_GROUPS));
    const [ut, vt] = vectors ? [space.rows(n), space.rows(n)] : [0, 0];
    exports.bidiagonal(at, n, ld, d, e, left, leftBeta, right, rightBeta, work);
    space.view(d0, n).set(space.view(d, n));
    space.view(e0, n).set(space.view(e, n));
    requireConverged(exports.bidiagonal_values(d0, e0, n, 0, 0, ld, turns, SWEEP_GROUPS));
    const alone = space.view(d0, n).map(Math.abs);
    if (!accept(alone)) return null;
    const none = new Float64Array(0);
    if (!vectors) return { values: alone, leftRows: none, rightRows: none };
    space.putIdentity(ut);
    space.putIdentity(vt);
    exports.back_transform(left, leftBeta, n, 0, ld, ut, n, 1);
    exports.back_transform(right, rightBeta, n, 1, ld, vt, n, 1);
    requireConverged(exports.bidiagonal_values(d, e, n, ut, vt, ld, turns, SWEEP_GROUPS));
    const values = space.view(d, n).slice();
    const rightRows = space.take(vt, n);
    for (let j = 0; j < n; j++) {
      if (!(values[j] < 0)) continue;
      values[j] = -values[j];
      for (let i = j * n; i < (j + 1) * n; i++) rightRows[i] = -rightRows[i];
    }
    return { values, leftRows: space.take(ut, n), rightRows };
  });
}

/**
 * The same by one-sided Jacobi after QR with column pivoting: small values keep their relative accuracy where columns
 * differ in scale. Where a value is 0 its right row is zeros; with `vectors` false `leftRows` is empty.
 *
 * @throws {Error} if 40 sweeps do not suffice (never seen).
 *
 * @example
 * ```ts
 * import { jacobiSvd } from "#lib/wasm/svd.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const { values } = jacobiSvd(Float64Array.of(0, 0.5, -1, 0), 2, false);
 * assertAlmostEquals(Math.max(...values), 1, 1e-15);
 * ```
 */
export function jacobiSvd(a: Float64Array, n: number, vectors: boolean): SquareSvd {
  return withEigenSpace(n, (space) => {
    const { ld, exports } = space;
    const columns = space.rows(n), reflections = space.rows(n);
    putColumns(space, columns, a);
    const [beta, diagonal, norms, order, scales] = space.vectors(5);
    const rows = space.rows(n);
    const turns = vectors ? space.rows(n) : 0;
    exports.pivoted_qr(columns, n, ld, reflections, beta, diagonal, order, scales, norms);
    const signs = putTriangle(space, rows, columns, space.view(diagonal, n));
    if (vectors) space.putIdentity(turns);
    orthogonaliseByScale(space, rows, turns, norms, space.view(scales, n));
    const values = normaliseRows(space.view(rows, n * ld), space.view(scales, n), n, ld);
    if (vectors) {
      turnColumns(space.view(turns, n * ld), signs, n, ld);
      exports.back_transform(reflections, beta, n, 0, ld, turns, n, 0);
    }
    const rightRows = unpermuted(space.take(rows, n), space.integers(order, n), n);
    return {
      values,
      leftRows: vectors ? space.take(turns, n) : new Float64Array(0),
      rightRows,
    };
  });
}

function requireConverged(failed: number): void {
  if (failed !== 0) throw new Error(`svd: no convergence after 60 QR steps at ${failed - 1}`);
}

// Rows of the triangle that were enlarged together are made orthogonal to those before them by subtraction (rotations would
// be by angles below rounding), and then among themselves.
function orthogonaliseByScale(
  space: EigenSpace,
  rows: number,
  turns: number,
  norms: number,
  scales: Float64Array,
): void {
  const { n, ld, exports } = space;
  const all = space.view(rows, n * ld);
  for (let from = 0; from < n;) {
    let to = from + 1;
    while (to < n && scales[to] === scales[from]) to++;
    for (let i = from; i < to; i++) {
      for (let j = 0; j < 2 * from; j++) subtractProjection(all, i * ld, (j % from) * ld, n);
    }
    const at = (address: number) => address === 0 ? 0 : address + from * ld * 8;
    if (exports.jacobi(at(rows), to - from, ld, at(turns), norms) !== 0) {
      throw new Error("svd: one-sided Jacobi did not converge in 40 sweeps");
    }
    from = to;
  }
}

// Divides rows by their lengths; returns the lengths that they have unscaled.
function normaliseRows(all: Float64Array, scales: Float64Array, n: number, ld: number) {
  const lengths = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const row = all.subarray(i * ld, i * ld + n);
    let largest = 0, squares = 0;
    for (const x of row) largest = Math.max(largest, Math.abs(x));
    if (largest === 0) continue;
    for (let j = 0; j < n; j++) squares += (row[j] / largest) ** 2;
    const length = largest * Math.sqrt(squares);
    for (let j = 0; j < n; j++) row[j] /= length;
    lengths[i] = length / scales[i];
  }
  return lengths;
}

// x −= (⟨x, y⟩ / ⟨y, y⟩) y for rows at x and y, y of any size.
function subtractProjection(all: Float64Array, x: number, y: number, n: number): void {
  let size = 0;
  for (let i = 0; i < n; i++) size = Math.max(size, Math.abs(all[y + i]));
  if (size === 0) return;
  let overlap = 0, squares = 0;
  for (let i = 0; i < n; i++) {
    const unit = all[y + i] / size;
    overlap += all[x + i] * unit;
    squares += unit * unit;
  }
  const factor = overlap / squares;
  for (let i = 0; i < n; i++) all[x + i] -= factor * (all[y + i] / size);
}

// Row c becomes column c of A.
function putColumns(space: EigenSpace, at: number, a: Float64Array): void {
  const { n, ld } = space;
  const to = space.view(at, n * ld);
  for (let i = 0; i < n; i++) {
    for (let j = 0, p = i * n, q = i; j < n; j++, p++, q += ld) to[q] = a[p];
  }
}

// The triangle by rows with its diagonal made positive; returns the signs it had.
function putTriangle(space: EigenSpace, at: number, columns: number, diagonal: Float64Array) {
  const { n, ld } = space;
  const to = space.view(at, n * ld), from = space.view(columns, n * ld);
  const signs = Float64Array.from(diagonal, (x) => x < 0 ? -1 : 1);
  for (let i = 0; i < n; i++) {
    to[i * ld + i] = Math.abs(diagonal[i]);
    for (let j = i + 1; j < n; j++) to[i * ld + j] = signs[i] * from[j * ld + i];
  }
  return signs;
}

function turnColumns(rows: Float64Array, signs: Float64Array, n: number, ld: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0, p = i * ld; j < n; j++, p++) rows[p] *= signs[j];
  }
}

function unpermuted(rows: Float64Array, order: Int32Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0, p = i * n; j < n; j++, p++) out[i * n + order[j]] = rows[p];
  }
  return out;
}
