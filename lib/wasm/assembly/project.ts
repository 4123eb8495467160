//! shared
// The kernel `project`: products X·W, tile by tile. Each entry is one sum in ascending order.

import {
  columns, inner, lane0, lane1, lane2, lane3, firstTile, leftOf, leftRow, PROBLEM, problemOf, put, resultOf, rightOf, rightRow,
  rows, tileColumn, tileOf, tileRow, uniform,
} from "./_pair_tiles";

export function project(args: usize, part: i32, num_parts: i32): void {
  const problems = <usize>load<u32>(args), left = <usize>load<u32>(args, 8);
  const right = <usize>load<u32>(args, 16), result = <usize>load<u32>(args, 24);
  const numProblems = uniform(args, 0), numTiles = uniform(args, 1);
  const end = tileOf(part + 1, num_parts, numTiles);
  for (let tile = tileOf(part, num_parts, numTiles); tile < end; tile++) {
    const p = problemOf(problems, numProblems, tile);
    const index = tile - firstTile(p);
    const i = tileRow(p, index), j = tileColumn(p, index);
    const to = resultOf(p, result);
    block(p, leftOf(p, left), rightOf(p, right), to, i, j);
    if (i + 4 < rows(p)) block(p, leftOf(p, left), rightOf(p, right), to, i + 4, j);
  }
}

// Rows i to i + 3 and columns j to j + 7; rows beyond the last are the last once more.
function block(p: usize, left: usize, right: usize, result: usize, i: i32, j: i32): void {
  const row = leftRow(p), below = rightRow(p), last = rows(p) - 1, n = inner(p);
  let a = left + <usize>i * row, b = left + <usize>min(i + 1, last) * row;
  let c = left + <usize>min(i + 2, last) * row, d = left + <usize>min(i + 3, last) * row;
  let w = right + (<usize>j << 2);
  // Where a tile hangs over the end of the rows, its second vector is the first once more.
  const second: usize = columns(p) - j > 4 ? 16 : 0;
  let l0 = f32x4.splat(0), l1 = f32x4.splat(0), l2 = f32x4.splat(0), l3 = f32x4.splat(0);
  let h0 = f32x4.splat(0), h1 = f32x4.splat(0), h2 = f32x4.splat(0), h3 = f32x4.splat(0);
  let k = 0;
  for (; k + 4 <= n; k += 4, a += 16, b += 16, c += 16, d += 16) {
    const xa = v128.load(a), xb = v128.load(b), xc = v128.load(c), xd = v128.load(d);
    let l = v128.load(w), h = v128.load(w + second);
    w += below;
    l0 = f32x4.add(l0, f32x4.mul(lane0(xa), l)), h0 = f32x4.add(h0, f32x4.mul(lane0(xa), h));
    l1 = f32x4.add(l1, f32x4.mul(lane0(xb), l)), h1 = f32x4.add(h1, f32x4.mul(lane0(xb), h));
    l2 = f32x4.add(l2, f32x4.mul(lane0(xc), l)), h2 = f32x4.add(h2, f32x4.mul(lane0(xc), h));
    l3 = f32x4.add(l3, f32x4.mul(lane0(xd), l)), h3 = f32x4.add(h3, f32x4.mul(lane0(xd), h));
    l = v128.load(w), h = v128.load(w + second);
    w += below;
    l0 = f32x4.add(l0, f32x4.mul(lane1(xa), l)), h0 = f32x4.add(h0, f32x4.mul(lane1(xa), h));
    l1 = f32x4.add(l1, f32x4.mul(lane1(xb), l)), h1 = f32x4.add(h1, f32x4.mul(lane1(xb), h));
    l2 = f32x4.add(l2, f32x4.mul(lane1(xc), l)), h2 = f32x4.add(h2, f32x4.mul(lane1(xc), h));
    l3 = f32x4.add(l3, f32x4.mul(lane1(xd), l)), h3 = f32x4.add(h3, f32x4.mul(lane1(xd), h));
    l = v128.load(w), h = v128.load(w + second);
    w += below;
    l0 = f32x4.add(l0, f32x4.mul(lane2(xa), l)), h0 = f32x4.add(h0, f32x4.mul(lane2(xa), h));
    l1 = f32x4.add(l1, f32x4.mul(lane2(xb), l)), h1 = f32x4.add(h1, f32x4.mul(lane2(xb), h));
    l2 = f32x4.add(l2, f32x4.mul(lane2(xc), l)), h2 = f32x4.add(h2, f32x4.mul(lane2(xc), h));
    l3 = f32x4.add(l3, f32x4.mul(lane2(xd), l)), h3 = f32x4.add(h3, f32x4.mul(lane2(xd), h));
    l = v128.load(w), h = v128.load(w + second);
    w += below;
    l0 = f32x4.add(l0, f32x4.mul(lane3(xa), l)), h0 = f32x4.add(h0, f32x4.mul(lane3(xa), h));
    l1 = f32x4.add(l1, f32x4.mul(lane3(xb), l)), h1 = f32x4.add(h1, f32x4.mul(lane3(xb), h));
    l2 = f32x4.add(l2, f32x4.mul(lane3(xc), l)), h2 = f32x4.add(h2, f32x4.mul(lane3(xc), h));
    l3 = f32x4.add(l3, f32x4.mul(lane3(xd), l)), h3 = f32x4.add(h3, f32x4.mul(lane3(xd), h));
  }
  for (; k < n; k++, a += 4, b += 4, c += 4, d += 4, w += below) {
    const l = v128.load(w), h = v128.load(w + second);
    let x = v128.load32_splat(a);
    l0 = f32x4.add(l0, f32x4.mul(x, l)), h0 = f32x4.add(h0, f32x4.mul(x, h));
    x = v128.load32_splat(b);
    l1 = f32x4.add(l1, f32x4.mul(x, l)), h1 = f32x4.add(h1, f32x4.mul(x, h));
    x = v128.load32_splat(c);
    l2 = f32x4.add(l2, f32x4.mul(x, l)), h2 = f32x4.add(h2, f32x4.mul(x, h));
    x = v128.load32_splat(d);
    l3 = f32x4.add(l3, f32x4.mul(x, l)), h3 = f32x4.add(h3, f32x4.mul(x, h));
  }
  put(p, result, i, j, l0, false, false);
  put(p, result, i, j + 4, h0, false, false);
  put(p, result, i + 1, j, l1, false, false);
  put(p, result, i + 1, j + 4, h1, false, false);
  put(p, result, i + 2, j, l2, false, false);
  put(p, result, i + 2, j + 4, h2, false, false);
  put(p, result, i + 3, j, l3, false, false);
  put(p, result, i + 3, j + 4, h3, false, false);
}
