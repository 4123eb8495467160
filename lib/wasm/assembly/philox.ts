//! shared
// The kernel `philox`: words and normal numbers, row by row. Lanes are blocks of four numbers, of one row or several.

import { normalRows4, wordRows4 } from "./_philox";

export function philox(args: usize, part: i32, num_parts: i32): void {
  const words = <usize>load<u32>(args), normals = <usize>load<u32>(args, 8);
  const rows = <u32>load<f64>(args, 16), num = <u32>load<f64>(args, 24);
  const k0 = <u32>load<f64>(args, 32), k1 = <u32>load<f64>(args, 40);
  const first = <u32>load<f64>(args, 48), i = <u32>load<f64>(args, 56);
  const j = i32x4.splat(<u32>load<f64>(args, 64)), k = i32x4.splat(<u32>load<f64>(args, 72));
  const perRow = (num + 3) >> 2;
  const quads = ((<u64>rows * perRow + 3) >> 2);
  const total = rows * perRow;
  const from = <u32>(quads * part / num_parts), to = <u32>(quads * (part + 1) / num_parts);
  for (let quad = from; quad < to; quad++) {
    let blocks = i32x4.splat(0), trials = i32x4.splat(0), offsets = i32x4.splat(0);
    let counts: u32 = 0;
    for (let lane: u32 = 0; lane < 4; lane++) {
      const at: u32 = 4 * quad + lane;
      const row = at / perRow, block = at - row * perRow;
      if (at < total) counts |= min<u32>(4, num - 4 * block) << (8 * lane);
      blocks = withLane(blocks, lane, first + block);
      trials = withLane(trials, lane, i + row);
      offsets = withLane(offsets, lane, at < total ? 4 * (row * num + 4 * block) : 0);
    }
    const to0 = <usize><u32>i32x4.extract_lane(offsets, 0), to1 = <usize><u32>i32x4.extract_lane(offsets, 1);
    const to2 = <usize><u32>i32x4.extract_lane(offsets, 2), to3 = <usize><u32>i32x4.extract_lane(offsets, 3);
    wordRows4(blocks, trials, j, k, k0, k1, words + to0, words + to1, words + to2, words + to3, counts);
    normalRows4(blocks, trials, j, k, k0, k1, normals + to0, normals + to1, normals + to2, normals + to3, counts);
  }
}

// @ts-ignore: decorator
@inline function withLane(x: v128, lane: u32, value: u32): v128 {
  switch (lane) {
    case 0: return i32x4.replace_lane(x, 0, value);
    case 1: return i32x4.replace_lane(x, 1, value);
    case 2: return i32x4.replace_lane(x, 2, value);
    default: return i32x4.replace_lane(x, 3, value);
  }
}
