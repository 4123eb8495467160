//! shared
// The Lorenz system for four trajectories at once, in the order of operations of lib/models/attractors/lorenz.ts.

import { run } from "./_ensemble";
import { advance3 } from "./_steps3";

@unmanaged @final class Field {
  @inline f0(x: v128, y: v128, _z: v128, s: v128, _r: v128, _b: v128): v128 {
    return f32x4.mul(s, f32x4.sub(y, x));
  }
  @inline f1(x: v128, y: v128, z: v128, _s: v128, r: v128, _b: v128): v128 {
    return f32x4.sub(f32x4.sub(f32x4.mul(r, x), y), f32x4.mul(x, z));
  }
  @inline f2(x: v128, y: v128, z: v128, _s: v128, _r: v128, b: v128): v128 {
    return f32x4.sub(f32x4.mul(x, y), f32x4.mul(b, z));
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
