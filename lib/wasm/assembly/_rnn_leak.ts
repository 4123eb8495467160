// Keep and gain of four units with time constants of their own (gpu/rnn/leak.ts): 1 exponential, 2 Euler.

import { exp4 } from "./_rnn_math";

/** Time constants as they count. */
// @ts-ignore: decorator
@inline export function leakAt(leak: i32, dt: f32, tau: v128): v128 {
  return f32x4.max(tau, f32x4.splat(leak == 1 ? <f32>0.125 * dt : dt));
}

/** What is kept. */
export function leakKeep(leak: i32, dt: f32, used: v128): v128 {
  const share = f32x4.div(f32x4.splat(dt), used);
  return leak == 1 ? exp4(f32x4.neg(share)) : f32x4.sub(f32x4.splat(1), share);
}

/** What is taken up. */
export function leakGain(leak: i32, dt: f32, used: v128, keep: v128): v128 {
  return leak == 1 ? f32x4.sub(f32x4.splat(1), keep) : f32x4.div(f32x4.splat(dt), used);
}

/** d keep / d τ, zero where time constants count as longer ones. */
export function leakSlope(leak: i32, dt: f32, tau: v128, used: v128, keep: v128): v128 {
  const share = f32x4.div(f32x4.splat(dt), f32x4.mul(used, used));
  if (leak == 1) return v128.andnot(f32x4.mul(keep, share), f32x4.lt(tau, used));
  return v128.and(share, f32x4.gt(tau, f32x4.splat(dt)));
}
