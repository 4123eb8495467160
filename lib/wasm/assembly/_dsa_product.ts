// Products of s×s matrices of f32 or f64 (T), row-major, s even and a multiple of the register's width, of which one
// factor may be quasi triangular: terms that are zero are not summed. Each entry is one sum over k in ascending
// order, so that neither the tiles nor the skipped zeros show in the result.

import { lanes } from "./_dsa_vector";

/** Which factor is quasi triangular, and how: Bs of C·B, Aᵀs of E·Aᵀ and of Aᵀ·E. */
export const FULL = 0, RIGHT_UPPER = 1, RIGHT_LOWER = 2, LEFT_LOWER = 3;

/** out = x·y, panel by panel of y's columns: these stay near, while x streams by row after row. */
export function multiply<T>(x: usize, y: usize, out: usize, s: i32, band: i32): void {
  let j = 0;
  for (; j + 2 * lanes<T>() <= s; j += 2 * lanes<T>()) {
    const from = band == RIGHT_LOWER ? max(0, j - 1) : 0;
    const to = band == RIGHT_UPPER ? min(s, j + 2 * lanes<T>() + 1) : s;
    let i = 0;
    for (; i + 4 <= s; i += 4) {
      fourByTwo<T>(x, y, out, s, i, j, from, band == LEFT_LOWER ? min(s, i + 5) : to);
    }
    if (i < s) twoByTwo<T>(x, y, out, s, i, j, from, band == LEFT_LOWER ? min(s, i + 3) : to);
  }
  for (; j < s; j += lanes<T>()) {
    const from = band == RIGHT_LOWER ? max(0, j - 1) : 0;
    const to = band == RIGHT_UPPER ? min(s, j + lanes<T>() + 1) : s;
    let i = 0;
    for (; i + 4 <= s; i += 4) {
      fourByOne<T>(x, y, out, s, i, j, from, band == LEFT_LOWER ? min(s, i + 5) : to);
    }
    if (i < s) twoByOne<T>(x, y, out, s, i, j, from, band == LEFT_LOWER ? min(s, i + 3) : to);
  }
}

/** out = xᵀ. */
export function transpose<T>(x: usize, out: usize, s: i32): void {
  const z = <i32>sizeof<T>();
  const row = s * z;
  for (let i = 0; i < s; i += 2) {
    let p = x + i * row, q = out + i * z;
    for (let j = 0; j < s; j += 2) {
      const a = load<T>(p), b = load<T>(p, sizeof<T>());
      const c = load<T>(p + row), d = load<T>(p + row, sizeof<T>());
      store<T>(q, a);
      store<T>(q, c, sizeof<T>());
      store<T>(q + row, b);
      store<T>(q + row, d, sizeof<T>());
      p += 2 * z;
      q += 2 * row;
    }
  }
}

@inline
function term<T>(sum: v128, x: v128, y: v128): v128 {
  return v128.add<T>(sum, v128.mul<T>(x, y));
}

function fourByTwo<T>(
  x: usize, y: usize, out: usize, s: i32, i: i32, j: i32, from: i32, to: i32,
): void {
  const z = <i32>sizeof<T>();
  const row = s * z;
  let p0 = x + i * row + from * z;
  let p1 = p0 + row;
  let p2 = p1 + row;
  let p3 = p2 + row;
  let q = y + from * row + j * z;
  let a0 = v128.splat<T>(<T>0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
  for (let k = from; k < to; k++) {
    const u = v128.load(q), v = v128.load(q, 16);
    let w = v128.load_splat<T>(p0);
    a0 = term<T>(a0, w, u);
    b0 = term<T>(b0, w, v);
    w = v128.load_splat<T>(p1);
    a1 = term<T>(a1, w, u);
    b1 = term<T>(b1, w, v);
    w = v128.load_splat<T>(p2);
    a2 = term<T>(a2, w, u);
    b2 = term<T>(b2, w, v);
    w = v128.load_splat<T>(p3);
    a3 = term<T>(a3, w, u);
    b3 = term<T>(b3, w, v);
    p0 += z;
    p1 += z;
    p2 += z;
    p3 += z;
    q += row;
  }
  let o = out + i * row + j * z;
  v128.store(o, a0);
  v128.store(o, b0, 16);
  o += row;
  v128.store(o, a1);
  v128.store(o, b1, 16);
  o += row;
  v128.store(o, a2);
  v128.store(o, b2, 16);
  o += row;
  v128.store(o, a3);
  v128.store(o, b3, 16);
}

function fourByOne<T>(
  x: usize, y: usize, out: usize, s: i32, i: i32, j: i32, from: i32, to: i32,
): void {
  const z = <i32>sizeof<T>();
  const row = s * z;
  let p0 = x + i * row + from * z;
  let p1 = p0 + row;
  let p2 = p1 + row;
  let p3 = p2 + row;
  let q = y + from * row + j * z;
  let a0 = v128.splat<T>(<T>0), a1 = a0, a2 = a0, a3 = a0;
  for (let k = from; k < to; k++) {
    const u = v128.load(q);
    a0 = term<T>(a0, v128.load_splat<T>(p0), u);
    a1 = term<T>(a1, v128.load_splat<T>(p1), u);
    a2 = term<T>(a2, v128.load_splat<T>(p2), u);
    a3 = term<T>(a3, v128.load_splat<T>(p3), u);
    p0 += z;
    p1 += z;
    p2 += z;
    p3 += z;
    q += row;
  }
  let o = out + i * row + j * z;
  v128.store(o, a0);
  o += row;
  v128.store(o, a1);
  o += row;
  v128.store(o, a2);
  o += row;
  v128.store(o, a3);
}

function twoByTwo<T>(
  x: usize, y: usize, out: usize, s: i32, i: i32, j: i32, from: i32, to: i32,
): void {
  const z = <i32>sizeof<T>();
  const row = s * z;
  let p0 = x + i * row + from * z;
  let p1 = p0 + row;
  let q = y + from * row + j * z;
  let a0 = v128.splat<T>(<T>0), b0 = a0, a1 = a0, b1 = a0;
  for (let k = from; k < to; k++) {
    const u = v128.load(q), v = v128.load(q, 16);
    let w = v128.load_splat<T>(p0);
    a0 = term<T>(a0, w, u);
    b0 = term<T>(b0, w, v);
    w = v128.load_splat<T>(p1);
    a1 = term<T>(a1, w, u);
    b1 = term<T>(b1, w, v);
    p0 += z;
    p1 += z;
    q += row;
  }
  const o = out + i * row + j * z;
  v128.store(o, a0);
  v128.store(o, b0, 16);
  v128.store(o + row, a1);
  v128.store(o + row, b1, 16);
}

function twoByOne<T>(
  x: usize, y: usize, out: usize, s: i32, i: i32, j: i32, from: i32, to: i32,
): void {
  const z = <i32>sizeof<T>();
  const row = s * z;
  let p0 = x + i * row + from * z;
  let p1 = p0 + row;
  let q = y + from * row + j * z;
  let a0 = v128.splat<T>(<T>0), a1 = a0;
  for (let k = from; k < to; k++) {
    const u = v128.load(q);
    a0 = term<T>(a0, v128.load_splat<T>(p0), u);
    a1 = term<T>(a1, v128.load_splat<T>(p1), u);
    p0 += z;
    p1 += z;
    q += row;
  }
  const o = out + i * row + j * z;
  v128.store(o, a0);
  v128.store(o + row, a1);
}
