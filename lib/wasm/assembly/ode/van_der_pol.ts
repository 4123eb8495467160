//! shared
// The Van der Pol oscillator for four trajectories at once, in the order of operations of
// lib/models/attractors/van_der_pol.ts.

import { run } from "./_ensemble";
import { advance2 } from "./_steps2";

@unmanaged @final class Field {
  @inline a(row: usize, _unit: u32, _units: u32): v128 { return v128.load32_splat(row, 16); }
  @inline b(row: usize, _unit: u32, _units: u32): v128 { return v128.load32_splat(row, 20); }
  @inline c(row: usize, _unit: u32, _units: u32): v128 { return v128.load32_splat(row, 16); }
  @inline d(row: usize, _unit: u32, _units: u32): v128 { return v128.load32_splat(row, 16); }
  @inline f0(_x: v128, v: v128, _mu: v128, _one: v128, _c: v128, _d: v128): v128 {
    return v;
  }
  @inline f1(x: v128, v: v128, mu: v128, one: v128, _c: v128, _d: v128): v128 {
    const damping = f32x4.mul(mu, f32x4.sub(one, f32x4.mul(x, x)));
    return f32x4.sub(f32x4.mul(damping, v), x);
  }
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
