// Products of the readout for four steps at a time: W h + b, and Wᵀ d for what it learns. Places of the steps come as byte
// offsets, so that a step that does not exist can be the last one once more: it gives the same number twice.

import { flushed, flushedOne } from "./_flush";

/** W h + b for four steps; those beyond the `last` are that one once more. */
export function linear(h: usize, weight: usize, bias: usize, out: usize, last: i32, units: i32, outputs: i32): void {
  const bytes = (<usize>units << 2), step = (<usize>outputs << 2);
  const s1 = <usize>min(1, last), s2 = <usize>min(2, last), s3 = <usize>min(3, last);
  let k = 0;
  for (; k + 3 <= outputs; k += 3) {
    threeOutputs(
      h, h + s1 * bytes, h + s2 * bytes, h + s3 * bytes, weight + <usize>k * bytes, units,
      bias != 0 ? bias + (<usize>k << 2) : 0, out + (<usize>k << 2), s1 * step, s2 * step, s3 * step,
    );
  }
  for (; k < outputs; k++) {
    oneOutput(
      h, h + s1 * bytes, h + s2 * bytes, h + s3 * bytes, weight + <usize>k * bytes, units,
      bias != 0 ? bias + (<usize>k << 2) : 0, out + (<usize>k << 2), s1 * step, s2 * step, s3 * step,
    );
  }
}

function threeOutputs(
  h0: usize, h1: usize, h2: usize, h3: usize, w0: usize, units: i32,
  bias: usize, out: usize, o1: usize, o2: usize, o3: usize,
): void {
  const bytes = (<usize>units << 2), w1 = w0 + bytes, w2 = w1 + bytes, end = bytes & ~15;
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
  let b0 = f32x4.splat(0), b1 = f32x4.splat(0), b2 = f32x4.splat(0), b3 = f32x4.splat(0);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0), c3 = f32x4.splat(0);
  let i: usize = 0;
  for (; i < end; i += 16) {
    const w = v128.load(w0 + i), v = v128.load(w1 + i), u = v128.load(w2 + i);
    let h = v128.load(h0 + i);
    a0 = f32x4.add(a0, f32x4.mul(h, w)), b0 = f32x4.add(b0, f32x4.mul(h, v)), c0 = f32x4.add(c0, f32x4.mul(h, u));
    h = v128.load(h1 + i);
    a1 = f32x4.add(a1, f32x4.mul(h, w)), b1 = f32x4.add(b1, f32x4.mul(h, v)), c1 = f32x4.add(c1, f32x4.mul(h, u));
    h = v128.load(h2 + i);
    a2 = f32x4.add(a2, f32x4.mul(h, w)), b2 = f32x4.add(b2, f32x4.mul(h, v)), c2 = f32x4.add(c2, f32x4.mul(h, u));
    h = v128.load(h3 + i);
    a3 = f32x4.add(a3, f32x4.mul(h, w)), b3 = f32x4.add(b3, f32x4.mul(h, v)), c3 = f32x4.add(c3, f32x4.mul(h, u));
  }
  let a = sums(a0, a1, a2, a3), b = sums(b0, b1, b2, b3), c = sums(c0, c1, c2, c3);
  for (; i < bytes; i += 4) {
    const h = gathered(h0 + i, h1 + i, h2 + i, h3 + i);
    a = f32x4.add(a, f32x4.mul(h, v128.load32_splat(w0 + i)));
    b = f32x4.add(b, f32x4.mul(h, v128.load32_splat(w1 + i)));
    c = f32x4.add(c, f32x4.mul(h, v128.load32_splat(w2 + i)));
  }
  if (bias != 0) {
    a = f32x4.add(a, v128.load32_splat(bias));
    b = f32x4.add(b, v128.load32_splat(bias, 4));
    c = f32x4.add(c, v128.load32_splat(bias, 8));
  }
  scatter(flushed(a), out, o1, o2, o3);
  scatter(flushed(b), out + 4, o1, o2, o3);
  scatter(flushed(c), out + 8, o1, o2, o3);
}

function oneOutput(
  h0: usize, h1: usize, h2: usize, h3: usize, w0: usize, units: i32,
  bias: usize, out: usize, o1: usize, o2: usize, o3: usize,
): void {
  const bytes = (<usize>units << 2), end = bytes & ~15;
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
  let i: usize = 0;
  for (; i < end; i += 16) {
    const w = v128.load(w0 + i);
    a0 = f32x4.add(a0, f32x4.mul(v128.load(h0 + i), w));
    a1 = f32x4.add(a1, f32x4.mul(v128.load(h1 + i), w));
    a2 = f32x4.add(a2, f32x4.mul(v128.load(h2 + i), w));
    a3 = f32x4.add(a3, f32x4.mul(v128.load(h3 + i), w));
  }
  let a = sums(a0, a1, a2, a3);
  for (; i < bytes; i += 4) {
    a = f32x4.add(a, f32x4.mul(gathered(h0 + i, h1 + i, h2 + i, h3 + i), v128.load32_splat(w0 + i)));
  }
  if (bias != 0) a = f32x4.add(a, v128.load32_splat(bias));
  scatter(flushed(a), out, o1, o2, o3);
}

/** The sums over the lanes of four vectors. */
// @ts-ignore: decorator
@inline function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<u32>(a, b, 0, 4, 1, 5), v128.shuffle<u32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<u32>(c, d, 0, 4, 1, 5), v128.shuffle<u32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<u32>(ab, cd, 0, 1, 4, 5), v128.shuffle<u32>(ab, cd, 2, 3, 6, 7));
}

/** A number from each of four places. */
// @ts-ignore: decorator
@inline export function gathered(a: usize, b: usize, c: usize, d: usize): v128 {
  let x = v128.load32_zero(a);
  x = v128.load_lane<f32>(b, x, 1);
  x = v128.load_lane<f32>(c, x, 2);
  return v128.load_lane<f32>(d, x, 3);
}

/** A step that stands for several is stored last to first, each time the same number. */
// @ts-ignore: decorator
@inline export function scatter(x: v128, out: usize, o1: usize, o2: usize, o3: usize): void {
  v128.store_lane<f32>(out, x, 0);
  v128.store_lane<f32>(out + o1, x, 1);
  v128.store_lane<f32>(out + o2, x, 2);
  v128.store_lane<f32>(out + o3, x, 3);
}

/** Wᵀ d for four steps, eight units at a time; the last eight may have some of those before once more. */
export function back(d: usize, weight: usize, to: usize, last: i32, units: i32, outputs: i32): void {
  const bytes = (<usize>units << 2), step = (<usize>outputs << 2);
  const s1 = <usize>min(1, last), s2 = <usize>min(2, last), s3 = <usize>min(3, last);
  if (units < 8) {
    for (let j: usize = 0; j <= <usize>last; j++) {
      for (let i: usize = 0; i < bytes; i += 4) {
        let sum: f32 = 0;
        for (let k: usize = 0; k < <usize>outputs; k++) {
          sum += load<f32>(d + j * step + 4 * k) * load<f32>(weight + k * bytes + i);
        }
        store<f32>(to + j * bytes + i, flushedOne(sum));
      }
    }
    return;
  }
  for (let i: usize = 0; i < bytes; i += 32) {
    const at = min(i, bytes - 32);
    eightUnits(
      d, d + s1 * step, d + s2 * step, d + s3 * step, step, weight + at, bytes,
      to + at, s1 * bytes, s2 * bytes, s3 * bytes,
    );
  }
}

function eightUnits(
  d0: usize, d1: usize, d2: usize, d3: usize, length: usize, weight: usize, bytes: usize,
  to: usize, o1: usize, o2: usize, o3: usize,
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
  let b0 = f32x4.splat(0), b1 = f32x4.splat(0), b2 = f32x4.splat(0), b3 = f32x4.splat(0);
  for (let k: usize = 0; k < length; k += 4, weight += bytes) {
    const v = v128.load(weight), w = v128.load(weight, 16);
    let d = v128.load32_splat(d0 + k);
    a0 = f32x4.add(a0, f32x4.mul(d, v)), b0 = f32x4.add(b0, f32x4.mul(d, w));
    d = v128.load32_splat(d1 + k);
    a1 = f32x4.add(a1, f32x4.mul(d, v)), b1 = f32x4.add(b1, f32x4.mul(d, w));
    d = v128.load32_splat(d2 + k);
    a2 = f32x4.add(a2, f32x4.mul(d, v)), b2 = f32x4.add(b2, f32x4.mul(d, w));
    d = v128.load32_splat(d3 + k);
    a3 = f32x4.add(a3, f32x4.mul(d, v)), b3 = f32x4.add(b3, f32x4.mul(d, w));
  }
  v128.store(to, flushed(a0));
  v128.store(to, flushed(b0), 16);
  v128.store(to + o1, flushed(a1));
  v128.store(to + o1, flushed(b1), 16);
  v128.store(to + o2, flushed(a2));
  v128.store(to + o2, flushed(b2), 16);
  v128.store(to + o3, flushed(a3));
  v128.store(to + o3, flushed(b3), 16);
}
