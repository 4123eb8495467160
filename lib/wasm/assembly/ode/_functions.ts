// exp, the logistic function and tanh of four f32 numbers, by polynomials fitted for this (least relative error on the
// interval), good to two units in the last place where nothing is flushed.

/** e^x for x in −87 … 88; beyond, the value at the end. NaN stays NaN. */
@inline export function exp4(x: v128): v128 {
  // x = n ln 2 + r, ln 2 in two parts (Cody & Waite 1980) so that n ln 2 is exact to beyond f32.
  const held = f32x4.min(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(88));
  const n = f32x4.nearest(f32x4.mul(held, f32x4.splat(1.44269504)));
  const high = f32x4.sub(held, f32x4.mul(n, f32x4.splat(0.693359375)));
  const r = f32x4.sub(high, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.add(f32x4.mul(r, f32x4.splat(0.0013814599951729178)), f32x4.splat(0.008368715643882751));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(0.04166838899254799));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(0.1666652113199234));
  p = f32x4.add(f32x4.mul(r, p), f32x4.splat(0.5));
  const near = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(r, r), p), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(near, power);
}

/** 1 / (1 + e^(−u)); exactly 0 below u = −40, so that nothing grows from it that is denormal. */
@inline export function logistic4(u: v128): v128 {
  const one = f32x4.splat(1);
  const value = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(u))));
  return v128.andnot(value, f32x4.lt(u, f32x4.splat(-40)));
}

/** tanh x: odd polynomial near 0, where decaying states go, else by e^(2|x|). */
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = f32x4.add(f32x4.mul(z, f32x4.splat(-0.005717036779969931)), f32x4.splat(0.020650578662753105));
  p = f32x4.add(f32x4.mul(z, p), f32x4.splat(-0.05374349653720856));
  p = f32x4.add(f32x4.mul(z, p), f32x4.splat(0.13331490755081177));
  p = f32x4.add(f32x4.mul(z, p), f32x4.splat(-0.3333328366279602));
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(x, z), p));
  const one = f32x4.splat(1);
  const grown = exp4(f32x4.add(size, size));
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(grown, one)));
  const signed = v128.or(far, v128.and(x, f32x4.splat(-0.0)));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
}
