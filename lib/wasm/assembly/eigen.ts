// Dense eigenvalue and singular value problems in f64: the compiled side of symmetric_eigen.ts, eigen.ts and svd.ts in
// lib/math/linalg. The caller places everything; rows have the padded length `ld` (lib/wasm/eigen.ts says what lies where).

import { bidiagonalise } from "./eigen/_bidiagonal";
import { bidiagonalQR, Sides } from "./eigen/_bidiagonal_qr";
import { beginChases, chaseBytes, Chases } from "./eigen/_chases";
import { francis } from "./eigen/_francis";
import { toHessenberg } from "./eigen/_hessenberg";
import { implicitQL } from "./eigen/_implicit_ql";
import { orthogonalise } from "./eigen/_jacobi";
import { zeros } from "./eigen/_lanes";
import { pivotedQR as factorPivoted } from "./eigen/_pivoted_qr";
import { reflectBack } from "./eigen/_reflect";
import { beginSweeps, sweepBytes, Sweeps } from "./eigen/_rotations";
import { schurVectors, timesZ } from "./eigen/_schur_vectors";
import { tridiagonalise as reduce } from "./eigen/_tridiagonal";

/** The tridiagonal form; `a` becomes the reflections. */
export function tridiagonalise(
  a: usize,
  n: i32,
  ld: i32,
  diagonal: usize,
  off: usize,
  beta: usize,
  work: usize,
): void {
  reduce(a, n, ld, diagonal, off, beta, work);
}

/** Undoes a reduction on `count` vectors in rows: reflection k begins at entry k + shift. */
export function back_transform(
  reflections: usize,
  beta: usize,
  n: i32,
  shift: i32,
  ld: i32,
  rows: usize,
  count: i32,
  identity: i32,
): void {
  reflectBack(reflections, beta, n - 1, shift, ld, rows, count, identity != 0);
}

/** Bytes of the buffer of `symmetric_ql`. */
export function rotation_bytes(n: i32, capacity: i32): usize {
  return sweepBytes(n, capacity) + 64;
}

/** Eigenvalues of a tridiagonal matrix; with rows ≠ 0, the rows are rotated along. */
export function symmetric_ql(
  d: usize,
  e: usize,
  n: i32,
  rows: usize,
  ld: i32,
  buffer: usize,
  capacity: i32,
): i32 {
  const sweeps = changetype<Sweeps>(buffer);
  if (rows != 0) {
    const stride = (<usize> ld) << 3;
    beginSweeps(sweeps, rows, stride, ((<usize> n + 3) & ~3) << 3, n, buffer + 64, capacity);
  }
  return implicitQL(d, e, n, sweeps, rows != 0);
}

/** The Hessenberg form; row k of `reflections` becomes the vector of reflection k. */
export function hessenberg(
  a: usize,
  n: i32,
  ld: i32,
  reflections: usize,
  beta: usize,
  work: usize,
): void {
  toHessenberg(a, n, ld, reflections, beta, work);
}

/** Bytes of the buffer of `schur`. */
export function chase_bytes(n: i32, capacity: i32): usize {
  return 64 + (((<usize> n) * 16 + 63) & ~63) + chaseBytes(n, capacity);
}

/**
 * Quasi triangular form of a Hessenberg matrix, and its eigenvalues; with zt ≠ 0 those rows are turned along, with
 * `whole` = 0 nothing but the eigenvalues is right.
 */
export function schur(
  t: usize,
  n: i32,
  ld: i32,
  zt: usize,
  whole: i32,
  re: usize,
  im: usize,
  buffer: usize,
  capacity: i32,
): i32 {
  const stride = (<usize> ld) << 3;
  const chases = changetype<Chases>(buffer);
  const rotations = buffer + 64;
  const groups = rotations + (((<usize> n) * 16 + 63) & ~63);
  zeros(rotations, 2 * n);
  const width = ((<usize> n + 3) & ~3) << 3;
  beginChases(chases, zt, stride, width, n, groups, capacity, rotations);
  return francis(t, n, stride, whole != 0, chases, re, im);
}

/**
 * Eigenvectors of A = Z T Zᵀ as rows of `out` (four rows more than n are there; real and imaginary part of the vector of
 * a pair's first eigenvalue in the pair's two rows). `x` is scratch of the size of T, `sums` 16 numbers.
 */
export function schur_vectors(
  t: usize,
  zt: usize,
  n: i32,
  ld: i32,
  re: usize,
  im: usize,
  x: usize,
  sums: usize,
  out: usize,
): void {
  const stride = (<usize> ld) << 3;
  schurVectors(t, x, n, stride, re, im, sums);
  timesZ(x, zt, n, stride, out);
}

/** QR with column pivoting of the matrix whose columns are the rows of `columns`. */
export function pivoted_qr(
  columns: usize,
  n: i32,
  ld: i32,
  vectors: usize,
  beta: usize,
  diagonal: usize,
  order: usize,
  scales: usize,
  norms: usize,
): void {
  factorPivoted(columns, n, ld, vectors, beta, diagonal, order, scales, norms);
}

/** One-sided Jacobi on n rows; 1 if it does not converge. */
export function jacobi(rows: usize, n: i32, ld: i32, turns: usize, norms: usize): i32 {
  return orthogonalise(rows, n, (<usize> ld) << 3, turns, norms);
}

/** A = U B Vᵀ with B upper bidiagonal. */
export function bidiagonal(
  a: usize,
  n: i32,
  ld: i32,
  diagonal: usize,
  off: usize,
  left: usize,
  leftBeta: usize,
  right: usize,
  rightBeta: usize,
  work: usize,
): void {
  bidiagonalise(a, n, ld, diagonal, off, left, leftBeta, right, rightBeta, work);
}

/** Bytes of the buffer of `bidiagonal_values`. */
export function bidiagonal_bytes(n: i32, capacity: i32): usize {
  return 320 + 4 * sweepBytes(n, capacity);
}

/** Singular values of a bidiagonal matrix; with ut ≠ 0 the rows at `ut` and `vt` are rotated along. */
export function bidiagonal_values(
  d: usize,
  e: usize,
  n: i32,
  ut: usize,
  vt: usize,
  ld: i32,
  buffer: usize,
  capacity: i32,
): i32 {
  const sides = changetype<Sides>(buffer);
  if (ut != 0) {
    const stride = (<usize> ld) << 3, width = ((<usize> n + 3) & ~3) << 3;
    const last = <usize> (n - 1) * stride, bytes = sweepBytes(n, capacity);
    const groups = buffer + 320;
    sides.upU = changetype<Sweeps>(buffer + 64);
    sides.upV = changetype<Sweeps>(buffer + 128);
    sides.downU = changetype<Sweeps>(buffer + 192);
    sides.downV = changetype<Sweeps>(buffer + 256);
    beginSweeps(sides.upU, ut, stride, width, n, groups, capacity);
    beginSweeps(sides.upV, vt, stride, width, n, groups + bytes, capacity);
    beginSweeps(sides.downU, ut + last, 0 - stride, width, n, groups + 2 * bytes, capacity);
    beginSweeps(sides.downV, vt + last, 0 - stride, width, n, groups + 3 * bytes, capacity);
  }
  return bidiagonalQR(d, e, n, sides, ut != 0);
}
