//! shared
// Bistable and decaying units for four trajectories at once, in the order of operations of
// lib/models/attractors/double_well.ts.

import { run } from "./_ensemble";
import { advance2 } from "./_steps2";

@unmanaged @final class Field {
  @inline a(row: usize, _unit: u32, _units: u32): v128 { return v128.load32_splat(row, 16); }
  @inline b(row: usize, _unit: u32, _units: u32): v128 { return v128.load32_splat(row, 20); }
  @inline c(row: usize, unit: u32, _units: u32): v128 { return bistable(row, unit); }
  @inline d(row: usize, unit: u32, _units: u32): v128 { return bistable(row, unit + 1); }
  @inline f0(x: v128, _y: v128, depth: v128, tau: v128, mask: v128, _d: v128): v128 {
    return rate(x, depth, tau, mask);
  }
  @inline f1(_x: v128, y: v128, depth: v128, tau: v128, _c: v128, mask: v128): v128 {
    return rate(y, depth, tau, mask);
  }
}

/** All bits set for a unit with two wells. */
@inline function bistable(row: usize, unit: u32): v128 {
  return i32x4.splat(<f32>unit < load<f32>(row, 24) ? -1 : 0);
}

@inline function rate(x: v128, depth: v128, tau: v128, mask: v128): v128 {
  const wells = f32x4.mul(x, f32x4.sub(depth, f32x4.mul(x, x)));
  return v128.bitselect(wells, f32x4.div(f32x4.neg(x), tau), mask);
}

@unmanaged @final class Driver {
  @inline most(): u32 { return 4; }
  @inline slots(): usize { return 1; }
  @inline advance(state: usize, stride: usize, units: u32, width: u32, row: usize, rk4: bool, count: u32): void {
    advance2<Field>(state, stride, units, width, row, rk4, count);
  }
}

export function euler(args: usize, part: i32, numParts: i32): void {
  run<Driver>(args, part, numParts, false);
}

export function rk4(args: usize, part: i32, numParts: i32): void {
  run<Driver>(args, part, numParts, true);
}
