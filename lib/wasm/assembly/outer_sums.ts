//! shared
// The kernel `outer_sums`: a part takes groups of rows. Trials are taken some at a time, so that what they left and right have
// stays in the cache while all tiles of 4 × 8 results go over it; a tile's sums of these slices are added in order where
// its results lie. A side whose rows are long, or do not fill tiles, is packed first: what tiles read of it side by side,
// step after step.

import { flushed } from "./_flush";
import { loadSome, storeSome } from "./_rnn_math";
import { add8 } from "./_rnn_product";

/** Steps of a slice of trials, at least, if there are as many. */
const SLICE: i32 = 400;
/** Rows of this many bytes fall on few lines of the cache. */
const LONG: usize = 1024;

// @ts-ignore: decorator
@inline function buffer(args: usize, i: usize): usize { return <usize>load<u32>(args + (i << 3)); }
// @ts-ignore: decorator
@inline function count(args: usize, i: usize): i32 { return <i32>load<f64>(args + (i << 3), 40); }

export function outer_sums(args: usize, part: i32, num_parts: i32): void {
  const rows = count(args, 1), groups = count(args, 2), left = count(args, 3), right = count(args, 9);
  const all = <i64>count(args, 0) * <i64>groups;
  const end = <i32>(all * <i64>(part + 1) / <i64>num_parts);
  for (let item = <i32>(all * <i64>part / <i64>num_parts); item < end; item++) {
    const model = item / groups, at = <i64>(item % groups);
    const first = <i32>(at * <i64>rows / <i64>groups), last = <i32>((at + 1) * <i64>rows / <i64>groups);
    const to = buffer(args, 3) + (<usize>item * <usize>left * <usize>max(1, right) << 2);
    const steps = load<i32>(buffer(args, 0) + (<usize>model << 3), 4);
    const trials = steps > 0 ? last - first : 0;
    const from = sideOf(args, 1, 3, model, first), stepL = <usize>count(args, 7) << 2, trialL = trialOf(args, 3);
    if (right == 0) columnSums(from, stepL, trialL, steps, trials, to, left);
    else products(args, item, from, stepL, trialL, sideOf(args, 2, 9, model, first), steps, trials, to, left, right);
  }
}

// Where step 0 of a trial of a side lies; sides have six uniforms each from `at` on.
function sideOf(args: usize, index: usize, at: usize, model: i32, row: i32): usize {
  const own = count(args, at + 1) != 0 ? load<i32>(buffer(args, 0) + (<usize>model << 3)) : model;
  const trial = <usize>(own * count(args, 1) + row);
  const step = trial * <usize>count(args, at + 2) + <usize>count(args, at + 3);
  return buffer(args, index) + (step * <usize>count(args, at + 4) + <usize>count(args, at + 5) << 2);
}

// Bytes from one trial of a side to the next.
// @ts-ignore: decorator
@inline function trialOf(args: usize, at: usize): usize {
  return <usize>count(args, at + 2) * <usize>count(args, at + 4) << 2;
}

// Results of a group.
function products(
  args: usize, item: i32, left: usize, stepL: usize, trialL: usize, right: usize,
  steps: i32, trials: i32, to: usize, rows: i32, columns: i32,
): void {
  memory.fill(to, 0, <usize>rows * <usize>columns << 2);
  if (trials == 0) return;
  const stepR = <usize>count(args, 13) << 2, trialR = trialOf(args, 9);
  const some = max(1, SLICE / steps);
  const isPackedL = stepL >= LONG || (rows & 3) != 0, isPackedR = stepR >= LONG || (columns & 7) != 0;
  const packedL = buffer(args, 4) + (<usize>item * <usize>count(args, 15) << 2);
  const packedR = packedL + (isPackedL ? <usize>(some * steps) * (<usize>((rows + 3) & ~3) << 2) : 0);
  while (trials > 0) {
    const now = min(some, trials), depth = <usize>(now * steps);
    if (isPackedL) pack4(left, stepL, trialL, now, steps, rows, packedL);
    if (isPackedR) pack8(right, stepR, trialR, now, steps, columns, packedR);
    tiles(
      isPackedL ? packedL : left, isPackedL ? 16 : stepL, isPackedL ? <usize>steps << 4 : trialL, isPackedL ? depth << 4 : 16,
      isPackedR ? packedR : right, isPackedR ? 32 : stepR, isPackedR ? <usize>steps << 5 : trialR, isPackedR ? depth << 5 : 32,
      now, steps, to, rows, columns,
    );
    left += <usize>now * trialL, right += <usize>now * trialR, trials -= now;
  }
  flushAll(to, rows * columns);
}

// Four columns side by side, step after step; zeros where there are none.
function pack4(from: usize, step: usize, trial: usize, trials: i32, steps: i32, columns: i32, to: usize): void {
  const stream = <usize>(trials * steps) << 4;
  for (; trials > 0; trials--, from += trial) {
    for (let t = 0, source = from; t < steps; t++, source += step, to += 16) {
      let at = to, p = source, left = columns;
      for (; left >= 4; left -= 4, p += 16, at += stream) v128.store(at, v128.load(p));
      if (left > 0) v128.store(at, loadSome(p, left));
    }
  }
}

// Eight columns side by side, likewise.
function pack8(from: usize, step: usize, trial: usize, trials: i32, steps: i32, columns: i32, to: usize): void {
  const stream = <usize>(trials * steps) << 5;
  for (; trials > 0; trials--, from += trial) {
    for (let t = 0, source = from; t < steps; t++, source += step, to += 32) {
      let at = to, p = source, left = columns;
      for (; left >= 8; left -= 8, p += 32, at += stream) {
        v128.store(at, v128.load(p));
        v128.store(at, v128.load(p, 16), 16);
      }
      if (left > 0) {
        v128.store(at, loadSome(p, left));
        v128.store(at, left > 4 ? loadSome(p + 16, left - 4) : f32x4.splat(0), 16);
      }
    }
  }
}

// All tiles, some trials. Of each side: steps, trials, and tiles in bytes.
function tiles(
  left: usize, stepL: usize, trialL: usize, tileL: usize, right: usize, stepR: usize, trialR: usize, tileR: usize,
  trials: i32, steps: i32, to: usize, rows: i32, columns: i32,
): void {
  const width = <usize>columns << 2;
  for (let j = 0; j < columns; j += 8, right += tileR, to += 32) {
    rowsOfTiles(left, stepL, trialL, tileL, right, stepR, trialR, trials, steps, to, width, rows, columns - j);
  }
}

function rowsOfTiles(
  left: usize, stepL: usize, trialL: usize, tileL: usize, right: usize, stepR: usize, trialR: usize,
  trials: i32, steps: i32, to: usize, width: usize, rows: i32, columns: i32,
): void {
  for (; rows > 0; rows -= 4, left += tileL, to += 4 * width) {
    tile(left, stepL, trialL, right, stepR, trialR, trials, steps, to, width, rows, columns);
  }
}

// 4 × 8 results: adds the products of all steps of some trials.
function tile(
  left: usize, stepL: usize, trialL: usize, right: usize, stepR: usize, trialR: usize,
  trials: i32, steps: i32, to: usize, width: usize, rows: i32, columns: i32,
): void {
  let l0 = f32x4.splat(0), l1 = l0, l2 = l0, l3 = l0, h0 = l0, h1 = l0, h2 = l0, h3 = l0;
  trialL -= <usize>steps * stepL, trialR -= <usize>steps * stepR;
  for (;;) {
    const end = left + <usize>steps * stepL;
    for (;;) {
      let l: v128, h: v128, x: v128;
      l = v128.load(right), h = v128.load(right, 16);
      x = v128.load32_splat(left);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(left, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(left, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(left, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      left += stepL, right += stepR;
      if (left == end) break;
      l = v128.load(right), h = v128.load(right, 16);
      x = v128.load32_splat(left);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(left, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(left, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(left, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      left += stepL, right += stepR;
      if (left == end) break;
      l = v128.load(right), h = v128.load(right, 16);
      x = v128.load32_splat(left);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(left, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(left, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(left, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      left += stepL, right += stepR;
      if (left == end) break;
      l = v128.load(right), h = v128.load(right, 16);
      x = v128.load32_splat(left);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(left, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(left, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(left, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      left += stepL, right += stepR;
      if (left == end) break;
      l = v128.load(right), h = v128.load(right, 16);
      x = v128.load32_splat(left);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(left, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(left, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(left, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      left += stepL, right += stepR;
      if (left == end) break;
      l = v128.load(right), h = v128.load(right, 16);
      x = v128.load32_splat(left);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(left, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(left, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(left, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      left += stepL, right += stepR;
      if (left == end) break;
      l = v128.load(right), h = v128.load(right, 16);
      x = v128.load32_splat(left);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(left, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(left, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(left, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      left += stepL, right += stepR;
      if (left == end) break;
      l = v128.load(right), h = v128.load(right, 16);
      x = v128.load32_splat(left);
      l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
      x = v128.load32_splat(left, 4);
      l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
      x = v128.load32_splat(left, 8);
      l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
      x = v128.load32_splat(left, 12);
      l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
      left += stepL, right += stepR;
      if (left == end) break;
    }
    if (--trials == 0) break;
    left += trialL, right += trialR;
  }
  add8(to, l0, h0, columns);
  if (rows > 1) add8(to + width, l1, h1, columns);
  if (rows > 2) add8(to + 2 * width, l2, h2, columns);
  if (rows > 3) add8(to + 3 * width, l3, h3, columns);
}

// Denormals become zeros.
function flushAll(at: usize, num: i32): void {
  for (; num >= 4; num -= 4, at += 16) v128.store(at, flushed(v128.load(at)));
  if (num > 0) storeSome(at, flushed(loadSome(at, num)), num);
}

// Sums of the columns of the left side.
function columnSums(left: usize, step: usize, trial: usize, steps: i32, trials: i32, to: usize, num: i32): void {
  for (; num > 0; num -= 4, left += 16, to += 16) {
    let total = f32x4.splat(0);
    for (let n = 0, at = left; n < trials; n++, at += trial) total = f32x4.add(total, sum(at, step, steps, num));
    storeSome(to, flushed(total), num);
  }
}

function sum(at: usize, step: usize, steps: i32, num: i32): v128 {
  let sum = f32x4.splat(0);
  for (const end = at + <usize>steps * step; at < end; at += step) sum = f32x4.add(sum, loadSome(at, num));
  return sum;
}
