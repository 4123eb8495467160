//! shared
// The kernel `outer_sums`: a part takes blocks of 16 rows of a model's result. Trials are taken some at a time, so that
// what they left and right have stays in the cache while all tiles of 4 × 8 results go over it; a tile's sums of these
// slices are added in order where its results lie.

import { flushed } from "./_flush";
import { lane0, lane1, lane2, lane3 } from "./_pair_tiles";
import { loadSome, storeSome } from "./_rnn_math";
import { put8 } from "./_rnn_product";

/** Rows of a result that a part takes. */
const LEFT_BLOCK: i32 = 16;

// @ts-ignore: decorator
@inline function buffer(args: usize, i: usize): usize { return <usize>load<u32>(args + (i << 3)); }
// @ts-ignore: decorator
@inline function count(args: usize, i: usize): i32 { return <i32>load<f64>(args + (i << 3), 32); }

export function outer_sums(args: usize, part: i32, num_parts: i32): void {
  const models = count(args, 0), left = count(args, 6);
  const blocks = (left + LEFT_BLOCK - 1) / LEFT_BLOCK;
  const all = <i64>models * <i64>blocks;
  const end = <i32>(all * <i64>(part + 1) / <i64>num_parts);
  for (let item = <i32>(all * <i64>part / <i64>num_parts); item < end; item++) {
    const first = item % blocks * LEFT_BLOCK;
    block(args, item / blocks, first, min(LEFT_BLOCK, left - first));
  }
}

// Where step 0 of a trial of a side lies; sides have six uniforms each from `at` on.
function sideOf(args: usize, index: usize, at: usize, model: i32, slot: i32, row: i32): usize {
  const own = count(args, at + 1) != 0 ? slot : model;
  const trial = <usize>(own * count(args, 1) + row);
  const step = trial * <usize>count(args, at + 2) + <usize>count(args, at + 3);
  return buffer(args, index) + (step * <usize>count(args, at + 4) + <usize>count(args, at + 5) << 2);
}

// Bytes from one trial of a side to the next.
// @ts-ignore: decorator
@inline function trialOf(args: usize, at: usize): usize {
  return <usize>count(args, at + 2) * <usize>count(args, at + 4) << 2;
}

// Some rows of a model's result.
function block(args: usize, model: i32, i: i32, num: i32): void {
  const slots = buffer(args, 0) + (<usize>model << 3), slot = load<i32>(slots), steps = load<i32>(slots, 4);
  const firstRow = count(args, 2), endRow = count(args, 3);
  const columns = count(args, 12);
  const width = <usize>max(1, columns) << 2;
  const result = buffer(args, 3) + (<usize>model * <usize>count(args, 4) + <usize>count(args, 5) << 2) + <usize>i * width;
  if (firstRow == 0) memory.fill(result, 0, <usize>num * width);
  let left = sideOf(args, 1, 6, model, slot, firstRow) + (<usize>i << 2);
  const stepL = <usize>count(args, 10) << 2, trialL = trialOf(args, 6);
  if (columns == 0) {
    for (let k = 0; k < num; k += 4) sums(left + (<usize>k << 2), stepL, trialL, steps, endRow - firstRow, result + (<usize>k << 2), num - k);
    return;
  }
  let right = sideOf(args, 2, 12, model, slot, firstRow);
  const stepR = <usize>count(args, 16) << 2, trialR = trialOf(args, 12);
  for (let row = firstRow; row < endRow; row++) {
    for (let k = 0; k < num; k += 4) {
      const some = num - k;
      for (let j = 0; j < columns; j += 8) {
        const to = result + <usize>k * width + (<usize>j << 2);
        const l = left + (<usize>k << 2), r = right + (<usize>j << 2);
        if (some >= 4 && columns - j >= 8) tile(l, stepL, r, stepR, steps, to, width);
        else edge(l, stepL, r, stepR, steps, to, width, min(4, some), min(8, columns - j));
      }
    }
    left += trialL, right += trialR;
  }
}

// 4 × 8 results: adds the products of all steps of a trial.
function tile(left: usize, stepL: usize, right: usize, stepR: usize, steps: i32, to: usize, width: usize): void {
  let l0 = f32x4.splat(0), l1 = l0, l2 = l0, l3 = l0, h0 = l0, h1 = l0, h2 = l0, h3 = l0;
  const end = left + <usize>steps * stepL;
  for (; left < end; left += stepL, right += stepR) {
    const x = v128.load(left), l = v128.load(right), h = v128.load(right, 16);
    let one = lane0(x);
    l0 = f32x4.add(l0, f32x4.mul(one, l)), h0 = f32x4.add(h0, f32x4.mul(one, h));
    one = lane1(x);
    l1 = f32x4.add(l1, f32x4.mul(one, l)), h1 = f32x4.add(h1, f32x4.mul(one, h));
    one = lane2(x);
    l2 = f32x4.add(l2, f32x4.mul(one, l)), h2 = f32x4.add(h2, f32x4.mul(one, h));
    one = lane3(x);
    l3 = f32x4.add(l3, f32x4.mul(one, l)), h3 = f32x4.add(h3, f32x4.mul(one, h));
  }
  put8(to, l0, h0, 8, true);
  put8(to + width, l1, h1, 8, true);
  put8(to + 2 * width, l2, h2, 8, true);
  put8(to + 3 * width, l3, h3, 8, true);
}

// Fewer results: row by row, as many columns as there are.
function edge(
  left: usize, stepL: usize, right: usize, stepR: usize, steps: i32, to: usize, width: usize, rows: i32, columns: i32,
): void {
  for (let i = 0; i < rows; i++, left += 4, to += width) {
    let l = f32x4.splat(0), h = l;
    let a = left, b = right;
    for (let t = 0; t < steps; t++, a += stepL, b += stepR) {
      const x = v128.load32_splat(a);
      l = f32x4.add(l, f32x4.mul(x, loadSome(b, columns)));
      if (columns > 4) h = f32x4.add(h, f32x4.mul(x, loadSome(b + 16, columns - 4)));
    }
    put8(to, l, h, columns, true);
  }
}

// Sums of up to four columns of the left side.
function sums(left: usize, step: usize, trial: usize, steps: i32, rows: i32, to: usize, num: i32): void {
  let total = loadSome(to, num);
  for (let row = 0; row < rows; row++, left += trial) {
    let sum = f32x4.splat(0);
    let at = left;
    for (let t = 0; t < steps; t++, at += step) sum = f32x4.add(sum, loadSome(at, num));
    total = f32x4.add(total, sum);
  }
  storeSome(to, flushed(total), num);
}
