//! shared
// The kernel `outer_sums`: a part takes a block of a model's result. Trials are taken some at a time, so that what they left
// and right have stays in the cache while all tiles of 4 × 8 results go over it; a tile's sums of these slices are added in
// order where its results lie. Columns that do not fill a tile are copied beside zeros first.

import { flushed } from "./_flush";
import { loadSome, storeSome } from "./_rnn_math";
import { add8 } from "./_rnn_product";

// @ts-ignore: decorator
@inline function buffer(args: usize, i: usize): usize { return <usize>load<u32>(args + (i << 3)); }
// @ts-ignore: decorator
@inline function count(args: usize, i: usize): i32 { return <i32>load<f64>(args + (i << 3), 40); }

// Blocks of a result: as gpu/outer_sums.ts has them.
// @ts-ignore: decorator
@inline function leftBlock(left: i32): i32 { return left > 64 ? 32 : 16; }
// @ts-ignore: decorator
@inline function rightBlock(right: i32): i32 { return right > 64 ? 64 : right > 32 ? 32 : 16; }

/** Steps of a slice of trials, at least, if there are as many. */
const SLICE: i32 = 192;

export function outer_sums(args: usize, part: i32, num_parts: i32): void {
  const models = count(args, 0), left = count(args, 6), right = count(args, 12);
  const rows = leftBlock(left), columns = rightBlock(right);
  const across = max(1, (right + columns - 1) / columns);
  const perModel = (left + rows - 1) / rows * across;
  const all = <i64>models * <i64>perModel;
  const end = <i32>(all * <i64>(part + 1) / <i64>num_parts);
  let item = <i32>(all * <i64>part / <i64>num_parts);
  while (item < end) {
    const model = item / perModel, next = min(end, (model + 1) * perModel);
    if (right == 0) {
      for (; item < next; item++) columnSums(args, model, item % perModel * rows, min(rows, left - item % perModel * rows));
    } else {
      blocks(args, model, item, next, perModel, rows, columns, across);
      item = next;
    }
  }
}

// Some blocks of a model's result: all of them from some trials before the next ones, which then are still in the cache.
function blocks(args: usize, model: i32, item: i32, end: i32, perModel: i32, rows: i32, columns: i32, across: i32): void {
  const left = count(args, 6), right = count(args, 12), steps = stepsOf(args, model);
  const first = count(args, 2), endRow = count(args, 3);
  const width = <usize>right << 2;
  const some = max(1, SLICE / max(1, steps));
  for (let row = first;; row += some) {
    for (let one = item; one < end; one++) {
      const i = one % perModel / across * rows, j = one % across * columns;
      const ownRows = min(rows, left - i), ownColumns = min(columns, right - j);
      const to = resultOf(args, model) + <usize>i * width + (<usize>j << 2);
      if (row == 0) {
        for (let k = 0; k < ownRows; k++) memory.fill(to + <usize>k * width, 0, <usize>ownColumns << 2);
      }
      if (steps > 0 && row < endRow) block(args, one, model, i, ownRows, j, ownColumns, row, min(some, endRow - row), some, to);
      if (row + some >= endRow) {
        for (let k = 0; k < ownRows; k++) flushAll(to + <usize>k * width, ownColumns);
      }
    }
    if (row + some >= endRow) break;
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

// Where results of a model lie.
// @ts-ignore: decorator
@inline function resultOf(args: usize, model: i32): usize {
  return buffer(args, 3) + (<usize>model * <usize>count(args, 4) + <usize>count(args, 5) << 2);
}

// @ts-ignore: decorator
@inline function stepsOf(args: usize, model: i32): i32 {
  return load<i32>(buffer(args, 0) + (<usize>model << 3), 4);
}

// Results of rows i … and columns j …, of some trials.
function block(
  args: usize, item: i32, model: i32, i: i32, rows: i32, j: i32, columns: i32, row: i32, trials: i32, some: i32, to: usize,
): void {
  const steps = stepsOf(args, model);
  const width = <usize>count(args, 12) << 2;
  const left = sideOf(args, 1, 6, model, row) + (<usize>i << 2);
  const right = sideOf(args, 2, 12, model, row) + (<usize>j << 2);
  const stepL = <usize>count(args, 10) << 2, trialL = trialOf(args, 6);
  const stepR = <usize>count(args, 16) << 2, trialR = trialOf(args, 12);
  const edgeL = buffer(args, 4) + (<usize>item * <usize>count(args, 18) << 2);
  const edgeR = edgeL + <usize>(some * steps) * 16;
  if (rows & 3) copy(left + (<usize>(rows & ~3) << 2), stepL, trialL, trials, steps, rows & 3, 16, edgeL);
  if (columns & 7) copy(right + (<usize>(columns & ~7) << 2), stepR, trialR, trials, steps, columns & 7, 32, edgeR);
  tiles(left, stepL, trialL, edgeL, right, stepR, trialR, edgeR, trials, steps, to, width, rows, columns);
}

// Fewer columns than a tile has, beside zeros.
function copy(from: usize, step: usize, trial: usize, trials: i32, steps: i32, columns: i32, bytes: usize, to: usize): void {
  for (let n = 0; n < trials; n++, from += trial) {
    let at = from;
    for (let t = 0; t < steps; t++, at += step, to += bytes) {
      v128.store(to, loadSome(at, columns));
      if (bytes > 16) v128.store(to, columns > 4 ? loadSome(at + 16, columns - 4) : f32x4.splat(0), 16);
    }
  }
}

// All tiles of a block, some trials.
function tiles(
  left: usize, stepL: usize, trialL: usize, edgeL: usize, right: usize, stepR: usize, trialR: usize, edgeR: usize,
  trials: i32, steps: i32, result: usize, width: usize, rows: i32, columns: i32,
): void {
  for (let j = 0; j < columns; j += 8, right += 32, result += 32) {
    if (columns - j < 8) right = edgeR, stepR = 32, trialR = <usize>steps << 5;
    let l = left, to = result, k = 0;
    for (; k + 4 <= rows; k += 4, l += 16, to += 4 * width) {
      tile(l, stepL, trialL, right, stepR, trialR, trials, steps, to, width, 4, columns - j);
    }
    if (k < rows) tile(edgeL, 16, <usize>steps << 4, right, stepR, trialR, trials, steps, to, width, rows - k, columns - j);
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
  for (; num > 0; num -= 4, at += 16) storeSome(at, flushed(loadSome(at, num)), num);
}

// Sums of some columns of the left side.
function columnSums(args: usize, model: i32, i: i32, num: i32): void {
  const steps = stepsOf(args, model), first = count(args, 2), trials = count(args, 3) - first;
  const left = sideOf(args, 1, 6, model, first) + (<usize>i << 2), to = resultOf(args, model) + (<usize>i << 2);
  const step = <usize>count(args, 10) << 2, trial = trialOf(args, 6);
  for (let k = 0; k < num; k += 4) {
    if (first == 0) storeSome(to + (<usize>k << 2), f32x4.splat(0), num - k);
    sums(left + (<usize>k << 2), step, trial, steps, trials, to + (<usize>k << 2), num - k);
  }
}

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
