//! shared
// The Rössler system for four trajectories at once, in the order of operations of lib/models/attractors/rossler.ts.

import { run } from "./_ensemble";
import { advance3 } from "./_steps3";

@unmanaged @final class Field {
  @inline f0(_x: v128, y: v128, z: v128, _a: v128, _b: v128, _c: v128): v128 {
    return f32x4.sub(f32x4.neg(y), z);
  }
  @inline f1(x: v128, y: v128, _z: v128, a: v128, _b: v128, _c: v128): v128 {
    return f32x4.add(x, f32x4.mul(a, y));
  }
  @inline f2(x: v128, _y: v128, z: v128, _a: v128, b: v128, c: v128): v128 {
    return f32x4.add(b, f32x4.mul(z, f32x4.sub(x, c)));
  }
}

@unmanaged @final class Driver {
  @inline most(): u32 { return 3; }
  @inline slots(): usize { return 1; }
  @inline advance(state: usize, stride: usize, _units: u32, width: u32, row: usize, rk4: bool, count: u32): void {
    advance3<Field>(state, stride, width, row, rk4, count);
  }
}

export function euler(args: usize, part: i32, numParts: i32): void {
  run<Driver>(args, part, numParts, false);
}

export function rk4(args: usize, part: i32, numParts: i32): void {
  run<Driver>(args, part, numParts, true);
}
