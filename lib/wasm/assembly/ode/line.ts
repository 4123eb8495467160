//! shared
// A line attractor for four trajectories at once, in the order of operations of lib/models/attractors/line.ts.

import { run } from "./_ensemble";
import { advanceNetwork } from "./_network";

@unmanaged @final class Field {
  @inline sum0(sum: v128, x: v128): v128 { return f32x4.add(sum, x); }
  @inline sum1(sum: v128, _x: v128, _row: usize, _unit: u32, _units: u32): v128 { return sum; }
  @inline sum2(sum: v128, _x: v128, _row: usize, _unit: u32, _units: u32): v128 { return sum; }
  @inline scaled0(sum: v128, row: usize, units: u32): v128 {
    return f32x4.mul(v128.load32_splat(row, 20), f32x4.div(sum, f32x4.splat(<f32>units)));
  }
  @inline scaled1(sum: v128, _row: usize, _units: u32): v128 { return sum; }
  @inline rate(x: v128, recurrent: v128, _s1: v128, _s2: v128, row: usize, _unit: u32, _units: u32): v128 {
    return f32x4.div(f32x4.sub(recurrent, x), v128.load32_splat(row, 16));
  }
}

@unmanaged @final class Driver {
  @inline most(): u32 { return 1; }
  @inline slots(): usize { return 4; }
  @inline advance(state: usize, stride: usize, units: u32, width: u32, row: usize, rk4: bool, count: u32): void {
    advanceNetwork<Field>(state, stride, units, width, row, rk4, count);
  }
}

export function euler(args: usize, part: i32, numParts: i32): void {
  run<Driver>(args, part, numParts, false);
}

export function rk4(args: usize, part: i32, numParts: i32): void {
  run<Driver>(args, part, numParts, true);
}
