// Functions of four numbers at a time for networks: exponential, activations by the number that
// lib/math/networks/activation.ts gives them, their slopes from values. Within some units in the last place, and the same
// bits everywhere. What underflows is exactly zero.

import { flushed } from "./_flush";

/** e^x: 2^n e^r with |r| ≤ ln 2 / 2; zero where it would be denormal, infinite beyond the largest number. */
export function exp4(x: v128): v128 {
  const clamped = f32x4.min(f32x4.max(x, f32x4.splat(-87.33654)), f32x4.splat(89));
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.44269504)));
  // ln 2 in two pieces: the first times n is exact.
  let r = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  // 2^n in two factors, since n may be 128.
  const whole = i32x4.trunc_sat_f32x4_s(n), half = i32x4.shr_s(whole, 1);
  const low = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const high = i32x4.shl(i32x4.add(i32x4.sub(whole, half), i32x4.splat(127)), 23);
  const y = f32x4.mul(f32x4.mul(p, low), high);
  return v128.andnot(flushed(y), f32x4.lt(x, f32x4.splat(-87.33654)));
}

/** 1 / (1 + e^−z). */
export function logistic4(z: v128): v128 {
  const one = f32x4.splat(1);
  const e = exp4(f32x4.neg(f32x4.abs(z)));
  return f32x4.div(v128.bitselect(one, e, f32x4.ge(z, f32x4.splat(0))), f32x4.add(one, e));
}

/** tanh z: by exponentials, and near 0, where that would cancel, by its series. */
export function tanh4(z: v128): v128 {
  const size = f32x4.abs(z), one = f32x4.splat(1);
  const e = exp4(f32x4.mul(size, f32x4.splat(-2)));
  const large = f32x4.div(f32x4.sub(one, e), f32x4.add(one, e));
  const q = f32x4.mul(size, size);
  let s = f32x4.splat(-0.008863235);
  s = f32x4.add(f32x4.mul(s, q), f32x4.splat(0.021869488));
  s = f32x4.add(f32x4.mul(s, q), f32x4.splat(-0.05396825));
  s = f32x4.add(f32x4.mul(s, q), f32x4.splat(0.13333334));
  s = f32x4.add(f32x4.mul(s, q), f32x4.splat(-0.33333334));
  s = f32x4.add(f32x4.mul(f32x4.mul(s, q), size), size);
  const y = v128.bitselect(s, large, f32x4.lt(size, f32x4.splat(0.3)));
  return v128.or(y, v128.and(z, i32x4.splat(0x80000000)));
}

/** log(1 + e^z) = max(z, 0) + log(1 + e^−|z|), the logarithm by 2 artanh(x / (2 + x)). */
export function softplus4(z: v128): v128 {
  const x = exp4(f32x4.neg(f32x4.abs(z)));
  const s = f32x4.div(x, f32x4.add(x, f32x4.splat(2)));
  const q = f32x4.mul(s, s);
  let a = f32x4.splat(0.07692308);
  a = f32x4.add(f32x4.mul(a, q), f32x4.splat(0.09090909));
  a = f32x4.add(f32x4.mul(a, q), f32x4.splat(0.11111111));
  a = f32x4.add(f32x4.mul(a, q), f32x4.splat(0.14285715));
  a = f32x4.add(f32x4.mul(a, q), f32x4.splat(0.2));
  a = f32x4.add(f32x4.mul(a, q), f32x4.splat(0.33333334));
  const twice = f32x4.add(s, s);
  a = f32x4.add(f32x4.mul(f32x4.mul(a, q), twice), twice);
  return f32x4.add(f32x4.max(z, f32x4.splat(0)), a);
}

/** φ(z) by number. */
export function activate4(code: i32, z: v128): v128 {
  if (code == 1) return f32x4.max(z, f32x4.splat(0));
  if (code == 2) return v128.bitselect(z, f32x4.mul(z, f32x4.splat(0.01)), f32x4.gt(z, f32x4.splat(0)));
  if (code == 3) return softplus4(z);
  if (code == 4) return tanh4(z);
  if (code == 5) return logistic4(z);
  return z;
}

/** φ'(z) from y = φ(z). */
export function slope4(code: i32, y: v128): v128 {
  const one = f32x4.splat(1);
  if (code == 1) return v128.and(one, f32x4.gt(y, f32x4.splat(0)));
  if (code == 2) return v128.bitselect(one, f32x4.splat(0.01), f32x4.gt(y, f32x4.splat(0)));
  if (code == 3) {
    // 1 − e^(−y), without the cancellation near 0.
    let s = f32x4.splat(-0.041666668);
    s = f32x4.add(f32x4.mul(s, y), f32x4.splat(0.16666667));
    s = f32x4.sub(f32x4.splat(0.5), f32x4.mul(s, y));
    s = f32x4.mul(y, f32x4.sub(one, f32x4.mul(s, y)));
    return v128.bitselect(s, f32x4.sub(one, exp4(f32x4.neg(y))), f32x4.lt(y, f32x4.splat(0.1)));
  }
  if (code == 4) return f32x4.sub(one, f32x4.mul(y, y));
  if (code == 5) return f32x4.mul(y, f32x4.sub(one, y));
  return one;
}

/** Up to four numbers, zeros for those that are not there. */
export function loadSome(at: usize, count: i32): v128 {
  if (count >= 4) return v128.load(at);
  let v = v128.load32_zero(at);
  if (count > 1) v = f32x4.replace_lane(v, 1, load<f32>(at, 4));
  if (count > 2) v = f32x4.replace_lane(v, 2, load<f32>(at, 8));
  return v;
}

/** Writes up to four numbers. */
export function storeSome(at: usize, v: v128, count: i32): void {
  if (count >= 4) {
    v128.store(at, v);
    return;
  }
  store<f32>(at, f32x4.extract_lane(v, 0));
  if (count > 1) store<f32>(at, f32x4.extract_lane(v, 1), 4);
  if (count > 2) store<f32>(at, f32x4.extract_lane(v, 2), 8);
}
