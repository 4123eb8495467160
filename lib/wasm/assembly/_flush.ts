// Denormal numbers to exact zeros. Wasm has no mode for it, and arithmetic on denormals is up to a hundred times slower.

/** Four numbers, those below 2^-126 in size as zeros. */
// @ts-ignore: decorator
@inline export function flushed(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(reinterpret<f32>(0x00800000))));
}

/** One number, as zero if below 2^-126 in size. */
// @ts-ignore: decorator
@inline export function flushedOne(x: f32): f32 {
  return abs(x) < reinterpret<f32>(0x00800000) ? <f32>0 : x;
}
