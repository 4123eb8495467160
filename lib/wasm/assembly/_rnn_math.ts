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

/** e^x for x ≤ 0, and nothing smaller than e^−87, which is no denormal. */
// @ts-ignore: decorator
@inline function expDown4(x: v128): v128 {
  const clamped = f32x4.max(x, f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.44269504)));
  let r = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.3981999507e-3);
  p = f32x4.add(f32x4.mul(f32x4.splat(1.9875691500e-4), r), p);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  const one = f32x4.splat(1);
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), one);
  // 2^n into the exponent; a NaN stays what it is in p.
  return f32x4.mul(p, i32x4.add(i32x4.shl(i32x4.trunc_sat_f32x4_s(n), 23), one));
}

/** 1 / (1 + e^−z). */
export function logistic4(z: v128): v128 {
  const one = f32x4.splat(1);
  const e = expDown4(f32x4.neg(f32x4.abs(z)));
  return f32x4.div(v128.bitselect(one, e, f32x4.ge(z, f32x4.splat(0))), f32x4.add(one, e));
}

/** tanh z: an odd polynomial over an even one, as Eigen has it (ptanh_float); ±1 beyond 7.9. */
export function tanh4(z: v128): v128 {
  const x = f32x4.max(f32x4.min(z, f32x4.splat(7.90531110763549805)), f32x4.splat(-7.90531110763549805));
  const q = f32x4.mul(x, x);
  let p = f32x4.add(f32x4.mul(q, f32x4.splat(-2.76076847742355e-16)), f32x4.splat(2.00018790482477e-13));
  let r = f32x4.add(f32x4.mul(q, f32x4.splat(1.19825839466702e-06)), f32x4.splat(1.18534705686654e-04));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(-8.60467152213735e-11));
  r = f32x4.add(f32x4.mul(r, q), f32x4.splat(2.26843463243900e-03));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(5.12229709037114e-08));
  r = f32x4.add(f32x4.mul(r, q), f32x4.splat(4.89352518554385e-03));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(1.48572235717979e-05));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(6.37261928875436e-04));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(4.89352455891786e-03));
  return f32x4.div(f32x4.mul(p, x), r);
}

/** log(1 + e^z) = max(z, 0) + log(1 + e^−|z|), the logarithm by 2 artanh(x / (2 + x)). */
export function softplus4(z: v128): v128 {
  const x = expDown4(f32x4.neg(f32x4.abs(z)));
  const s = f32x4.div(x, f32x4.add(x, f32x4.splat(2)));
  const q = f32x4.mul(s, s);
  let a = f32x4.add(f32x4.mul(q, f32x4.splat(0.07692308)), f32x4.splat(0.09090909));
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
    return v128.bitselect(s, f32x4.sub(one, expDown4(f32x4.neg(y))), f32x4.lt(y, f32x4.splat(0.1)));
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
