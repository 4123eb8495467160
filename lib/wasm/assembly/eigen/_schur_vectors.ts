// Eigenvectors of a quasi triangular matrix by back-substitution, eight columns at a time (the recurrences of LAPACK's
// dtrevc3, Golub & Van Loan, Matrix Computations, section 7.6.4), and their product with Z. 4/3 n³ operations and n³.
// A pair of conjugate eigenvalues takes two columns: real and imaginary part of the vector of the one with im > 0.

import { at, get, set, zeros } from "./_lanes";
import { solveOne, solvePair } from "./_shifted_solves";

const epsilon: f64 = 2.220446049250313e-16;

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
        if (i < j) {
          solvePair(t, x, stride, i - 1, j, width, wr, wi, smallest, j + width, at(sums, j - c));
        }
      } else {
        if (i < j) {
          // The upper row's sums are made of the same column, and must be scaled with it.
          const apart = two ? -8 : 0;
          solveOne(
            t,
            x,
            stride,
            i,
            j,
            width,
            wr,
            wi,
            smallest,
            j + width,
            at(sums, 8 + j - c),
            apart,
          );
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
