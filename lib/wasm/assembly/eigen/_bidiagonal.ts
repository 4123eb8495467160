// Householder reduction of a square matrix to upper bidiagonal form (Golub & Kahan 1965; Golub & Van Loan, Matrix
// Computations, section 5.4.8): both updates of a step fused with the first product of the next. 8/3 n³ operations.

import { at, dot, get, set, sumOf, zeros } from "./_lanes";
import { makeReflection, updateRow } from "./_rank_two";

/**
 * A = U B Vᵀ for the n×n matrix at `a` (overwritten; entries at most about 1): B has `diagonal` and `off` above it. Row k of
 * `left` is vector k of U (zero before entry k), of `right` vector k of V (zero before k + 1). `work` holds 6·ld + 8.
 */
export function bidiagonalise(
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
  const stride = (<usize> ld) << 3;
  const u = work, y = u + stride, z = y + stride, v = z + stride, sums = v + 3 * stride;
  zeros(work, 6 * ld + 8);
  const end = (n + 1) & ~1;
  // A − u yᵀ − z vᵀ is what A should be: u, z by rows, y, v by columns.
  let x = v + stride, r = x + stride;
  for (let k = 0; k < n; k++) {
    const yk = get(y, k), vk = get(v, k);
    zeros(x, k);
    for (let i = k; i < n; i++) {
      set(x, i, get(a + <usize> i * stride, k) - (get(u, i) * yk + get(z, i) * vk));
    }
    const factor = makeReflection(x, k, n, at(diagonal, k));
    set(leftBeta, k, factor);
    memory.copy(left + <usize> k * stride, x, stride);
    if (k == n - 1) break;
    // Update, and r = Aᵀ x.
    const from = (k + 1) & ~1;
    zeros(r, ld);
    let i = k;
    let row = a + <usize> i * stride;
    for (; i + 1 < n; i += 2, row += 2 * stride) {
      updateTwo(
        row,
        row + stride,
        from,
        end,
        get(u, i),
        get(z, i),
        get(x, i),
        get(u, i + 1),
        get(z, i + 1),
        get(x, i + 1),
        y,
        v,
        r,
      );
    }
    if (i < n) {
      updateRow(row, from, end, get(u, i), get(z, i), y, v);
      const f = f64x2.splat(get(x, i));
      for (let j = from; j < end; j += 2) {
        v128.store(at(r, j), f64x2.add(v128.load(at(r, j)), f64x2.mul(f, v128.load(at(row, j)))));
      }
    }
    // The row k of (I − beta x xᵀ) A, and its reflection.
    zeros(y, ld);
    const first = a + <usize> k * stride, xk = get(x, k);
    zeros(v, k + 1);
    for (let j = k + 1; j < n; j++) {
      const yj = factor * get(r, j);
      set(y, j, yj);
      set(v, j, get(first, j) - xk * yj);
    }
    const turn = makeReflection(v, k + 1, n, at(off, k));
    set(rightBeta, k, turn);
    memory.copy(right + <usize> k * stride, v, stride);
    // z = beta (A − x yᵀ) v.
    let overlap: f64 = dot(at(y, from), at(y, end), at(v, from));
    products(a, k + 1, n, stride, from, end, v, z);
    for (i = k + 1; i < n; i++) set(z, i, turn * (get(z, i) - get(x, i) * overlap));
    memory.copy(u, x, stride);
  }
  const last = n - 1;
  if (n > 0) {
    set(off, last, 0);
    set(rightBeta, last, 0);
    zeros(right + <usize> last * stride, ld);
  }
}

// a −= u yᵀ + z vᵀ in two rows, and r += x_i a.
@inline function updateTwo(
  row0: usize,
  row1: usize,
  from: i32,
  to: i32,
  u0: f64,
  z0: f64,
  x0: f64,
  u1: f64,
  z1: f64,
  x1: f64,
  y: usize,
  v: usize,
  r: usize,
): void {
  const a0 = f64x2.splat(u0), b0 = f64x2.splat(z0), c0 = f64x2.splat(x0);
  const a1 = f64x2.splat(u1), b1 = f64x2.splat(z1), c1 = f64x2.splat(x1);
  const last: usize = (<usize> to) << 3;
  for (let j: usize = (<usize> from) << 3; j < last; j += 16) {
    const yj = v128.load(y + j), vj = v128.load(v + j);
    const r0 = f64x2.sub(v128.load(row0 + j), f64x2.add(f64x2.mul(a0, yj), f64x2.mul(b0, vj)));
    const r1 = f64x2.sub(v128.load(row1 + j), f64x2.add(f64x2.mul(a1, yj), f64x2.mul(b1, vj)));
    v128.store(row0 + j, r0);
    v128.store(row1 + j, r1);
    v128.store(r + j, f64x2.add(v128.load(r + j), f64x2.add(f64x2.mul(r0, c0), f64x2.mul(r1, c1))));
  }
}

// z_i = ⟨row i, v⟩ for rows i = first … n − 1, four at a time.
function products(
  a: usize,
  first: i32,
  n: i32,
  stride: usize,
  from: i32,
  to: i32,
  v: usize,
  z: usize,
): void {
  const start: usize = (<usize> from) << 3, last: usize = (<usize> to) << 3;
  let i = first;
  let p = a + <usize> first * stride;
  for (; i + 4 <= n; i += 4, p += 4 * stride) {
    const p1 = p + stride, p2 = p1 + stride, p3 = p2 + stride;
    let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
    for (let j = start; j < last; j += 16) {
      const x = v128.load(v + j);
      s0 = f64x2.add(s0, f64x2.mul(x, v128.load(p + j)));
      s1 = f64x2.add(s1, f64x2.mul(x, v128.load(p1 + j)));
      s2 = f64x2.add(s2, f64x2.mul(x, v128.load(p2 + j)));
      s3 = f64x2.add(s3, f64x2.mul(x, v128.load(p3 + j)));
    }
    set(z, i, sumOf(s0));
    set(z, i + 1, sumOf(s1));
    set(z, i + 2, sumOf(s2));
    set(z, i + 3, sumOf(s3));
  }
  for (; i < n; i++, p += stride) set(z, i, dot(p + start, p + last, v + start));
}
