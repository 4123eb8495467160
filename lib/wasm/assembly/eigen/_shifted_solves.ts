// The small systems of back-substitution: one row or a 2×2 block of T − w for a column of X, real or complex. Pivots are at
// least `smallest`, which perturbs T by no more than its rounding; columns that grow are scaled down as a whole, with the
// sums made of them (rows `from` … `last` of X, and sums `apart` from the row's own).

import { at, get, set } from "./_lanes";

const large: f64 = 1e100;

/** (t_ii − w) x_i = −sum for column j (and j + 1 for the imaginary part, with width 2). */
export function solveOne(
  t: usize,
  x: usize,
  stride: usize,
  i: i32,
  j: i32,
  width: i32,
  wr: f64,
  wi: f64,
  smallest: f64,
  last: i32,
  sum: usize,
  apart: i32,
): void {
  const d = get(t + <usize> i * stride, i) - wr;
  const here = x + <usize> i * stride;
  if (width == 1) {
    const divisor = Math.abs(d) < smallest ? smallest : d;
    if (Math.abs(get(sum, 0)) > 1e50) {
      scaleBy(x, stride, i + 1, last, j, 1, Math.abs(get(sum, 0)), sum, apart);
    }
    const value = -get(sum, 0) / divisor;
    set(here, j, value);
    if (Math.abs(value) > large) scaleBy(x, stride, i, last, j, 1, Math.abs(value), sum, apart);
    return;
  }
  const size = Math.max(Math.abs(get(sum, 0)), Math.abs(get(sum, 1)));
  if (size > 1e50) scaleBy(x, stride, i + 1, last, j, 2, size, sum, apart);
  let dr = d, di = -wi;
  if (Math.abs(dr) + Math.abs(di) < smallest) {
    dr = smallest;
    di = 0;
  }
  divide(-get(sum, 0), -get(sum, 1), dr, di, at(here, j));
  const grown = Math.max(Math.abs(get(here, j)), Math.abs(get(here, j + 1)));
  if (grown > large) scaleBy(x, stride, i, last, j, 2, grown, sum, apart);
}

/** The same for the 2×2 block at rows i, i + 1, whose sums are at sum and sum + 8: elimination with complete pivoting. */
export function solvePair(
  t: usize,
  x: usize,
  stride: usize,
  i: i32,
  j: i32,
  width: i32,
  wr: f64,
  wi: f64,
  smallest: f64,
  last: i32,
  sum: usize,
): void {
  let size: f64 = 0;
  for (let m = 0; m < width; m++) {
    size = Math.max(size, Math.max(Math.abs(get(sum, m)), Math.abs(get(sum, 8 + m))));
  }
  if (size > 1e50) scaleBy(x, stride, i + 2, last, j, width, size, sum, 8);
  const row = t + <usize> i * stride, below = row + stride;
  const d0 = get(row, i) - wr, d1 = get(below, i + 1) - wr;
  const b = get(row, i + 1), c = get(below, i);
  // Unknowns p (on the pivot) and q; the pivot is (pr, pi), its row's other entry o, its column's k, the last (er, ei).
  const diagonal = Math.max(Math.abs(d0), Math.abs(d1)) + Math.abs(wi);
  const first = at(x + <usize> i * stride, j), second = first + stride;
  const r0 = -get(sum, 0), r1 = -get(sum, 8);
  const s0 = width == 2 ? -get(sum, 1) : 0, s1 = width == 2 ? -get(sum, 9) : 0;
  if (Math.abs(b) >= Math.abs(c) && Math.abs(b) >= diagonal) {
    // Row 0 has the pivot b at unknown 1: q = x0.
    eliminate(b, 0, d0, -wi, d1, -wi, c, 0, r0, s0, r1, s1, smallest, second, first, width);
  } else if (Math.abs(c) >= diagonal) {
    eliminate(c, 0, d1, -wi, d0, -wi, b, 0, r1, s1, r0, s0, smallest, first, second, width);
  } else if (Math.abs(d0) >= Math.abs(d1)) {
    eliminate(d0, -wi, b, 0, c, 0, d1, -wi, r0, s0, r1, s1, smallest, first, second, width);
  } else {
    eliminate(d1, -wi, c, 0, b, 0, d0, -wi, r1, s1, r0, s0, smallest, second, first, width);
  }
  let grown: f64 = 0;
  for (let m = 0; m < width; m++) {
    grown = Math.max(grown, Math.max(Math.abs(get(first, m)), Math.abs(get(second, m))));
  }
  if (grown > large) scaleBy(x, stride, i, last, j, width, grown, sum, 8);
}

// p·P + o·Q = f, k·P + e·Q = g in complex numbers with p the largest: Q to `q`, P to `to` (real parts alone for width 1).
function eliminate(
  pr: f64,
  pi: f64,
  or: f64,
  oi: f64,
  kr: f64,
  ki: f64,
  er: f64,
  ei: f64,
  fr: f64,
  fi: f64,
  gr: f64,
  gi: f64,
  smallest: f64,
  to: usize,
  q: usize,
  width: i32,
): void {
  if (width == 1) {
    if (Math.abs(pr) < smallest) pr = smallest;
    const ratio = kr / pr;
    let last = er - ratio * or;
    if (Math.abs(last) < smallest) last = smallest;
    const y = (gr - ratio * fr) / last;
    store<f64>(q, y);
    store<f64>(to, (fr - or * y) / pr);
    return;
  }
  if (Math.abs(pr) + Math.abs(pi) < smallest) {
    pr = smallest;
    pi = 0;
  }
  divide(kr, ki, pr, pi, q);
  const mr = load<f64>(q), mi = load<f64>(q, 8);
  let lr = er - (mr * or - mi * oi), li = ei - (mr * oi + mi * or);
  if (Math.abs(lr) + Math.abs(li) < smallest) {
    lr = smallest;
    li = 0;
  }
  divide(gr - (mr * fr - mi * fi), gi - (mr * fi + mi * fr), lr, li, q);
  const yr = load<f64>(q), yi = load<f64>(q, 8);
  divide(fr - (or * yr - oi * yi), fi - (or * yi + oi * yr), pr, pi, to);
}

// (ar + i ai) / (br + i bi) to `to` (Smith 1962).
@inline function divide(ar: f64, ai: f64, br: f64, bi: f64, to: usize): void {
  if (Math.abs(br) >= Math.abs(bi)) {
    const r = bi / br, d = br + bi * r;
    store<f64>(to, (ar + ai * r) / d);
    store<f64>(to, (ai - ar * r) / d, 8);
  } else {
    const r = br / bi, d = br * r + bi;
    store<f64>(to, (ar * r + ai) / d);
    store<f64>(to, (ai * r - ar) / d, 8);
  }
}

// Divides a column's entries in rows from … last − 1, and its sums (two rows of them `apart`), by `size`.
function scaleBy(
  x: usize,
  stride: usize,
  from: i32,
  last: i32,
  j: i32,
  width: i32,
  size: f64,
  sum: usize,
  apart: i32,
): void {
  const factor = 1 / size;
  for (let m = 0; m < width; m++) {
    for (let i = from; i < last; i++) {
      const p = at(x + <usize> i * stride, j + m);
      store<f64>(p, load<f64>(p) * factor);
    }
    set(sum, m, get(sum, m) * factor);
    if (apart != 0) set(sum, apart + m, get(sum, apart + m) * factor);
  }
}
