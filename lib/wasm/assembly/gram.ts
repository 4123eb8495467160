//! shared
// The kernel `gram`: products AᵀB, tile by tile. Slice after slice for all tiles of a part, so that the rows of a slice
// stay in the cache; a tile's sums of slices are added in order where its results lie.

import {
  columns, inner, lane0, lane1, lane2, lane3, firstTile, leftOf, leftRow, PROBLEM, problemOf, put, resultOf, rightOf, rightRow,
  rows, slice, symmetric, tileColumn, tileOf, tileRow, uniform,
} from "./_pair_tiles";

export function gram(args: usize, part: i32, num_parts: i32): void {
  const problems = <usize>load<u32>(args), left = <usize>load<u32>(args, 8);
  const right = <usize>load<u32>(args, 16), result = <usize>load<u32>(args, 24);
  const numProblems = uniform(args, 0), numTiles = uniform(args, 1);
  let tile = tileOf(part, num_parts, numTiles);
  const end = tileOf(part + 1, num_parts, numTiles);
  if (tile >= end) return;
  const last = problems + <usize>numProblems * PROBLEM;
  let p = problemOf(problems, numProblems, tile);
  while (tile < end) {
    const next = p + PROBLEM < last ? min(end, firstTile(p + PROBLEM)) : end;
    if (next > tile) tiles(p, leftOf(p, left), rightOf(p, right), resultOf(p, result), tile - firstTile(p), next - firstTile(p));
    tile = next;
    p += PROBLEM;
  }
}

function tiles(p: usize, left: usize, right: usize, result: usize, first: u32, end: u32): void {
  const firstRow = tileRow(p, first), firstColumn = tileColumn(p, first);
  let from = 0;
  do {
    const to = min(inner(p), from + slice(p));
    let i = firstRow, j = firstColumn;
    for (let tile = first; tile < end; tile++) {
      const mirror = symmetric(p) && i != j;
      block(p, left, right, result, i, j, from, to, mirror);
      if (i + 4 < rows(p)) block(p, left, right, result, i + 4, j, from, to, mirror);
      j += 8;
      if (j >= columns(p)) {
        i += 8;
        j = symmetric(p) ? i : 0;
      }
    }
    from = to;
  } while (from < inner(p));
}

// Rows i to i + 3 and columns j to j + 7 of the sum over rows `from` to `to`.
function block(
  p: usize, left: usize, right: usize, result: usize,
  i: i32, j: i32, from: i32, to: i32, mirror: bool,
): void {
  const stepA = leftRow(p), stepB = rightRow(p);
  let a = left + <usize>from * stepA + (<usize>i << 2);
  const end = left + <usize>to * stepA + (<usize>i << 2);
  let b = right + <usize>from * stepB + (<usize>j << 2);
  const add = from > 0;
  let l0 = f32x4.splat(0), l1 = f32x4.splat(0), l2 = f32x4.splat(0), l3 = f32x4.splat(0);
  if (columns(p) - j <= 4) {
    for (; a < end; a += stepA, b += stepB) {
      const x = v128.load(a), l = v128.load(b);
      l0 = f32x4.add(l0, f32x4.mul(lane0(x), l));
      l1 = f32x4.add(l1, f32x4.mul(lane1(x), l));
      l2 = f32x4.add(l2, f32x4.mul(lane2(x), l));
      l3 = f32x4.add(l3, f32x4.mul(lane3(x), l));
    }
  } else {
    let h0 = f32x4.splat(0), h1 = f32x4.splat(0), h2 = f32x4.splat(0), h3 = f32x4.splat(0);
    for (; a < end; a += stepA, b += stepB) {
      const x = v128.load(a), l = v128.load(b), h = v128.load(b, 16);
      let one = lane0(x);
      l0 = f32x4.add(l0, f32x4.mul(one, l)), h0 = f32x4.add(h0, f32x4.mul(one, h));
      one = lane1(x);
      l1 = f32x4.add(l1, f32x4.mul(one, l)), h1 = f32x4.add(h1, f32x4.mul(one, h));
      one = lane2(x);
      l2 = f32x4.add(l2, f32x4.mul(one, l)), h2 = f32x4.add(h2, f32x4.mul(one, h));
      one = lane3(x);
      l3 = f32x4.add(l3, f32x4.mul(one, l)), h3 = f32x4.add(h3, f32x4.mul(one, h));
    }
    put(p, result, i, j + 4, h0, add, mirror);
    put(p, result, i + 1, j + 4, h1, add, mirror);
    put(p, result, i + 2, j + 4, h2, add, mirror);
    put(p, result, i + 3, j + 4, h3, add, mirror);
  }
  put(p, result, i, j, l0, add, mirror);
  put(p, result, i + 1, j, l1, add, mirror);
  put(p, result, i + 2, j, l2, add, mirror);
  put(p, result, i + 3, j, l3, add, mirror);
}
