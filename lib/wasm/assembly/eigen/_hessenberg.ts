// Householder reduction of a general matrix to Hessenberg form (Golub & Van Loan, Matrix Computations, section 7.4.2), each
// two-sided reflection as one rank-two update fused into the products of the next. 10/3 n³ operations.

import { at, get, set, sumOf, zeros } from "./_lanes";
import { makeReflection, updateOneRow, updateRow, updateTwoRows } from "./_rank_two";

/**
 * Reduces the n×n matrix at `a` in place (entries at most about 1; below the first subdiagonal exact zeros). Row k of
 * `reflections` becomes the vector of reflection k, zero before entry k + 1. `work` holds 6·ld + 8 numbers.
 */
export function toHessenberg(
  a: usize,
  n: i32,
  ld: i32,
  reflections: usize,
  beta: usize,
  work: usize,
): void {
  const stride = (<usize> ld) << 3;
  let v = work, x = v + stride;
  const u = x + stride, w = u + stride, y = w + stride, z = y + stride, sums = z + stride;
  zeros(work, 6 * ld + 8);
  const end = (n + 1) & ~1;
  for (let k = 0; k < n - 2; k++) {
    const wk = get(w, k), vk = get(v, k);
    set(x, k, 0);
    if (k > 0) set(x, k - 1, 0);
    for (let i = k + 1; i < n; i++) {
      set(x, i, get(a + <usize> i * stride, k) - (get(v, i) * wk + get(u, i) * vk));
    }
    const factor = makeReflection(x, k + 1, n, sums + 16);
    const pivot = load<f64>(sums, 16);
    set(beta, k, factor);
    memory.copy(reflections + <usize> k * stride, x, stride);
    zeros(z, ld);
    updateAndMultiply(a, k, n, stride, end, v, u, w, x, y, z, sums);
    set(a + <usize> (k + 1) * stride, k, pivot);
    for (let i = k + 2; i < n; i++) set(a + <usize> i * stride, k, 0);
    // Factors go one at a time: their square may overflow where the vector is small.
    let overlap: f64 = 0;
    for (let i = 0; i < n; i++) {
      const scaled = factor * get(y, i);
      set(u, i, scaled);
      overlap += get(x, i) * scaled;
    }
    const half = 0.5 * factor * overlap;
    for (let i = k + 1; i < n; i++) set(u, i, get(u, i) - half * get(x, i));
    zeros(w, k + 1);
    for (let i = k + 1; i < n; i++) set(w, i, factor * get(z, i) - half * get(x, i));
    const t = v;
    v = x;
    x = t;
  }
  // The last update is still to be made.
  const from = n > 2 ? (n - 2) & ~1 : 0;
  for (let i = 0; i < n; i++) {
    updateRow(a + <usize> i * stride, from, end, get(v, i), get(u, i), w, v);
  }
  for (let k = max(0, n - 2); k < n; k++) {
    set(beta, k, 0);
    zeros(reflections + <usize> k * stride, ld);
  }
}

// A ← A − v wᵀ − u vᵀ, y = A x, z = Aᵀ x, from column k on. v is zero before entry k, x before k + 1.
function updateAndMultiply(
  a: usize,
  k: i32,
  n: i32,
  stride: usize,
  end: i32,
  v: usize,
  u: usize,
  w: usize,
  x: usize,
  y: usize,
  z: usize,
  sums: usize,
): void {
  const from = k & ~1;
  let i = 0;
  let row = a;
  for (; i + 1 < k; i += 2, row += 2 * stride) {
    updateUpperRows(row, row + stride, from, end, get(u, i), get(u, i + 1), v, x, at(y, i));
  }
  for (; i <= k; i++, row += stride) {
    set(y, i, updateOneRow(row, from, end, get(v, i), get(u, i), 0, w, v, x, z));
  }
  for (; i + 1 < n; i += 2, row += 2 * stride) {
    updateTwoRows(
      row,
      row + stride,
      from,
      end,
      get(v, i),
      get(u, i),
      get(x, i),
      get(v, i + 1),
      get(u, i + 1),
      get(x, i + 1),
      w,
      v,
      x,
      z,
      at(y, i),
    );
  }
  if (i < n) {
    set(y, i, updateOneRow(row, from, end, get(v, i), get(u, i), get(x, i), w, v, x, z));
  }
}

// a −= u vᵀ, y = a·x in two rows where v and x have no entry.
@inline function updateUpperRows(
  row0: usize,
  row1: usize,
  from: i32,
  to: i32,
  u0: f64,
  u1: f64,
  v: usize,
  x: usize,
  y: usize,
): void {
  const b0 = f64x2.splat(u0), b1 = f64x2.splat(u1);
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0);
  const last: usize = (<usize> to) << 3;
  for (let j: usize = (<usize> from) << 3; j < last; j += 16) {
    const vj = v128.load(v + j), xj = v128.load(x + j);
    const r0 = f64x2.sub(v128.load(row0 + j), f64x2.mul(b0, vj));
    const r1 = f64x2.sub(v128.load(row1 + j), f64x2.mul(b1, vj));
    v128.store(row0 + j, r0);
    v128.store(row1 + j, r1);
    s0 = f64x2.add(s0, f64x2.mul(r0, xj));
    s1 = f64x2.add(s1, f64x2.mul(r1, xj));
  }
  store<f64>(y, sumOf(s0));
  store<f64>(y, sumOf(s1), 8);
}
