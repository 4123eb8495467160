// Householder reduction of a symmetric matrix to tridiagonal form (Golub & Van Loan, Matrix Computations, section 8.3.1)
// with the rank-two update of one step fused into the product of the next. 4/3 n³ operations.

import { at, get, set, zeros } from "./_lanes";
import { makeReflection, updateOneRow, updateRow, updateTwoRows } from "./_rank_two";

/**
 * Reduces the n×n matrix at `a` (upper triangle read; entries at most about 1). Row k of `a` becomes the vector of
 * reflection k, with zeros before entry k + 1. `work` holds 4·ld + 2 numbers.
 */
export function tridiagonalise(
  a: usize,
  n: i32,
  ld: i32,
  diagonal: usize,
  off: usize,
  beta: usize,
  work: usize,
): void {
  const stride = (<usize> ld) << 3;
  let v = work, w = v + stride, u = w + stride, q = u + stride;
  const sums = q + stride;
  zeros(work, 4 * ld);
  const end = (n + 1) & ~1;
  for (let k = 0; k < n - 1; k++) {
    const row = a + (<usize> k) * stride;
    updateRow(row, k & ~1, end, get(v, k), get(w, k), w, v);
    set(diagonal, k, get(row, k));
    const factor = makeReflection(row, k + 1, n, at(off, k));
    set(beta, k, factor);
    memory.copy(at(u, k + 1), at(row, k + 1), (<usize> (n - k - 1)) << 3);
    set(u, k, 0);
    if (k > 0) set(u, k - 1, 0);
    zeros(q, ld);
    updateAndMultiply(a, k + 1, n, stride, v, w, u, q, sums);
    let overlap: f64 = 0;
    for (let i = k + 1; i < n; i++) {
      const x = get(q, i) * factor;
      set(q, i, x);
      overlap += x * get(u, i);
    }
    set(q, k, 0);
    const half = 0.5 * factor * overlap;
    for (let i = k + 1; i < n; i++) set(q, i, get(q, i) - half * get(u, i));
    let t = v;
    v = u;
    u = t;
    t = w;
    w = q;
    q = t;
    zeros(row, k + 1);
  }
  if (n > 0) {
    const row = a + (<usize> (n - 1)) * stride;
    const last = n - 1;
    // The pending update of the last entry.
    set(diagonal, last, get(row, last));
    set(off, last, 0);
    set(beta, last, 0);
    zeros(row, n);
  }
}

// A ← A − v wᵀ − w vᵀ on the upper triangle from row `from` on, and q += A u.
function updateAndMultiply(
  a: usize,
  from: i32,
  n: i32,
  stride: usize,
  v: usize,
  w: usize,
  u: usize,
  q: usize,
  sums: usize,
): void {
  const end = (n + 1) & ~1;
  let i = from;
  if ((i & 1) != 0 && i < n) {
    // A row alone, so that pairs begin on even rows: its columns from i + 1 on, then its diagonal entry.
    const row = a + (<usize> i) * stride;
    const vi = get(v, i), wi = get(w, i), ui = get(u, i);
    const x = get(row, i) - 2 * vi * wi;
    set(row, i, x);
    const sum = updateOneRow(row, i + 1, end, vi, wi, ui, w, v, u, q);
    set(q, i, get(q, i) + x * ui + sum);
    i++;
  }
  for (; i + 1 < n; i += 2) {
    const r0 = a + (<usize> i) * stride, r1 = r0 + stride;
    const v0 = get(v, i), w0 = get(w, i), u0 = get(u, i);
    const v1 = get(v, i + 1), w1 = get(w, i + 1), u1 = get(u, i + 1);
    const d0 = get(r0, i) - 2 * v0 * w0;
    const between = get(r0, i + 1) - (v0 * w1 + w0 * v1);
    const d1 = get(r1, i + 1) - 2 * v1 * w1;
    set(r0, i, d0);
    set(r0, i + 1, between);
    set(r1, i + 1, d1);
    updateTwoRows(r0, r1, i + 2, end, v0, w0, u0, v1, w1, u1, w, v, u, q, sums);
    set(q, i, get(q, i) + (d0 * u0 + between * u1 + load<f64>(sums)));
    set(q, i + 1, get(q, i + 1) + (between * u0 + d1 * u1 + load<f64>(sums, 8)));
  }
  if (i < n) {
    const row = a + (<usize> i) * stride;
    const x = get(row, i) - 2 * get(v, i) * get(w, i);
    set(row, i, x);
    set(q, i, get(q, i) + x * get(u, i));
  }
}
