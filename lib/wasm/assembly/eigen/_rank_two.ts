// The pass that reductions by two-sided Householder reflections share (tridiagonal, Hessenberg): one reflection's
// rank-two update of the matrix, and the products of the matrix with the next reflection's vector, in one sweep over
// memory (Howell, Demmel, Fulton, Hammarling & Marmol, ACM TOMS 34, 2008).

import { at, get, set, sumOf } from "./_lanes";

/**
 * For rows r, r + 1 and columns from `from` (even) to `to`: a −= v wᵀ + u pᵀ (v, u the rows' entries), then sums[r] = a·x,
 * z += x_r a. Two rows at a time.
 */
@inline export function updateTwoRows(
  row0: usize,
  row1: usize,
  from: i32,
  to: i32,
  v0: f64,
  u0: f64,
  x0: f64,
  v1: f64,
  u1: f64,
  x1: f64,
  w: usize,
  p: usize,
  x: usize,
  z: usize,
  sums: usize,
): void {
  const a0 = f64x2.splat(v0), b0 = f64x2.splat(u0), c0 = f64x2.splat(x0);
  const a1 = f64x2.splat(v1), b1 = f64x2.splat(u1), c1 = f64x2.splat(x1);
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0);
  const last: usize = (<usize> to) << 3;
  for (let j: usize = (<usize> from) << 3; j < last; j += 16) {
    const wj = v128.load(w + j), pj = v128.load(p + j), xj = v128.load(x + j);
    const r0 = f64x2.sub(v128.load(row0 + j), f64x2.add(f64x2.mul(a0, wj), f64x2.mul(b0, pj)));
    const r1 = f64x2.sub(v128.load(row1 + j), f64x2.add(f64x2.mul(a1, wj), f64x2.mul(b1, pj)));
    v128.store(row0 + j, r0);
    v128.store(row1 + j, r1);
    s0 = f64x2.add(s0, f64x2.mul(r0, xj));
    s1 = f64x2.add(s1, f64x2.mul(r1, xj));
    v128.store(z + j, f64x2.add(v128.load(z + j), f64x2.add(f64x2.mul(r0, c0), f64x2.mul(r1, c1))));
  }
  store<f64>(sums, sumOf(s0));
  store<f64>(sums, sumOf(s1), 8);
}

/** The same for one row; returns a·x. */
@inline export function updateOneRow(
  row: usize,
  from: i32,
  to: i32,
  v0: f64,
  u0: f64,
  x0: f64,
  w: usize,
  p: usize,
  x: usize,
  z: usize,
): f64 {
  const a0 = f64x2.splat(v0), b0 = f64x2.splat(u0), c0 = f64x2.splat(x0);
  let s = f64x2.splat(0);
  const last: usize = (<usize> to) << 3;
  for (let j: usize = (<usize> from) << 3; j < last; j += 16) {
    const change = f64x2.add(f64x2.mul(a0, v128.load(w + j)), f64x2.mul(b0, v128.load(p + j)));
    const r = f64x2.sub(v128.load(row + j), change);
    v128.store(row + j, r);
    s = f64x2.add(s, f64x2.mul(r, v128.load(x + j)));
    v128.store(z + j, f64x2.add(v128.load(z + j), f64x2.mul(r, c0)));
  }
  return sumOf(s);
}

/** a −= v wᵀ + u pᵀ in one row. */
@inline export function updateRow(
  row: usize,
  from: i32,
  to: i32,
  v: f64,
  u: f64,
  w: usize,
  p: usize,
): void {
  const a = f64x2.splat(v), b = f64x2.splat(u);
  for (let j = from; j < to; j += 2) {
    const q = at(row, j);
    v128.store(
      q,
      f64x2.sub(
        v128.load(q),
        f64x2.add(f64x2.mul(a, v128.load(at(w, j))), f64x2.mul(b, v128.load(at(p, j)))),
      ),
    );
  }
}

/**
 * The reflection I − beta x xᵀ that maps the entries `first … n` of x on to a multiple of the first: x is overwritten
 * with the reflection's vector, `pivot` with the multiple. Returns beta, 0 where there is nothing to do. Entries are
 * scaled to at most about 1, so a tail of 1e-140 is nothing.
 */
export function makeReflection(x: usize, first: i32, n: i32, pivot: usize): f64 {
  let tail: f64 = 0;
  for (let i = first + 1; i < n; i++) tail += get(x, i) * get(x, i);
  const head = get(x, first);
  if (tail < 1e-280) {
    store<f64>(pivot, head);
    zeros(x, first, n);
    return 0;
  }
  const norm = Math.sqrt(head * head + tail);
  const to = head > 0 ? -norm : norm;
  store<f64>(pivot, to);
  const v0 = head - to;
  set(x, first, v0);
  return 2 / (v0 * v0 + tail);
}

function zeros(x: usize, first: i32, n: i32): void {
  for (let i = first; i < n; i++) set(x, i, 0);
}
