// Eigenvectors of a quasi triangular matrix by back-substitution, eight columns at a time (the recurrences of LAPACK's
// dtrevc3, Golub & Van Loan, Matrix Computations, section 7.6.4), and their product with Z. 4/3 n³ operations and n³.
// A pair of conjugate eigenvalues takes two columns: real and imaginary part of the vector of the one with im > 0.

import { at, get, set, zeros } from "./_lanes";

const epsilon: f64 = 2.220446049250313e-16;
const large: f64 = 1e100;

/**
 * Eigenvectors of T as the columns of X (both with row stride in bytes; X is overwritten). T is in standard form with
 * eigenvalues (re, im). Columns are scaled by anything. `sums` holds 16 + 8 numbers.
 */
export function schurVectors(
  t: usize,
  x: usize,
  n: i32,
  stride: usize,
  re: usize,
  im: usize,
  sums: usize,
): void {
  let norm: f64 = 0;
  for (let i = 0; i < n; i++) {
    const row = t + <usize> i * stride;
    zeros(x + <usize> i * stride, <i32> (stride >> 3));
    for (let j = max(0, i - 1); j < n; j++) norm = Math.max(norm, Math.abs(get(row, j)));
  }
  const tiny = Math.max(norm, 1e-50) * 1e-240;
  for (let c = 0; c < n;) {
    // Up to eight columns, no pair cut in two.
    let next = min(n, c + 8);
    if (next < n && get(im, next) < 0) next--;
    panel(t, x, n, stride, re, im, c, next, tiny, sums);
    c = next;
  }
}

function panel(
  t: usize,
  x: usize,
  n: i32,
  stride: usize,
  re: usize,
  im: usize,
  c: i32,
  next: i32,
  tiny: f64,
  sums: usize,
): void {
  for (let j = c; j < next; j++) start(t, x, stride, im, j);
  for (let i = next - 1; i >= 0;) {
    const row = t + <usize> i * stride, above = row - stride;
    const pair = i > 0 && get(row, i - 1) != 0;
    // Two rows at a time: a block, or two rows of which the upper one starts no block's lower half.
    const two = pair || (i > 1 && get(above, i - 2) == 0) || i == 1;
    if (two) sumTwo(above, row, x, stride, i + 1, next, c, sums);
    else sumOne(row, x, stride, i + 1, next, c, sums);
    for (let j = c; j < next; j++) {
      const wr = get(re, j), wi = get(im, j);
      const width = wi == 0 ? 1 : 2;
      const smallest = Math.max(epsilon * (Math.abs(wr) + Math.abs(wi)), tiny);
      if (pair) {
        if (i < j) solvePair(t, x, stride, i - 1, j, width, wr, wi, smallest, j + width, at(sums, j - c));
      } else {
        if (i < j) {
          // The upper row's sums are made of the same column, and must be scaled with it.
          const apart = two ? -8 : 0;
          solveOne(t, x, stride, i, j, width, wr, wi, smallest, j + width, at(sums, 8 + j - c), apart);
        }
        if (two && i - 1 < j) {
          // The upper row lacks row i's part yet.
          const upper = at(sums, j - c), coupling = get(above, i), value = x + <usize> i * stride;
          for (let m = 0; m < width; m++) {
            set(upper, m, get(upper, m) + coupling * get(value, j + m));
          }
          solveOne(t, x, stride, i - 1, j, width, wr, wi, smallest, j + width, upper, 0);
        }
      }
      if (width == 2) j++;
    }
    i -= two ? 2 : 1;
  }
}

// The entries of a column at its own eigenvalue.
function start(t: usize, x: usize, stride: usize, im: usize, j: i32): void {
  const wi = get(im, j);
  const here = x + <usize> j * stride;
  if (wi == 0) {
    set(here, j, 1);
  } else if (wi > 0) {
    const right = get(t + <usize> j * stride, j + 1);
    const below = get(t + <usize> (j + 1) * stride, j);
    // (1, i·wi/b), or (−wi/c, i), whichever is no quotient by the smaller.
    if (Math.abs(right) >= Math.abs(below)) {
      set(here, j, 1);
      set(here + stride, j + 1, wi / right);
    } else {
      set(here, j, -wi / below);
      set(here + stride, j + 1, 1);
    }
  }
}

// sums[0 … 7] = Σ_k T(above, k) X(k, c …), sums[8 … 15] the same for `row`, k = from … to − 1.
function sumTwo(
  above: usize,
  row: usize,
  x: usize,
  stride: usize,
  from: i32,
  to: i32,
  c: i32,
  sums: usize,
): void {
  let a0 = f64x2.splat(0), a1 = f64x2.splat(0), a2 = f64x2.splat(0), a3 = f64x2.splat(0);
  let b0 = f64x2.splat(0), b1 = f64x2.splat(0), b2 = f64x2.splat(0), b3 = f64x2.splat(0);
  let p = at(x + <usize> from * stride, c);
  for (let k = from; k < to; k++, p += stride) {
    const u = v128.load_splat<f64>(at(above, k)), v = v128.load_splat<f64>(at(row, k));
    const x0 = v128.load(p), x1 = v128.load(p, 16), x2 = v128.load(p, 32), x3 = v128.load(p, 48);
    a0 = f64x2.add(a0, f64x2.mul(u, x0));
    a1 = f64x2.add(a1, f64x2.mul(u, x1));
    a2 = f64x2.add(a2, f64x2.mul(u, x2));
    a3 = f64x2.add(a3, f64x2.mul(u, x3));
    b0 = f64x2.add(b0, f64x2.mul(v, x0));
    b1 = f64x2.add(b1, f64x2.mul(v, x1));
    b2 = f64x2.add(b2, f64x2.mul(v, x2));
    b3 = f64x2.add(b3, f64x2.mul(v, x3));
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
  v128.store(sums, b0, 64);
  v128.store(sums, b1, 80);
  v128.store(sums, b2, 96);
  v128.store(sums, b3, 112);
}

function sumOne(
  row: usize,
  x: usize,
  stride: usize,
  from: i32,
  to: i32,
  c: i32,
  sums: usize,
): void {
  let b0 = f64x2.splat(0), b1 = f64x2.splat(0), b2 = f64x2.splat(0), b3 = f64x2.splat(0);
  let p = at(x + <usize> from * stride, c);
  for (let k = from; k < to; k++, p += stride) {
    const v = v128.load_splat<f64>(at(row, k));
    b0 = f64x2.add(b0, f64x2.mul(v, v128.load(p)));
    b1 = f64x2.add(b1, f64x2.mul(v, v128.load(p, 16)));
    b2 = f64x2.add(b2, f64x2.mul(v, v128.load(p, 32)));
    b3 = f64x2.add(b3, f64x2.mul(v, v128.load(p, 48)));
  }
  v128.store(sums, b0, 64);
  v128.store(sums, b1, 80);
  v128.store(sums, b2, 96);
  v128.store(sums, b3, 112);
}

// (t_ii − w) x_i = −sum for column j (and j + 1).
function solveOne(
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
    if (Math.abs(get(sum, 0)) > 1e50) scaleBy(x, stride, i + 1, last, j, 1, Math.abs(get(sum, 0)), sum, apart);
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

// The same for the 2×2 block at rows i, i + 1, whose sums are at sum and sum + 8: elimination with complete pivoting.
function solvePair(
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

/** out = Xᵀ Zᵀ for upper triangular X (with one more subdiagonal): row c of out is vector c of A. `out` has zeros. */
export function timesZ(x: usize, zt: usize, n: i32, stride: usize, out: usize): void {
  const width = ((<usize> n + 3) & ~3) << 3;
  for (let column: usize = 0; column < width; column += 32) {
    for (let c = 0; c < n; c += 4) {
      let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
      const to = min(n, c + 5);
      let p = at(x, c), q = zt + column;
      for (let k = 0; k < to; k++, p += stride, q += stride) {
        const z0 = v128.load(q), z1 = v128.load(q, 16);
        let f = v128.load_splat<f64>(p);
        a0 = f64x2.add(a0, f64x2.mul(f, z0));
        a1 = f64x2.add(a1, f64x2.mul(f, z1));
        f = v128.load_splat<f64>(p, 8);
        b0 = f64x2.add(b0, f64x2.mul(f, z0));
        b1 = f64x2.add(b1, f64x2.mul(f, z1));
        f = v128.load_splat<f64>(p, 16);
        c0 = f64x2.add(c0, f64x2.mul(f, z0));
        c1 = f64x2.add(c1, f64x2.mul(f, z1));
        f = v128.load_splat<f64>(p, 24);
        d0 = f64x2.add(d0, f64x2.mul(f, z0));
        d1 = f64x2.add(d1, f64x2.mul(f, z1));
      }
      let o = out + <usize> c * stride + column;
      v128.store(o, a0);
      v128.store(o, a1, 16);
      o += stride;
      v128.store(o, b0);
      v128.store(o, b1, 16);
      o += stride;
      v128.store(o, c0);
      v128.store(o, c1, 16);
      o += stride;
      v128.store(o, d0);
      v128.store(o, d1, 16);
    }
  }
}
