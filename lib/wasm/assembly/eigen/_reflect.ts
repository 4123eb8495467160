// Householder reflections applied to rows: two at a time, to four rows at a time.

import { at, dot, get, sumOf } from "./_lanes";

/**
 * Reflections I − beta_k v_k v_kᵀ for k = last, last − 1, …, 0 applied to the first `count` rows of `rows`. Vector k is row
 * k of `vectors`, with zeros before entry k + shift. With `identity`, row j is unit vector j to begin with, and rows that
 * a reflection leaves as they are, are passed over.
 */
export function reflectBack(
  vectors: usize,
  beta: usize,
  last: i32,
  shift: i32,
  ld: i32,
  rows: usize,
  count: i32,
  identity: bool,
): void {
  const stride = (<usize> ld) << 3;
  let k = last;
  for (; k >= 1; k -= 2) {
    const v1 = vectors + (<usize> k) * stride;
    const v0 = v1 - stride;
    const b1 = get(beta, k), b0 = get(beta, k - 1);
    if (b0 == 0 && b1 == 0) continue;
    const first = k - 1 + shift, from = first & ~1;
    const cross = b1 * dot(at(v1, from), at(v1, ld), at(v0, from));
    reflectTwice(v1, b1, v0, b0, cross, rows, stride, identity ? first : 0, count, from, ld);
  }
  if (k == 0 && get(beta, 0) != 0) {
    // The last one alone, as a pair with nothing.
    const first = identity ? shift : 0;
    reflectTwice(vectors, get(beta, 0), vectors, 0, 0, rows, stride, first, count, 0, ld);
  }
}

// r ← (I − b0 v0 v0ᵀ)(I − b1 v1 v1ᵀ) r; `cross` is b1 ⟨v0, v1⟩.
function reflectTwice(
  v1: usize,
  b1: f64,
  v0: usize,
  b0: f64,
  cross: f64,
  rows: usize,
  stride: usize,
  first: i32,
  count: i32,
  from: i32,
  to: i32,
): void {
  const start: usize = (<usize> from) << 3;
  const end: usize = (<usize> to) << 3;
  let r = first;
  let p = rows + (<usize> first) * stride;
  for (; r + 4 <= count; r += 4, p += 4 * stride) {
    const p1 = p + stride, p2 = p1 + stride, p3 = p2 + stride;
    let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
    let t0 = f64x2.splat(0), t1 = f64x2.splat(0), t2 = f64x2.splat(0), t3 = f64x2.splat(0);
    for (let j = start; j < end; j += 16) {
      const x = v128.load(v1 + j), y = v128.load(v0 + j);
      const a0 = v128.load(p + j), a1 = v128.load(p1 + j);
      const a2 = v128.load(p2 + j), a3 = v128.load(p3 + j);
      s0 = f64x2.add(s0, f64x2.mul(x, a0));
      s1 = f64x2.add(s1, f64x2.mul(x, a1));
      s2 = f64x2.add(s2, f64x2.mul(x, a2));
      s3 = f64x2.add(s3, f64x2.mul(x, a3));
      t0 = f64x2.add(t0, f64x2.mul(y, a0));
      t1 = f64x2.add(t1, f64x2.mul(y, a1));
      t2 = f64x2.add(t2, f64x2.mul(y, a2));
      t3 = f64x2.add(t3, f64x2.mul(y, a3));
    }
    const d0 = sumOf(s0), d1 = sumOf(s1), d2 = sumOf(s2), d3 = sumOf(s3);
    const f0 = f64x2.splat(b1 * d0), f1 = f64x2.splat(b1 * d1);
    const f2 = f64x2.splat(b1 * d2), f3 = f64x2.splat(b1 * d3);
    const g0 = f64x2.splat(b0 * (sumOf(t0) - cross * d0));
    const g1 = f64x2.splat(b0 * (sumOf(t1) - cross * d1));
    const g2 = f64x2.splat(b0 * (sumOf(t2) - cross * d2));
    const g3 = f64x2.splat(b0 * (sumOf(t3) - cross * d3));
    for (let j = start; j < end; j += 16) {
      const x = v128.load(v1 + j), y = v128.load(v0 + j);
      const q0 = p + j, q1 = p1 + j, q2 = p2 + j, q3 = p3 + j;
      v128.store(q0, f64x2.sub(v128.load(q0), f64x2.add(f64x2.mul(f0, x), f64x2.mul(g0, y))));
      v128.store(q1, f64x2.sub(v128.load(q1), f64x2.add(f64x2.mul(f1, x), f64x2.mul(g1, y))));
      v128.store(q2, f64x2.sub(v128.load(q2), f64x2.add(f64x2.mul(f2, x), f64x2.mul(g2, y))));
      v128.store(q3, f64x2.sub(v128.load(q3), f64x2.add(f64x2.mul(f3, x), f64x2.mul(g3, y))));
    }
  }
  for (; r < count; r++, p += stride) {
    let s = f64x2.splat(0), t = f64x2.splat(0);
    for (let j = start; j < end; j += 16) {
      const a = v128.load(p + j);
      s = f64x2.add(s, f64x2.mul(v128.load(v1 + j), a));
      t = f64x2.add(t, f64x2.mul(v128.load(v0 + j), a));
    }
    const d = sumOf(s);
    const f = f64x2.splat(b1 * d), g = f64x2.splat(b0 * (sumOf(t) - cross * d));
    for (let j = start; j < end; j += 16) {
      const q = p + j;
      const change = f64x2.add(f64x2.mul(f, v128.load(v1 + j)), f64x2.mul(g, v128.load(v0 + j)));
      v128.store(q, f64x2.sub(v128.load(q), change));
    }
  }
}
