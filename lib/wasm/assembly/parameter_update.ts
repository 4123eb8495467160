//! shared
// The kernel `parameter_update`: one update of the parameters of many models, segment by segment, four at a time.

import { flushed } from "./_flush";

const SEGMENT: u32 = 2048;
/** Kinds. */
const AMSGRAD: i32 = 2, SGD: i32 = 3;
/** Bytes of a row of `steps`. */
const ROW: usize = 80;

export function parameter_update(args: usize, part: i32, num_parts: i32): void {
  const tensors = <usize>load<u32>(args), trainable = <usize>load<u32>(args, 8);
  const parameters = <usize>load<u32>(args, 16), gradients = <usize>load<u32>(args, 24);
  const constraints = <usize>load<u32>(args, 32), sums = <usize>load<u32>(args, 40);
  const steps = <usize>load<u32>(args, 48), moments = <usize>load<u32>(args, 56);
  const numModels = <u32>load<f64>(args, 64), numParameters = <u32>load<f64>(args, 72);
  const numTensors = <u32>load<f64>(args, 80), numSegments = <u32>load<f64>(args, 88);
  const numMoments = <u32>load<f64>(args, 96), constrained = <u32>load<f64>(args, 104);
  const step = <u32>load<f64>(args, 112);
  const all = <u64>numModels * numSegments;
  const from = <u32>(all * part / num_parts), to = <u32>(all * (part + 1) / num_parts);
  let known: u32 = u32.MAX_VALUE;
  let factor: f32 = 1;
  for (let place = from; place < to; place++) {
    const model = place / numSegments, segment = place % numSegments;
    const row = steps + ROW * <usize>(step * numModels + model);
    const own = sums + 32 * <usize>(model * numSegments), flags = trainable + 4 * <usize>(model * numTensors);
    if (model != known) {
      factor = clipFactor(tensors, numTensors, own, flags, row, segment == 0);
      known = model;
    }
    const kind = <i32>load<f32>(row);
    if (kind == 0) continue;
    let tensor = numTensors - 1;
    while (tensor > 0 && load<u32>(tensors + 16 * <usize>tensor, 8) > segment) tensor--;
    if (load<u32>(flags + 4 * <usize>tensor) == 0) continue;
    const entry = tensors + 16 * <usize>tensor;
    const done = (segment - load<u32>(entry, 8)) * SEGMENT;
    const count = min(SEGMENT, load<u32>(entry, 4) - done);
    const first = load<u32>(entry) + done, at = model * numParameters + first;
    const code = constraints + 4 * <usize>(constrained == 2 ? at : first);
    const pull = pullOf(total(entry, own, 4), load<f32>(row, 48), load<f32>(row, 52));
    const further: usize = 4 * <usize>numParameters;
    const moment = moments + 4 * <usize>(model * numMoments * numParameters + first);
    const p = parameters + 4 * <usize>at, g = gradients + 4 * <usize>at;
    let i: usize = 0;
    for (const end: usize = 4 * <usize>(count & ~3); i < end; i += 16) {
      let x = v128.load(p + i);
      const c = constrained > 0 ? v128.load(code + i) : f32x4.splat(0);
      const y = gradientOf(x, v128.load(g + i), c, pull, factor, row);
      const m = moment + i;
      if (kind >= SGD) {
        const velocity = velocityOf(v128.load(m), y, row);
        v128.store(m, velocity);
        x = alongVelocity(x, velocity, y, kind, row);
      } else {
        const one = firstOf(v128.load(m), y, row), two = secondOf(v128.load(m + further), y, row);
        v128.store(m, one);
        v128.store(m + further, two);
        let most = two;
        if (kind == AMSGRAD) {
          most = f32x4.max(v128.load(m + 2 * further), two);
          v128.store(m + 2 * further, most);
        }
        x = adamStep(x, one, most, row);
      }
      v128.store(p + i, held(x, c));
    }
    for (const end: usize = 4 * <usize>count; i < end; i += 4) {
      let x = v128.load32_zero(p + i);
      const c = constrained > 0 ? v128.load32_zero(code + i) : f32x4.splat(0);
      const y = gradientOf(x, v128.load32_zero(g + i), c, pull, factor, row);
      const m = moment + i;
      if (kind >= SGD) {
        const velocity = velocityOf(v128.load32_zero(m), y, row);
        v128.store_lane<f32>(m, velocity, 0);
        x = alongVelocity(x, velocity, y, kind, row);
      } else {
        const one = firstOf(v128.load32_zero(m), y, row), two = secondOf(v128.load32_zero(m + further), y, row);
        v128.store_lane<f32>(m, one, 0);
        v128.store_lane<f32>(m + further, two, 0);
        let most = two;
        if (kind == AMSGRAD) {
          most = f32x4.max(v128.load32_zero(m + 2 * further), two);
          v128.store_lane<f32>(m + 2 * further, most, 0);
        }
        x = adamStep(x, one, most, row);
      }
      v128.store_lane<f32>(p + i, held(x, c), 0);
    }
  }
}

/** The sum over a tensor's segments of what stands `at` bytes into their sums. */
function total(entry: usize, sums: usize, at: usize): f32 {
  const segments = (load<u32>(entry, 4) + SEGMENT - 1) / SEGMENT;
  let p = sums + 32 * <usize>load<u32>(entry, 8) + at;
  let sum: f32 = 0;
  for (let k: u32 = 0; k < segments; k++, p += 32) sum += load<f32>(p);
  return sum;
}

/** What p is multiplied by in the gradient of penalties on norms and squares. */
function pullOf(square: f32, norms: f32, squares: f32): f32 {
  return (square > 0 ? norms / sqrt(square) : 0) + 2 * squares;
}

/** What the gradients of a model are multiplied by; tells it, with their norm and the value of the penalties. */
function clipFactor(
  tensors: usize, numTensors: u32, sums: usize, flags: usize, row: usize, tells: bool,
): f32 {
  const l1 = load<f32>(row, 44), norms = load<f32>(row, 48), squares = load<f32>(row, 52);
  let penalty: f32 = 0, square: f32 = 0;
  for (let tensor: u32 = 0; tensor < numTensors; tensor++) {
    const entry = tensors + 16 * <usize>tensor;
    const sizes = total(entry, sums, 0), pp = total(entry, sums, 4);
    const pull = pullOf(pp, norms, squares);
    penalty += l1 * sizes + norms * sqrt(pp) + squares * pp;
    if (load<u32>(flags + 4 * <usize>tensor) == 0) continue;
    square += max<f32>(
      0,
      total(entry, sums, 8) + pull * (2 * total(entry, sums, 12) + pull * pp) +
        l1 * (2 * total(entry, sums, 16) + 2 * pull * sizes + l1 * total(entry, sums, 20)),
    );
  }
  const norm = sqrt(square), most = load<f32>(row, 36);
  const factor: f32 = most > 0 ? min<f32>(1, most / (norm + <f32>1e-6)) : 1;
  if (tells) {
    store<f32>(row, penalty, 64);
    store<f32>(row, norm, 68);
    store<f32>(row, factor, 72);
    store<f32>(row, 0, 76);
  }
  return factor;
}

// @ts-ignore: decorator
@inline function gradientOf(x: v128, g: v128, c: v128, pull: f32, factor: f32, row: usize): v128 {
  const zero = f32x4.splat(0), l1 = v128.load32_splat(row, 44), most = v128.load32_splat(row, 40);
  const up = v128.and(f32x4.gt(x, zero), l1), down = v128.and(f32x4.lt(x, zero), l1);
  let y = f32x4.add(g, f32x4.add(f32x4.mul(f32x4.splat(pull), x), f32x4.sub(up, down)));
  y = f32x4.mul(y, f32x4.splat(factor));
  y = v128.andnot(y, f32x4.eq(c, f32x4.splat(3)));
  const clipped = f32x4.max(f32x4.neg(most), f32x4.min(most, y));
  y = v128.bitselect(clipped, y, f32x4.gt(most, zero));
  return f32x4.add(y, f32x4.mul(v128.load32_splat(row, 32), x));
}

// @ts-ignore: decorator
@inline function velocityOf(m: v128, y: v128, row: usize): v128 {
  return flushed(f32x4.add(f32x4.mul(v128.load32_splat(row, 16), m), y));
}

// @ts-ignore: decorator
@inline function alongVelocity(x: v128, velocity: v128, y: v128, kind: i32, row: usize): v128 {
  const ahead = kind == SGD ? velocity : f32x4.add(y, f32x4.mul(v128.load32_splat(row, 16), velocity));
  return f32x4.sub(x, f32x4.mul(v128.load32_splat(row, 4), ahead));
}

// @ts-ignore: decorator
@inline function firstOf(m: v128, y: v128, row: usize): v128 {
  return flushed(f32x4.add(f32x4.mul(v128.load32_splat(row, 16), m), f32x4.mul(v128.load32_splat(row, 20), y)));
}

// @ts-ignore: decorator
@inline function secondOf(m: v128, y: v128, row: usize): v128 {
  const fresh = f32x4.mul(f32x4.mul(v128.load32_splat(row, 28), y), y);
  return flushed(f32x4.add(f32x4.mul(v128.load32_splat(row, 24), m), fresh));
}

// @ts-ignore: decorator
@inline function adamStep(x: v128, one: v128, two: v128, row: usize): v128 {
  const size = f32x4.add(f32x4.mul(f32x4.sqrt(two), v128.load32_splat(row, 8)), v128.load32_splat(row, 12));
  return f32x4.sub(x, f32x4.div(f32x4.mul(v128.load32_splat(row, 4), one), size));
}

/** Constraints: 1 and -1 stop at zero, 2 and -2 reflect, 3 and 4 are zero. */
// @ts-ignore: decorator
@inline function held(x: v128, c: v128): v128 {
  const zero = f32x4.splat(0);
  x = v128.bitselect(f32x4.max(zero, x), x, f32x4.eq(c, f32x4.splat(1)));
  x = v128.bitselect(f32x4.min(zero, x), x, f32x4.eq(c, f32x4.splat(-1)));
  x = v128.bitselect(f32x4.abs(x), x, f32x4.eq(c, f32x4.splat(2)));
  x = v128.bitselect(f32x4.neg(f32x4.abs(x)), x, f32x4.eq(c, f32x4.splat(-2)));
  return flushed(v128.andnot(x, f32x4.ge(c, f32x4.splat(3))));
}
