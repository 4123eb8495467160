// Philox4x32-10 for four counters at once, one per lane, and the normal numbers made of its words: the same words as
// lib/core/random.ts, and its normals to within some units of f32. `normal(out, i, j, k)` there is, for the four numbers
// out[4b] to out[4b + 3], the counter (b, i, j, k).
// Source: Salmon, Moraes, Dror & Shaw 2011. Polynomials: minimax fits made for Basin, relative errors below 3e-8.

/**
 * Stores words counter by counter, those of lane 0 from `to0` on, and so on; and the normal numbers made of them,
 * `further` bytes behind. Byte i of `counts` says how many of lane i, from 0 to 4.
 */
export function rows4(
  c0: v128, c1: v128, c2: v128, c3: v128, k0: u32, k1: u32,
  to0: usize, to1: usize, to2: usize, to3: usize, counts: u32, further: usize,
): void {
  rounds<Rows>(c0, c1, c2, c3, k0, k1, to0, to1, to2, to3, counts, further);
}

/**
 * Adds normal numbers, times the number at `scale`, to the first `count` of four vectors that stand at `to`: the first of
 * all four counters to the first vector, and so on.
 */
export function addNormals4(
  to: usize, scale: usize, count: u32, c0: v128, c1: v128, c2: v128, c3: v128, k0: u32, k1: u32,
): void {
  rounds<AddedNormals>(c0, c1, c2, c3, k0, k1, to, scale, 0, 0, count, 0);
}

// A function cannot give four vectors, so what is done with the words comes in as a type `S` whose `put` is inlined.
// @ts-ignore: decorator
@inline function rounds<S>(
  c0: v128, c1: v128, c2: v128, c3: v128, k0: u32, k1: u32,
  to0: usize, to1: usize, to2: usize, to3: usize, counts: u32, further: usize,
): void {
  const m0 = i32x4.splat(0xd2511f53), m1 = i32x4.splat(0xcd9e8d57);
  for (let round = 0; round < 10; round++) {
    const a = i64x2.extmul_low_i32x4_u(m0, c0), b = i64x2.extmul_high_i32x4_u(m0, c0);
    const c = i64x2.extmul_low_i32x4_u(m1, c2), d = i64x2.extmul_high_i32x4_u(m1, c2);
    c0 = v128.xor(v128.xor(highs(c, d), c1), i32x4.splat(k0));
    c1 = lows(c, d);
    c2 = v128.xor(v128.xor(highs(a, b), c3), i32x4.splat(k1));
    c3 = lows(a, b);
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  changetype<S>(0).put(c0, c1, c2, c3, to0, to1, to2, to3, counts, further);
}

// @ts-ignore: decorator
@inline function highs(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 1, 3, 5, 7);
}

// @ts-ignore: decorator
@inline function lows(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

/** sqrt(-2 log((w + 1/2) / 2^32)). The logarithm is taken of the nearer of u and 1 - u, so it is exact near both ends. */
// @ts-ignore: decorator
@inline function radius(w: v128): v128 {
  const upper = i32x4.shr_s(w, 31);
  // t = min(u, 1 - u), exact but for the rounding of a 31-bit number.
  const near = f32x4.convert_i32x4_s(v128.xor(w, upper));
  const t = f32x4.mul(f32x4.add(near, f32x4.splat(0.5)), f32x4.splat(2.3283064365386963e-10));
  // u = 2^e (1 + s) with 1 + s between sqrt(1/2) and sqrt(2).
  const bits = i32x4.sub(t, i32x4.splat(0x3f3504f3));
  const lowE = i32x4.shr_s(bits, 23);
  const lowS = f32x4.sub(i32x4.sub(t, i32x4.shl(lowE, 23)), f32x4.splat(1));
  const far = f32x4.gt(t, f32x4.splat(0.29289322));
  const highS = v128.bitselect(f32x4.sub(f32x4.splat(1), f32x4.add(t, t)), f32x4.neg(t), far);
  const s = v128.bitselect(highS, lowS, upper);
  const e = f32x4.convert_i32x4_s(v128.bitselect(far, lowE, upper));
  let p = f32x4.splat(0.08722349256277084);
  p = step(p, s, -0.14366839826107025);
  p = step(p, s, 0.14952267706394196);
  p = step(p, s, -0.16562393307685852);
  p = step(p, s, 0.19956833124160767);
  p = step(p, s, -0.25002074241638184);
  p = step(p, s, 0.3333418667316437);
  p = step(p, s, -0.49999988079071045);
  p = step(p, s, 1);
  const log = f32x4.add(f32x4.mul(e, f32x4.splat(0.6931471805599453)), f32x4.mul(s, p));
  return f32x4.sqrt(f32x4.mul(f32x4.splat(-2), log));
}

// @ts-ignore: decorator
@inline function step(p: v128, x: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(p, x), f32x4.splat(coefficient));
}

/** Quarters of the circle nearest to 2 pi (w + 1/2) / 2^32. */
// @ts-ignore: decorator
@inline function quarter(w: v128): v128 {
  return i32x4.shr_u(i32x4.add(w, i32x4.splat(0x20000000)), 30);
}

/** The angle that is left, at most pi / 4: of whole numbers, so nothing cancels. */
// @ts-ignore: decorator
@inline function rest(w: v128, q: v128): v128 {
  const left = f32x4.convert_i32x4_s(i32x4.sub(w, i32x4.shl(q, 30)));
  return f32x4.mul(f32x4.add(left, f32x4.splat(0.5)), f32x4.splat(1.4629180792671596e-9));
}

// @ts-ignore: decorator
@inline function sine(x: v128): v128 {
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-0.00019504022202454507);
  p = step(p, z, 0.008332036435604095);
  p = step(p, z, -0.16666650772094727);
  return f32x4.add(x, f32x4.mul(x, f32x4.mul(z, p)));
}

// @ts-ignore: decorator
@inline function cosine(x: v128): v128 {
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-0.0013585909036919475);
  p = step(p, z, 0.041655026376247406);
  p = step(p, z, -0.4999985694885254);
  return step(p, z, 1);
}

/** Box-Muller with the cosine: of the words of a radius and an angle. */
// @ts-ignore: decorator
@inline function along(r: v128, q: v128, c: v128, s: v128): v128 {
  const odd = i32x4.ne(v128.and(q, i32x4.splat(1)), i32x4.splat(0));
  // Signs by quarter: + - - +
  const sign = i32x4.shl(v128.and(i32x4.add(q, i32x4.splat(1)), i32x4.splat(2)), 30);
  return f32x4.mul(r, v128.xor(v128.bitselect(s, c, odd), sign));
}

/** Box-Muller with the sine. */
// @ts-ignore: decorator
@inline function across(r: v128, q: v128, c: v128, s: v128): v128 {
  const odd = i32x4.ne(v128.and(q, i32x4.splat(1)), i32x4.splat(0));
  // Signs by quarter: + + - -
  const sign = i32x4.shl(v128.and(q, i32x4.splat(2)), 30);
  return f32x4.mul(r, v128.xor(v128.bitselect(c, s, odd), sign));
}

@unmanaged @final class AddedNormals {
  @inline put(
    w0: v128, w1: v128, w2: v128, w3: v128, to: usize, at: usize, _2: usize, _3: usize, n: u32, _further: usize,
  ): void {
    const scale = v128.load32_splat(at);
    const r0 = radius(w0), q0 = quarter(w1), x0 = rest(w1, q0), c0 = cosine(x0), s0 = sine(x0);
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(scale, along(r0, q0, c0, s0))));
    if (n == 1) return;
    v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(scale, across(r0, q0, c0, s0))), 16);
    if (n == 2) return;
    const r1 = radius(w2), q1 = quarter(w3), x1 = rest(w3, q1), c1 = cosine(x1), s1 = sine(x1);
    v128.store(to, f32x4.add(v128.load(to, 32), f32x4.mul(scale, along(r1, q1, c1, s1))), 32);
    if (n == 3) return;
    v128.store(to, f32x4.add(v128.load(to, 48), f32x4.mul(scale, across(r1, q1, c1, s1))), 48);
  }
}

@unmanaged @final class Rows {
  @inline put(
    w0: v128, w1: v128, w2: v128, w3: v128, to0: usize, to1: usize, to2: usize, to3: usize, n: u32, further: usize,
  ): void {
    storeRows(w0, w1, w2, w3, to0, to1, to2, to3, n);
    const r0 = radius(w0), q0 = quarter(w1), x0 = rest(w1, q0), c0 = cosine(x0), s0 = sine(x0);
    const r1 = radius(w2), q1 = quarter(w3), x1 = rest(w3, q1), c1 = cosine(x1), s1 = sine(x1);
    storeRows(
      along(r0, q0, c0, s0), across(r0, q0, c0, s0), along(r1, q1, c1, s1), across(r1, q1, c1, s1),
      to0 + further, to1 + further, to2 + further, to3 + further, n,
    );
  }
}

/** Transposes and stores. */
// @ts-ignore: decorator
@inline function storeRows(
  x0: v128, x1: v128, x2: v128, x3: v128, to0: usize, to1: usize, to2: usize, to3: usize, counts: u32,
): void {
  const low01 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), high01 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
  const low23 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5), high23 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
  storeSome(to0, v128.shuffle<i64>(low01, low23, 0, 2), counts & 7);
  storeSome(to1, v128.shuffle<i64>(low01, low23, 1, 3), (counts >> 8) & 7);
  storeSome(to2, v128.shuffle<i64>(high01, high23, 0, 2), (counts >> 16) & 7);
  storeSome(to3, v128.shuffle<i64>(high01, high23, 1, 3), counts >> 24);
}

// @ts-ignore: decorator
@inline function storeSome(to: usize, x: v128, count: u32): void {
  if (count == 4) {
    v128.store(to, x);
  } else {
    if (count > 0) v128.store_lane<u32>(to, x, 0);
    if (count > 1) v128.store_lane<u32>(to, x, 1, 4);
    if (count > 2) v128.store_lane<u32>(to, x, 2, 8);
  }
}

/** Stores the four normal numbers of each of four counters, counter by counter: 16 numbers from `to` on. */
export function normals16(to: usize, c0: v128, c1: v128, c2: v128, c3: v128, k0: u32, k1: u32): void {
  rounds<Normals>(c0, c1, c2, c3, k0, k1, to, 0, 0, 0, 0, 0);
}

@unmanaged @final class Normals {
  @inline put(
    w0: v128, w1: v128, w2: v128, w3: v128, to: usize, _1: usize, _2: usize, _3: usize, _n: u32, _further: usize,
  ): void {
    const r0 = radius(w0), q0 = quarter(w1), x0 = rest(w1, q0), c0 = cosine(x0), s0 = sine(x0);
    const r1 = radius(w2), q1 = quarter(w3), x1 = rest(w3, q1), c1 = cosine(x1), s1 = sine(x1);
    storeRows(
      along(r0, q0, c0, s0), across(r0, q0, c0, s0), along(r1, q1, c1, s1), across(r1, q1, c1, s1),
      to, to + 16, to + 32, to + 48, 0x04040404,
    );
  }
}
