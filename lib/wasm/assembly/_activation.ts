// Activation functions of networks on four numbers, by the number of lib/math/networks/activation.ts, and their slopes from
// values. Exponentials are polynomials of its own; what would be a denormal number is zero.

/** φ(z). */
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
  const one = f32x4.splat(1), zero = f32x4.splat(0);
  if (code == 1) return v128.and(one, f32x4.gt(y, zero));
  if (code == 2) return v128.bitselect(one, f32x4.splat(0.01), f32x4.gt(y, zero));
  if (code == 3) {
    // 1 − e^(−y), without the cancellation near 0.
    let small = f32x4.sub(f32x4.splat(<f32>0.16666667), f32x4.mul(y, f32x4.splat(<f32>0.041666668)));
    small = f32x4.sub(f32x4.splat(0.5), f32x4.mul(y, small));
    small = f32x4.mul(y, f32x4.sub(one, f32x4.mul(y, small)));
    return v128.bitselect(small, f32x4.sub(one, exp4(f32x4.neg(y))), f32x4.lt(y, f32x4.splat(<f32>0.1)));
  }
  if (code == 4) return f32x4.sub(one, f32x4.mul(y, y));
  if (code == 5) return f32x4.mul(y, f32x4.sub(one, y));
  return one;
}

/** 1 / (1 + e^−z). */
export function logistic4(z: v128): v128 {
  const one = f32x4.splat(1);
  const e = exp4(f32x4.neg(f32x4.abs(z)));
  return f32x4.div(v128.bitselect(one, e, f32x4.ge(z, f32x4.splat(0))), f32x4.add(one, e));
}

/** tanh(z), without the cancellation near 0. */
export function tanh4(z: v128): v128 {
  const one = f32x4.splat(1), size = f32x4.abs(z);
  const e = exp4(f32x4.mul(size, f32x4.splat(-2)));
  const large = f32x4.div(f32x4.sub(one, e), f32x4.add(one, e));
  const q = f32x4.mul(z, z);
  let p = f32x4.splat(<f32>-0.008863235);
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>0.021869488));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>-0.05396825));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>0.13333334));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>-0.33333334));
  p = f32x4.mul(f32x4.add(f32x4.mul(p, q), one), size);
  const magnitude = v128.bitselect(p, large, f32x4.lt(size, f32x4.splat(<f32>0.3)));
  return v128.or(magnitude, v128.and(z, i32x4.splat(0x80000000)));
}

/** log(1 + e^z). */
export function softplus4(z: v128): v128 {
  // log(1 + x) = 2 artanh(x / (2 + x)), 0 ≤ x ≤ 1.
  const x = exp4(f32x4.neg(f32x4.abs(z)));
  const s = f32x4.div(x, f32x4.add(x, f32x4.splat(2)));
  const q = f32x4.mul(s, s);
  let p = f32x4.splat(<f32>0.07692308);
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>0.09090909));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>0.11111111));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>0.14285715));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>0.2));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(<f32>0.33333334));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(1));
  const log = f32x4.mul(f32x4.add(s, s), p);
  return f32x4.add(f32x4.max(z, f32x4.splat(0)), log);
}

/** e^x; zero below −87.3, and as at 88 above 88. */
export function exp4(x: v128): v128 {
  const bounded = f32x4.min(f32x4.max(x, f32x4.splat(-88)), f32x4.splat(88));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(<f32>1.4426950408889634)));
  // x − n log 2, with log 2 in two parts of which the first has zeros at its end.
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(<f32>0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(<f32>2.12194440e-4)));
  let p = f32x4.splat(<f32>1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>5.0000001201e-1));
  p = f32x4.add(f32x4.mul(f32x4.mul(p, r), r), f32x4.add(r, f32x4.splat(1)));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  const y = f32x4.mul(p, power);
  return v128.andnot(y, f32x4.lt(x, f32x4.splat(<f32>-87.3)));
}
