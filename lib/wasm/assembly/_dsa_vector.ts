// Vectors of f32 or f64 (T) whose length is a multiple of 4: sums in a fixed order, whole SIMD registers only.

import { flushed } from "./_flush";

/** Numbers in a SIMD register. */
@inline
export function lanes<T>(): i32 {
  return 16 / <i32>sizeof<T>();
}

/** Sum of the lanes of a register, from the first. */
@inline
export function across<T>(v: v128): T {
  let sum = v128.extract_lane<T>(v, 0) + v128.extract_lane<T>(v, 1);
  if (sizeof<T>() == 4) {
    sum += <T>(f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
  }
  return <T>sum;
}

/** Σ x y. */
export function dot<T>(x: usize, y: usize, length: i32): T {
  const bytes = <usize>length * sizeof<T>();
  let s0 = v128.splat<T>(<T>0), s1 = v128.splat<T>(<T>0);
  let p: usize = 0;
  for (; p + 32 <= bytes; p += 32) {
    s0 = v128.add<T>(s0, v128.mul<T>(v128.load(x + p), v128.load(y + p)));
    s1 = v128.add<T>(s1, v128.mul<T>(v128.load(x + p, 16), v128.load(y + p, 16)));
  }
  if (p < bytes) s0 = v128.add<T>(s0, v128.mul<T>(v128.load(x + p), v128.load(y + p)));
  return across<T>(v128.add<T>(s0, s1));
}

/** y += factor x. */
export function addScaled<T>(factor: T, x: usize, y: usize, length: i32): void {
  const bytes = <usize>length * sizeof<T>();
  const f = v128.splat<T>(factor);
  for (let p: usize = 0; p < bytes; p += 16) {
    v128.store(y + p, v128.add<T>(v128.load(y + p), v128.mul<T>(f, v128.load(x + p))));
  }
}

/** y = factor x. */
export function scaleInto<T>(factor: T, x: usize, y: usize, length: i32): void {
  const bytes = <usize>length * sizeof<T>();
  const f = v128.splat<T>(factor);
  for (let p: usize = 0; p < bytes; p += 16) {
    v128.store(y + p, v128.mul<T>(f, v128.load(x + p)));
  }
}

/** y = factor x / h. */
export function quotientInto<T>(factor: T, x: usize, h: usize, y: usize, length: i32): void {
  const bytes = <usize>length * sizeof<T>();
  const f = v128.splat<T>(factor);
  for (let p: usize = 0; p < bytes; p += 16) {
    v128.store(y + p, v128.mul<T>(v128.div<T>(f, v128.load(h + p)), v128.load(x + p)));
  }
}

/** z = x − y. */
export function subtractInto<T>(x: usize, y: usize, z: usize, length: i32): void {
  const bytes = <usize>length * sizeof<T>();
  for (let p: usize = 0; p < bytes; p += 16) {
    v128.store(z + p, v128.sub<T>(v128.load(x + p), v128.load(y + p)));
  }
}

/** Σ y² / h. */
export function weightedSquares<T>(y: usize, h: usize, length: i32): T {
  const bytes = <usize>length * sizeof<T>();
  let sum = v128.splat<T>(<T>0);
  for (let p: usize = 0; p < bytes; p += 16) {
    const v = v128.load(y + p);
    sum = v128.add<T>(sum, v128.div<T>(v128.mul<T>(v, v), v128.load(h + p)));
  }
  return across<T>(sum);
}

/** In f32, makes zeros of what is too small to be normal. */
export function flush<T>(x: usize, length: i32): void {
  if (sizeof<T>() != 4) return;
  for (let p = x, end = x + (<usize>length << 2); p < end; p += 16) {
    v128.store(p, flushed(v128.load(p)));
  }
}
