// Francis' implicit double-shift QR on a Hessenberg matrix: real Schur form, or eigenvalues alone (Golub & Van Loan,
// Matrix Computations, section 7.5), with the deflation of Ahues & Tisseur (LAPACK Working Note 122) and starts in the
// middle of the block at two small subdiagonals, as in LAPACK's dlahqr. A sweep is chased through windows of the
// diagonal; what lies right of and above a window gets its reflections together, and Zᵀ those of several sweeps.

import {
  applyChases,
  Chases,
  openChase,
  reflectFromLeft,
  reflectFromRight,
  reflectionBytes,
} from "./_chases";
import { get, set } from "./_lanes";
import { rotateRows, standardise } from "./_standard_block";

const epsilon: f64 = 2.220446049250313e-16;
const patience = 30;
const maxSteps = 60;
const window = 16;

/**
 * Reduces the n×n Hessenberg matrix T (row stride in bytes; one row more is there) to quasi triangular form; with
 * `whole` false only eigenvalues come out. Zᵀ is the matrix of `chases`. Eigenvalues go to (re, im). Returns 0, or 1 + the index where it does not converge.
 */
export function francis(
  t: usize,
  n: i32,
  stride: usize,
  whole: bool,
  chases: Chases,
  re: usize,
  im: usize,
): i32 {
  let norm: f64 = 0;
  for (let i = 0; i < n; i++) {
    const row = t + <usize> i * stride;
    for (let j = 0; j < n; j++) norm = Math.max(norm, Math.abs(get(row, j)));
  }
  let hi = n - 1;
  let steps = 0;
  while (hi >= 0) {
    // Where roundings from large entries keep refilling a small coupling, one of size eps·‖A‖ may go.
    const floor = norm * (steps < patience ? 1e-140 : epsilon);
    let lo = hi;
    while (lo > 0 && !negligible(t, stride, n, lo, floor)) lo--;
    if (lo > 0) set(t + <usize> lo * stride, lo - 1, 0);
    if (lo == hi) {
      set(re, hi, get(t + <usize> hi * stride, hi));
      set(im, hi, 0);
      hi--;
      steps = 0;
    } else if (lo == hi - 1) {
      standardise(t, stride, n, lo, whole, chases, re, im);
      hi -= 2;
      steps = 0;
    } else {
      if (steps >= maxSteps) return hi + 1;
      steps++;
      sweep(t, stride, n, lo, hi, steps, whole, chases);
    }
  }
  applyChases(chases);
  if (chases.rows != 0) turnBlocks(chases, n);
  return 0;
}

// The rotations of 2×2 blocks, on the rows of Zᵀ.
function turnBlocks(chases: Chases, n: i32): void {
  for (let k = 0; k + 1 < n; k++) {
    const cs = get(chases.rotations, 2 * k), sn = get(chases.rotations, 2 * k + 1);
    if (cs == 0 && sn == 0) continue;
    const row = chases.rows + <usize> k * chases.stride;
    rotateRows(row, row + chases.stride, 0, n, cs, sn);
  }
}

function negligible(t: usize, stride: usize, n: i32, i: i32, floor: f64): bool {
  const row = t + <usize> i * stride, above = row - stride;
  const coupling = Math.abs(get(row, i - 1));
  if (coupling <= floor) return true;
  const d0 = get(above, i - 1), d1 = get(row, i);
  let size = Math.abs(d0) + Math.abs(d1);
  if (size == 0) {
    if (i >= 2) size += Math.abs(get(above, i - 2));
    if (i + 1 < n) size += Math.abs(get(row + stride, i));
  }
  if (coupling > epsilon * size) return false;
  const other = Math.abs(get(above, i));
  const ab = Math.max(coupling, other), ba = Math.min(coupling, other);
  const gap = Math.abs(d0 - d1);
  const aa = Math.max(Math.abs(d1), gap), bb = Math.min(Math.abs(d1), gap);
  const s = aa + ab;
  return ba * (ab / s) <= Math.max(floor, epsilon * (bb * (aa / s)));
}

function sweep(
  t: usize,
  stride: usize,
  n: i32,
  lo: i32,
  hi: i32,
  steps: i32,
  whole: bool,
  chases: Chases,
): void {
  const last = t + <usize> hi * stride, above = last - stride;
  let a = get(above, hi - 1), b = get(above, hi), c = get(last, hi - 1), d = get(last, hi);
  if (steps % 10 == 0) {
    // Exceptional shifts break cycles; from the bottom and from the top in turn.
    let s: f64;
    if (steps % 20 == 0) {
      const first = t + <usize> lo * stride;
      s = Math.abs(get(first + stride, lo)) + Math.abs(get(first + 2 * stride, lo + 1));
      a = 0.75 * s + get(first, lo);
    } else {
      s = Math.abs(c) + Math.abs(get(above, hi - 2));
      a = 0.75 * s + d;
    }
    b = -0.4375 * s;
    c = s;
    d = a;
  }
  // The shifts r1 ± i·q, or one real shift twice: the one nearer to d.
  let r1: f64 = 0, r2: f64 = 0, q: f64 = 0;
  const size = Math.abs(a) + Math.abs(b) + Math.abs(c) + Math.abs(d);
  if (size != 0) {
    a /= size, b /= size, c /= size, d /= size;
    const middle = 0.5 * (a + d);
    const det = (a - middle) * (d - middle) - b * c;
    const root = Math.sqrt(Math.abs(det));
    if (det >= 0) {
      r1 = r2 = middle * size;
      q = root * size;
    } else {
      const x = middle + root, y = middle - root;
      r1 = r2 = (Math.abs(x - d) <= Math.abs(y - d) ? x : y) * size;
    }
  }
  let x: f64 = 0, y: f64 = 0, z: f64 = 0;
  let first = hi - 2;
  for (;; first--) {
    const r = t + <usize> first * stride;
    const h00 = get(r, first), h10 = get(r + stride, first);
    const s = Math.abs(h00 - r2) + Math.abs(q) + Math.abs(h10);
    const h = h10 / s;
    x = h * get(r, first + 1) + (h00 - r1) * ((h00 - r2) / s) + q * (q / s);
    y = h * (h00 + get(r + stride, first + 1) - r1 - r2);
    z = h * get(r + 2 * stride, first + 1);
    if (s == 0) x = y = z = 0;
    const sum = Math.abs(x) + Math.abs(y) + Math.abs(z);
    if (sum != 0) x /= sum, y /= sum, z /= sum;
    if (first == lo) break;
    const near = Math.abs(get(r - stride, first - 1)) + Math.abs(h00) +
      Math.abs(get(r + stride, first + 1));
    if (Math.abs(get(r, first - 1)) * (Math.abs(y) + Math.abs(z)) <= epsilon * Math.abs(x) * near) {
      break;
    }
  }
  const turns = openChase(chases, first, hi);
  const columns = (<usize> (whole ? n : hi + 1)) << 3;
  const top = whole ? 0 : lo;
  for (let from = first; from < hi; from += window) {
    const to = min(hi, from + window);
    // Columns up to `edge` belong to the window; it is odd, so that what is right of it begins on a pair.
    const edge = (to + 2) | 1;
    for (let k = from; k < to; k++) {
      if (k > first) {
        const r = t + <usize> k * stride;
        x = get(r, k - 1);
        y = get(r + stride, k - 1);
        z = k + 1 < hi ? get(r + 2 * stride, k - 1) : 0;
      }
      reflectWindow(t, stride, turns, k, first, from, edge, hi, x, y, z);
    }
    const beyond = (<usize> (edge + 1)) << 3;
    if (beyond < columns) reflectFromLeft(t, stride, turns, from, to, beyond, columns);
    if (top < from) reflectFromRight(t, stride, turns, from, to, top, from);
  }
}

// Makes reflection k of a sweep and applies it inside its window: to columns k − 1 … edge, and rows from … k + 3.
@inline function reflectWindow(
  t: usize,
  stride: usize,
  turns: usize,
  k: i32,
  first: i32,
  from: i32,
  edge: i32,
  hi: i32,
  x: f64,
  y: f64,
  z: f64,
): void {
  const size = Math.abs(x) + Math.abs(y) + Math.abs(z);
  const row = t + <usize> k * stride;
  if (size == 0 || (y == 0 && z == 0)) return;
  const a = x / size, b = y / size, c = z / size;
  const norm = Math.sqrt(a * a + b * b + c * c);
  const alpha = a > 0 ? -norm : norm;
  const v1 = b / (a - alpha), v2 = c / (a - alpha);
  const t0 = (alpha - a) / alpha, t1 = t0 * v1, t2 = t0 * v2;
  const turn = turns + <usize> k * reflectionBytes;
  store<f64>(turn, v1);
  store<f64>(turn, v2, 8);
  store<f64>(turn, t0, 16);
  store<f64>(turn, t1, 24);
  store<f64>(turn, t2, 32);
  const before = k > 0 ? get(row, k - 1) : 0;
  // From the left.
  const v1s = f64x2.splat(v1), v2s = f64x2.splat(v2);
  const t0s = f64x2.splat(t0), t1s = f64x2.splat(t1), t2s = f64x2.splat(t2);
  const end = row + ((<usize> (edge + 1)) << 3);
  for (let p = row + ((<usize> (k & ~1)) << 3); p < end; p += 16) {
    const p1 = p + stride, p2 = p1 + stride;
    const r0 = v128.load(p), r1 = v128.load(p1), r2 = v128.load(p2);
    const s = f64x2.add(f64x2.add(r0, f64x2.mul(v1s, r1)), f64x2.mul(v2s, r2));
    v128.store(p, f64x2.sub(r0, f64x2.mul(t0s, s)));
    v128.store(p1, f64x2.sub(r1, f64x2.mul(t1s, s)));
    v128.store(p2, f64x2.sub(r2, f64x2.mul(t2s, s)));
  }
  if (k > first) {
    set(row, k - 1, alpha * size);
    set(row + stride, k - 1, 0);
    if (k + 1 < hi) set(row + 2 * stride, k - 1, 0);
  } else if (k > 0) {
    // A start in the middle: the coupling shrinks, and what it leaves below is negligible.
    set(row, k - 1, before * (1 - t0));
    set(row + stride, k - 1, 0);
    set(row + 2 * stride, k - 1, 0);
  }
  // From the right.
  const lastRow = min(hi, k + 3);
  let p = t + <usize> from * stride + ((<usize> k) << 3);
  for (let i = from; i <= lastRow; i++, p += stride) {
    const r0 = load<f64>(p), r1 = load<f64>(p, 8), r2 = load<f64>(p, 16);
    const s = r0 + v1 * r1 + v2 * r2;
    store<f64>(p, r0 - t0 * s);
    store<f64>(p, r1 - t1 * s, 8);
    store<f64>(p, r2 - t2 * s, 16);
  }
}
