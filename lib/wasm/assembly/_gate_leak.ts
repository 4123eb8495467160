// What a step keeps of the state of four units and takes up, as gpu/rnn/leak.ts has it: from constants (kind 0) or from
// trained time constants (1 exponential, 2 euler).

import { exp4 } from "./_exp";

/** How much is kept. */
// @ts-ignore: decorator
@inline export function keep4(kind: i32, keep: v128, dt: f32, tau: v128): v128 {
  if (kind == 0) return keep;
  if (kind == 1) return exp4(f32x4.div(f32x4.splat(-dt), f32x4.max(tau, f32x4.splat(<f32>0.125 * dt))));
  return f32x4.sub(f32x4.splat(1), share4(dt, tau));
}

/** How much is taken up. */
// @ts-ignore: decorator
@inline export function gain4(kind: i32, gain: v128, dt: f32, tau: v128, keep: v128): v128 {
  if (kind == 0) return gain;
  if (kind == 1) return f32x4.sub(f32x4.splat(1), keep);
  return share4(dt, tau);
}

/** d keep / d τ. */
// @ts-ignore: decorator
@inline export function keepSlope4(kind: i32, dt: f32, tau: v128, keep: v128): v128 {
  const step = f32x4.splat(dt);
  const slope = f32x4.div(step, f32x4.mul(tau, tau));
  if (kind == 1) return v128.and(f32x4.mul(keep, slope), f32x4.ge(tau, f32x4.splat(<f32>0.125 * dt)));
  return v128.and(slope, f32x4.gt(tau, step));
}

// @ts-ignore: decorator
@inline function share4(dt: f32, tau: v128): v128 {
  const step = f32x4.splat(dt);
  return f32x4.div(step, f32x4.max(tau, step));
}
