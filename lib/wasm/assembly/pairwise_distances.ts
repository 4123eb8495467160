//! shared
// The kernel `pairwise_distances`: distances between all rows of X and of Y, tile by tile. Four coordinates at a time, then
// the four sums together; what lies beyond the last coordinate is zero in both.

import {
  columns, inner, firstTile, leftOf, leftRow, PROBLEM, problemOf, put, resultOf, rightOf, rightRow, rows, symmetric, tileColumn,
  tileOf, tileRow, uniform,
} from "./_pair_tiles";

export function pairwise_distances(args: usize, part: i32, num_parts: i32): void {
  const problems = <usize>load<u32>(args), left = <usize>load<u32>(args, 8);
  const right = <usize>load<u32>(args, 16), result = <usize>load<u32>(args, 24);
  const numProblems = uniform(args, 0), numTiles = uniform(args, 1), squared = uniform(args, 2) != 0;
  const end = tileOf(part + 1, num_parts, numTiles);
  for (let tile = tileOf(part, num_parts, numTiles); tile < end; tile++) {
    const p = problemOf(problems, numProblems, tile);
    const index = tile - firstTile(p);
    const i = tileRow(p, index), j = tileColumn(p, index);
    const mirror = symmetric(p) && i != j;
    for (let row = i; row < min(i + 8, rows(p)); row += 2) {
      for (let column = j; column < min(j + 8, columns(p)); column += 4) {
        block(p, leftOf(p, left), rightOf(p, right), resultOf(p, result), row, column, squared, mirror);
      }
    }
  }
}

// Rows i and i + 1 against rows j to j + 3; rows beyond the last are the last once more.
function block(p: usize, left: usize, right: usize, result: usize, i: i32, j: i32, squared: bool, mirror: bool): void {
  const rowX = leftRow(p), rowY = rightRow(p), last = columns(p) - 1;
  let x = left + <usize>i * rowX;
  const other = <usize>min(i + 1, rows(p) - 1) * rowX - <usize>i * rowX;
  const a = right + <usize>j * rowY - x, b = right + <usize>min(j + 1, last) * rowY - x;
  const c = right + <usize>min(j + 2, last) * rowY - x, d = right + <usize>min(j + 3, last) * rowY - x;
  const end = x + (<usize>((inner(p) + 3) & ~3) << 2);
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  let t0 = f32x4.splat(0), t1 = f32x4.splat(0), t2 = f32x4.splat(0), t3 = f32x4.splat(0);
  for (; x < end; x += 16) {
    const u = v128.load(x), v = v128.load(x + other);
    let y = v128.load(x + a);
    s0 = f32x4.add(s0, square(f32x4.sub(u, y))), t0 = f32x4.add(t0, square(f32x4.sub(v, y)));
    y = v128.load(x + b);
    s1 = f32x4.add(s1, square(f32x4.sub(u, y))), t1 = f32x4.add(t1, square(f32x4.sub(v, y)));
    y = v128.load(x + c);
    s2 = f32x4.add(s2, square(f32x4.sub(u, y))), t2 = f32x4.add(t2, square(f32x4.sub(v, y)));
    y = v128.load(x + d);
    s3 = f32x4.add(s3, square(f32x4.sub(u, y))), t3 = f32x4.add(t3, square(f32x4.sub(v, y)));
  }
  let s = sums(s0, s1, s2, s3), t = sums(t0, t1, t2, t3);
  if (!squared) s = f32x4.sqrt(s), t = f32x4.sqrt(t);
  put(p, result, i, j, s, false, mirror);
  put(p, result, i + 1, j, t, false, mirror);
}

// @ts-ignore: decorator
@inline function square(v: v128): v128 { return f32x4.mul(v, v); }

// The sums of the lanes of four vectors.
// @ts-ignore: decorator
@inline function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}
