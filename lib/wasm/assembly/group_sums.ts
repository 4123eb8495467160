//! shared
// The kernel `group_sums`: what groups of rows gave, added up in the order of the groups, some numbers of a model at a time.

import { flushed } from "./_flush";
import { loadSome, storeSome } from "./_rnn_math";

/** Numbers of a part. */
const BLOCK: i32 = 4096;

// @ts-ignore: decorator
@inline function count(args: usize, i: usize): i32 { return <i32>load<f64>(args + (i << 3), 16); }

export function group_sums(args: usize, part: i32, num_parts: i32): void {
  const models = count(args, 0), groups = count(args, 1), num = count(args, 2);
  const blocks = (num + BLOCK - 1) / BLOCK;
  const all = <i64>models * <i64>blocks;
  const end = <i32>(all * <i64>(part + 1) / <i64>num_parts);
  for (let item = <i32>(all * <i64>part / <i64>num_parts); item < end; item++) {
    const model = item / blocks, first = item % blocks * BLOCK;
    const from = <usize>load<u32>(args) + (<usize>model * <usize>groups * <usize>num + <usize>first << 2);
    const to = <usize>load<u32>(args, 8) + (<usize>model * <usize>count(args, 3) + <usize>(count(args, 4) + first) << 2);
    block(from, <usize>num << 2, groups, to, min(BLOCK, num - first));
  }
}

function block(from: usize, step: usize, groups: i32, to: usize, num: i32): void {
  for (; num > 0; num -= 4, from += 16, to += 16) {
    let sum = f32x4.splat(0);
    let at = from;
    for (let group = 0; group < groups; group++, at += step) sum = f32x4.add(sum, loadSome(at, num));
    storeSome(to, flushed(sum), num);
  }
}
