// Householder QR with column pivoting (Businger & Golub 1965) of a square matrix whose columns are rows in memory.
// Norms of what is left of each column are summed anew in every update: no downdating, no cancellation.

import { at, get, set, squares, sumOf } from "./_lanes";

/**
 * R P = Q T for the n×n matrix whose column c is row c of `columns`. On return row c holds T's column c above the
 * diagonal (entries < c) and nothing else; `vectors` row k holds vector k of Q (zero before entry k), `diagonal` T's diagonal, of
 * either sign; order[c] is the column that came to place c. Where all that is left is so small that squares would underflow, it
 * is enlarged: row k of T (entries (k, k …)) is that of T times scales[k]. `norms` holds n numbers.
 */
export function pivotedQR(
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
  const stride = (<usize> ld) << 3;
  for (let c = 0; c < n; c++) {
    const row = columns + <usize> c * stride;
    set(norms, c, squares(row, row + stride));
    store<i32>(order + ((<usize> c) << 2), c);
  }
  let scale: f64 = 1;
  for (let k = 0; k < n; k++) {
    let best = longest(norms, k, n);
    if (get(norms, best) < 1e-200) {
      const factor = enlarge(columns, k, n, stride, scale, norms);
      if (factor == 0) {
        finish(k, n, stride, vectors, beta, diagonal, scales, scale);
        return;
      }
      scale *= factor;
      best = longest(norms, k, n);
    }
    set(scales, k, scale);
    const row = columns + <usize> k * stride;
    if (best != k) {
      const other = columns + <usize> best * stride;
      for (let j: usize = 0; j < stride; j += 16) {
        const x = v128.load(row + j);
        v128.store(row + j, v128.load(other + j));
        v128.store(other + j, x);
      }
      set(norms, best, get(norms, k));
      const p = order + ((<usize> k) << 2), q = order + ((<usize> best) << 2);
      const i = load<i32>(p);
      store<i32>(p, load<i32>(q));
      store<i32>(q, i);
    }
    const v = vectors + <usize> k * stride;
    memory.fill(v, 0, <usize> k << 3);
    memory.copy(at(v, k), at(row, k), (<usize> (ld - k)) << 3);
    memory.fill(at(row, k), 0, (<usize> (ld - k)) << 3);
    const factor = reflection(v, k, n, at(diagonal, k));
    set(beta, k, factor);
    reflectColumns(columns, k + 1, n, stride, v, factor, k, norms);
  }
}

function longest(norms: usize, k: i32, n: i32): i32 {
  let best = k;
  for (let c = k + 1; c < n; c++) {
    if (get(norms, c) > get(norms, best)) best = c;
  }
  return best;
}

// Multiplies what is left by a power of two that brings its largest entry near 1; returns it, 0 if nothing is left.
function enlarge(
  columns: usize,
  k: i32,
  n: i32,
  stride: usize,
  scale: f64,
  norms: usize,
): f64 {
  let largest: f64 = 0;
  for (let c = k; c < n; c++) {
    const row = columns + <usize> c * stride;
    for (let j = k; j < n; j++) largest = Math.max(largest, Math.abs(get(row, j)));
  }
  if (largest == 0) return 0;
  let factor: f64 = 1;
  // At most 2^1000 in all.
  while (largest * factor < 0.5 && scale * factor < 5e300) factor *= 2;
  for (let c = k; c < n; c++) {
    const row = columns + <usize> c * stride;
    let sum: f64 = 0;
    for (let j = k; j < n; j++) {
      const x = get(row, j) * factor;
      set(row, j, x);
      sum += x * x;
    }
    set(norms, c, sum);
  }
  return factor;
}

// Zeros from step k on.
function finish(
  k: i32,
  n: i32,
  stride: usize,
  vectors: usize,
  beta: usize,
  diagonal: usize,
  scales: usize,
  scale: f64,
): void {
  for (; k < n; k++) {
    memory.fill(vectors + <usize> k * stride, 0, stride);
    set(beta, k, 0);
    set(diagonal, k, 0);
    set(scales, k, scale);
  }
}

// The reflection that maps entries k … n − 1 of v on to a multiple of the first.
function reflection(v: usize, k: i32, n: i32, pivot: usize): f64 {
  const head = get(v, k);
  let tail: f64 = 0;
  for (let i = k + 1; i < n; i++) tail += get(v, i) * get(v, i);
  if (tail == 0) {
    store<f64>(pivot, head);
    memory.fill(at(v, k), 0, (<usize> (n - k)) << 3);
    return 0;
  }
  const norm = Math.sqrt(head * head + tail);
  const to = head > 0 ? -norm : norm;
  store<f64>(pivot, to);
  // A power of two brings v near 1: products with columns that are far smaller stay above the least number.
  const exponent = (reinterpret<u64>(norm) >> 52) & 2047;
  const scale = reinterpret<f64>(min<u64>(2046 - exponent, 2046) << 52);
  set(v, k, head - to);
  for (let i = k; i < n; i++) set(v, i, get(v, i) * scale);
  const first = (head - to) * scale;
  return 2 / (first * first + tail * scale * scale);
}

// Applies a reflection to rows from … n − 1 and sums the squares of their entries beyond k.
function reflectColumns(
  columns: usize,
  from: i32,
  n: i32,
  stride: usize,
  v: usize,
  beta: f64,
  k: i32,
  norms: usize,
): void {
  const start: usize = (<usize> (k & ~1)) << 3;
  for (let c = from; c < n; c++) {
    const row = columns + <usize> c * stride;
    let s0 = f64x2.splat(0), s1 = f64x2.splat(0);
    let j = start;
    for (; j + 16 < stride; j += 32) {
      s0 = f64x2.add(s0, f64x2.mul(v128.load(v + j), v128.load(row + j)));
      s1 = f64x2.add(s1, f64x2.mul(v128.load(v + j, 16), v128.load(row + j, 16)));
    }
    if (j < stride) s0 = f64x2.add(s0, f64x2.mul(v128.load(v + j), v128.load(row + j)));
    const f = f64x2.splat(beta * sumOf(f64x2.add(s0, s1)));
    s0 = s1 = f64x2.splat(0);
    // The pairs up to entry k lie apart: they are no part of the norm.
    const p = row + start;
    let x = f64x2.sub(v128.load(p), f64x2.mul(f, v128.load(v + start)));
    v128.store(p, x);
    const rest = (k & 1) == 0 ? f64x2.extract_lane(x, 1) : 0.0;
    for (j = start + 16; j < stride; j += 16) {
      x = f64x2.sub(v128.load(row + j), f64x2.mul(f, v128.load(v + j)));
      v128.store(row + j, x);
      s0 = f64x2.add(s0, f64x2.mul(x, x));
    }
    set(norms, c, rest * rest + sumOf(s0));
  }
}
