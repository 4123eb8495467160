// Exponential and logarithm of four numbers in f32, to some units in the last place.
// Source: reduction and polynomials as in Cephes (Moshier), expf and logf.

/** e^x; 0 below -87.3, where results are no longer normal, infinity above 88.7. NaN stays. */
// @ts-ignore: decorator
@inline export function exp4(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = step(f32x4.splat(1.9875691500e-4), r, 1.3981999507e-3);
  p = step(p, r, 8.3334519073e-3);
  p = step(p, r, 4.1665795894e-2);
  p = step(p, r, 1.6666665459e-1);
  p = step(p, r, 5.0000001201e-1);
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  // Twice half the power of two: 2^128 is no number, and 2^127 times up to 1.41 is one.
  const whole = i32x4.trunc_sat_f32x4_s(n), half = i32x4.shr_s(whole, 1);
  p = f32x4.mul(f32x4.mul(p, power(half)), power(i32x4.sub(whole, half)));
  p = v128.andnot(p, f32x4.lt(x, f32x4.splat(-87.33654)));
  return v128.bitselect(f32x4.splat(Infinity), p, f32x4.gt(x, f32x4.splat(88.722839)));
}

/** The natural logarithm of positive, normal numbers; NaN stays. */
// @ts-ignore: decorator
@inline export function log4(x: v128): v128 {
  // x = 2^e (1 + s) with 1 + s between sqrt(1/2) and sqrt(2).
  const bits = i32x4.sub(x, i32x4.splat(0x3f3504f3)), whole = i32x4.shr_s(bits, 23);
  const s = f32x4.sub(i32x4.sub(x, i32x4.shl(whole, 23)), f32x4.splat(1));
  const e = f32x4.convert_i32x4_s(whole);
  let p = step(f32x4.splat(7.0376836292e-2), s, -1.1514610310e-1);
  p = step(p, s, 1.1676998740e-1);
  p = step(p, s, -1.2420140846e-1);
  p = step(p, s, 1.4249322787e-1);
  p = step(p, s, -1.6668057665e-1);
  p = step(p, s, 2.0000714765e-1);
  p = step(p, s, -2.4999993993e-1);
  p = step(p, s, 3.3333331174e-1);
  const z = f32x4.mul(s, s);
  p = f32x4.mul(p, f32x4.mul(s, z));
  p = f32x4.sub(f32x4.add(p, f32x4.mul(e, f32x4.splat(-2.12194440e-4))), f32x4.mul(z, f32x4.splat(0.5)));
  const log = f32x4.add(f32x4.add(s, p), f32x4.mul(e, f32x4.splat(0.693359375)));
  return v128.bitselect(log, x, f32x4.eq(x, x));
}

// @ts-ignore: decorator
@inline function power(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

// @ts-ignore: decorator
@inline function step(p: v128, x: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(p, x), f32x4.splat(coefficient));
}
