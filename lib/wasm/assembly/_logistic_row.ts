// The logistic function along a row of numbers, sixteen at a time: where networks are small, their gates cost as much as their
// products. A constant costs several instructions wherever it stands (rule 7 of lib/wasm/README.md); added to a zero that
// no compiler knows, it is made once, before the loop.

import { loadSome, logistic4, storeSome } from "./_rnn_math";

/** x = 1 / (1 + e^−(x + bias)), in place; at least e^−87, so never denormal. */
export function logisticRow(at: usize, bias: usize, num: i32): void {
  const zero = <f32>num * 0;
  const one = f32x4.splat(zero + 1), least = f32x4.splat(zero - 87);
  // Added and subtracted, it leaves whole numbers, which stand in the lowest bits in between.
  const scale = f32x4.splat(zero + 1.44269504), shift = f32x4.splat(zero + 12582912);
  const high = f32x4.splat(zero + 0.693359375), low = f32x4.splat(zero + -2.12194440e-4);
  const c5 = f32x4.splat(zero + 1.9875691500e-4), c4 = f32x4.splat(zero + 1.3981999507e-3);
  const c3 = f32x4.splat(zero + 8.3334519073e-3), c2 = f32x4.splat(zero + 4.1665795894e-2);
  const c1 = f32x4.splat(zero + 1.6666665459e-1), c0 = f32x4.splat(zero + 5.0000001201e-1);
  for (; num >= 16; num -= 16, at += 64, bias += 64) {
    const z0 = f32x4.add(v128.load(at), v128.load(bias)), z1 = f32x4.add(v128.load(at, 16), v128.load(bias, 16));
    const z2 = f32x4.add(v128.load(at, 32), v128.load(bias, 32)), z3 = f32x4.add(v128.load(at, 48), v128.load(bias, 48));
    // e^−|z| = 2^n e^x.
    let x0 = f32x4.max(f32x4.neg(f32x4.abs(z0)), least), x1 = f32x4.max(f32x4.neg(f32x4.abs(z1)), least);
    let x2 = f32x4.max(f32x4.neg(f32x4.abs(z2)), least), x3 = f32x4.max(f32x4.neg(f32x4.abs(z3)), least);
    const t0 = f32x4.add(f32x4.mul(x0, scale), shift), t1 = f32x4.add(f32x4.mul(x1, scale), shift);
    const t2 = f32x4.add(f32x4.mul(x2, scale), shift), t3 = f32x4.add(f32x4.mul(x3, scale), shift);
    const n0 = f32x4.sub(t0, shift), n1 = f32x4.sub(t1, shift), n2 = f32x4.sub(t2, shift), n3 = f32x4.sub(t3, shift);
    x0 = f32x4.sub(f32x4.sub(x0, f32x4.mul(n0, high)), f32x4.mul(n0, low));
    x1 = f32x4.sub(f32x4.sub(x1, f32x4.mul(n1, high)), f32x4.mul(n1, low));
    x2 = f32x4.sub(f32x4.sub(x2, f32x4.mul(n2, high)), f32x4.mul(n2, low));
    x3 = f32x4.sub(f32x4.sub(x3, f32x4.mul(n3, high)), f32x4.mul(n3, low));
    let p0 = f32x4.add(f32x4.mul(x0, c5), c4), p1 = f32x4.add(f32x4.mul(x1, c5), c4);
    let p2 = f32x4.add(f32x4.mul(x2, c5), c4), p3 = f32x4.add(f32x4.mul(x3, c5), c4);
    p0 = f32x4.add(f32x4.mul(p0, x0), c3), p1 = f32x4.add(f32x4.mul(p1, x1), c3);
    p2 = f32x4.add(f32x4.mul(p2, x2), c3), p3 = f32x4.add(f32x4.mul(p3, x3), c3);
    p0 = f32x4.add(f32x4.mul(p0, x0), c2), p1 = f32x4.add(f32x4.mul(p1, x1), c2);
    p2 = f32x4.add(f32x4.mul(p2, x2), c2), p3 = f32x4.add(f32x4.mul(p3, x3), c2);
    p0 = f32x4.add(f32x4.mul(p0, x0), c1), p1 = f32x4.add(f32x4.mul(p1, x1), c1);
    p2 = f32x4.add(f32x4.mul(p2, x2), c1), p3 = f32x4.add(f32x4.mul(p3, x3), c1);
    p0 = f32x4.add(f32x4.mul(p0, x0), c0), p1 = f32x4.add(f32x4.mul(p1, x1), c0);
    p2 = f32x4.add(f32x4.mul(p2, x2), c0), p3 = f32x4.add(f32x4.mul(p3, x3), c0);
    p0 = f32x4.add(f32x4.add(f32x4.mul(p0, f32x4.mul(x0, x0)), x0), one);
    p1 = f32x4.add(f32x4.add(f32x4.mul(p1, f32x4.mul(x1, x1)), x1), one);
    p2 = f32x4.add(f32x4.add(f32x4.mul(p2, f32x4.mul(x2, x2)), x2), one);
    p3 = f32x4.add(f32x4.add(f32x4.mul(p3, f32x4.mul(x3, x3)), x3), one);
    p0 = f32x4.mul(p0, i32x4.add(i32x4.shl(t0, 23), one)), p1 = f32x4.mul(p1, i32x4.add(i32x4.shl(t1, 23), one));
    p2 = f32x4.mul(p2, i32x4.add(i32x4.shl(t2, 23), one)), p3 = f32x4.mul(p3, i32x4.add(i32x4.shl(t3, 23), one));
    v128.store(at, share(z0, p0, one)), v128.store(at, share(z1, p1, one), 16);
    v128.store(at, share(z2, p2, one), 32), v128.store(at, share(z3, p3, one), 48);
  }
  for (; num > 0; num -= 4, at += 16, bias += 16) {
    storeSome(at, logistic4(f32x4.add(loadSome(at, num), loadSome(bias, num))), num);
  }
}

// 1 / (1 + e^−z) from e = e^−|z|.
// @ts-ignore: decorator
@inline function share(z: v128, e: v128, one: v128): v128 {
  return f32x4.div(v128.bitselect(e, one, i32x4.shr_s(z, 31)), f32x4.add(one, e));
}
