//! shared
// The kernel `philox`: words and normal numbers, row by row. Lanes are blocks of four numbers, of one row or several.

import { rows4 } from "./_philox";

export function philox(args: usize, part: i32, num_parts: i32): void {
  const words = <usize>load<u32>(args), further = <usize>load<u32>(args, 8) - words;
  const rows = <u32>load<f64>(args, 16), num = <u32>load<f64>(args, 24);
  const k0 = <u32>load<f64>(args, 32), k1 = <u32>load<f64>(args, 40);
  const first = <u32>load<f64>(args, 48), i = <u32>load<f64>(args, 56);
  const j = i32x4.splat(<u32>load<f64>(args, 64)), k = i32x4.splat(<u32>load<f64>(args, 72));
  const perRow = (num + 3) >> 2;
  const total = rows * perRow;
  if (total == 0) return;
  const quads = (<u64>total + 3) >> 2;
  const from = <u32>(quads * part / num_parts), to = <u32>(quads * (part + 1) / num_parts);
  let row: u32 = 4 * from / perRow, block: u32 = 4 * from % perRow;
  for (let quad = from; quad < to; quad++) {
    if (block + 4 < perRow) {
      const at = words + 4 * <usize>(row * num + 4 * block);
      const blocks = i32x4.add(i32x4.splat(first + block), i32x4(0, 1, 2, 3));
      rows4(blocks, i32x4.splat(i + row), j, k, k0, k1, at, at + 16, at + 32, at + 48, 0x04040404, further);
      block += 4;
      continue;
    }
    let blocks = i32x4.splat(0), trials = i32x4.splat(0), places = i32x4.splat(0);
    let counts: u32 = 0;
    for (let lane: u32 = 0; lane < 4; lane++) {
      // A row behind the last is that of a lane with nothing to store.
      if (row < rows) counts |= min<u32>(4, num - 4 * block) << (8 * lane);
      blocks = withLane(blocks, lane, first + block);
      trials = withLane(trials, lane, i + row);
      places = withLane(places, lane, <u32>words + 4 * (row * num + 4 * block));
      if (++block == perRow) {
        block = 0;
        row++;
      }
    }
    const at0 = <usize><u32>i32x4.extract_lane(places, 0), at1 = <usize><u32>i32x4.extract_lane(places, 1);
    const at2 = <usize><u32>i32x4.extract_lane(places, 2), at3 = <usize><u32>i32x4.extract_lane(places, 3);
    rows4(blocks, trials, j, k, k0, k1, at0, at1, at2, at3, counts, further);
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
