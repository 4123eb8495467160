//! shared
// The kernel `parameter_norms`: sums over parameters and gradients, segment by segment, four at a time.

import { flushed } from "./_flush";

const SEGMENT: u32 = 2048;
const ABSENT: f32 = 3;

export function parameter_norms(args: usize, part: i32, num_parts: i32): void {
  const tensors = <usize>load<u32>(args), parameters = <usize>load<u32>(args, 8);
  const gradients = <usize>load<u32>(args, 16), constraints = <usize>load<u32>(args, 24);
  const sums = <usize>load<u32>(args, 32);
  const numModels = <u32>load<f64>(args, 40), numParameters = <u32>load<f64>(args, 48);
  const numTensors = <u32>load<f64>(args, 56), numSegments = <u32>load<f64>(args, 64);
  const constrained = <u32>load<f64>(args, 72);
  const all = <u64>numModels * numSegments;
  const from = <u32>(all * part / num_parts), to = <u32>(all * (part + 1) / num_parts);
  for (let place = from; place < to; place++) {
    const model = place / numSegments, segment = place % numSegments;
    let tensor = numTensors - 1;
    while (tensor > 0 && load<u32>(tensors + 16 * <usize>tensor, 8) > segment) tensor--;
    // Tensors without elements share their first segment with the next one: the last of those that begin with it has it.
    const row = tensors + 16 * <usize>tensor;
    const done = (segment - load<u32>(row, 8)) * SEGMENT;
    const count = min(SEGMENT, load<u32>(row, 4) - done);
    const first = load<u32>(row) + done, at = model * numParameters + first;
    const codes = constraints + 4 * <usize>(constrained == 2 ? at : first);
    sum(
      parameters + 4 * <usize>at, gradients + 4 * <usize>at, constrained > 0 ? codes : 0, count,
      sums + 32 * <usize>place,
    );
  }
}

function sum(p: usize, g: usize, codes: usize, count: u32, to: usize): void {
  const one = f32x4.splat(1), zero = f32x4.splat(0);
  let sizes = zero, squares = zero, gg = zero, gp = zero, gs = zero, signs = zero;
  const end = p + 4 * <usize>(count & ~3);
  for (; p < end; p += 16, g += 16) {
    const x = v128.load(p);
    let y = v128.load(g);
    if (codes != 0) {
      y = v128.andnot(y, f32x4.eq(v128.load(codes), f32x4.splat(ABSENT)));
      codes += 16;
    }
    const sign = v128.or(
      v128.and(f32x4.gt(x, zero), one), v128.and(f32x4.lt(x, zero), f32x4.splat(-1)),
    );
    sizes = f32x4.add(sizes, f32x4.abs(x));
    squares = f32x4.add(squares, f32x4.mul(x, x));
    gg = f32x4.add(gg, f32x4.mul(y, y));
    gp = f32x4.add(gp, f32x4.mul(y, x));
    gs = f32x4.add(gs, f32x4.mul(y, sign));
    signs = f32x4.add(signs, f32x4.abs(sign));
  }
  for (let i: u32 = 0; i < (count & 3); i++, p += 4, g += 4) {
    const x = v128.load32_zero(p);
    let y = v128.load32_zero(g);
    if (codes != 0) {
      y = v128.andnot(y, f32x4.eq(v128.load32_zero(codes), f32x4.splat(ABSENT)));
      codes += 4;
    }
    const sign = v128.or(
      v128.and(f32x4.gt(x, zero), one), v128.and(f32x4.lt(x, zero), f32x4.splat(-1)),
    );
    sizes = f32x4.add(sizes, f32x4.abs(x));
    squares = f32x4.add(squares, f32x4.mul(x, x));
    gg = f32x4.add(gg, f32x4.mul(y, y));
    gp = f32x4.add(gp, f32x4.mul(y, x));
    gs = f32x4.add(gs, f32x4.mul(y, sign));
    signs = f32x4.add(signs, f32x4.abs(sign));
  }
  put(to, sizes);
  put(to + 4, squares);
  put(to + 8, gg);
  put(to + 12, gp);
  put(to + 16, gs);
  put(to + 20, signs);
  store<u64>(to, 0, 24);
}

// @ts-ignore: decorator
@inline function put(to: usize, x: v128): void {
  const halves = f32x4.add(x, v128.shuffle<u64>(x, x, 1, 1));
  const sum = f32x4.add(halves, v128.shuffle<u32>(halves, halves, 1, 1, 1, 1));
  v128.store_lane<f32>(to, flushed(sum), 0);
}
