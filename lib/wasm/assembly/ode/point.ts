//! shared
// Units that decay and turn in pairs, for four trajectories at once, in the order of operations of
// lib/models/attractors/point.ts.

import { run } from "./_ensemble";
import { tanh4 } from "./_functions";
import { advance2 } from "./_steps2";

@unmanaged @final class Linear {
  @inline a(row: usize, _unit: u32, _units: u32): v128 { return v128.load32_splat(row, 16); }
  @inline b(row: usize, _unit: u32, _units: u32): v128 { return v128.load32_splat(row, 20); }
  @inline c(row: usize, unit: u32, units: u32): v128 { return turning(row, unit, units); }
  @inline d(row: usize, _unit: u32, _units: u32): v128 { return v128.load32_splat(row, 16); }
  @inline f0(x: v128, y: v128, tau: v128, gain: v128, omega: v128, _d: v128): v128 {
    return f32x4.sub(pull(x, x, tau, gain), f32x4.mul(omega, y));
  }
  @inline f1(x: v128, y: v128, tau: v128, gain: v128, omega: v128, _d: v128): v128 {
    return f32x4.add(pull(y, y, tau, gain), f32x4.mul(omega, x));
  }
}

@unmanaged @final class Saturating {
  @inline a(row: usize, _unit: u32, _units: u32): v128 { return v128.load32_splat(row, 16); }
  @inline b(row: usize, _unit: u32, _units: u32): v128 { return v128.load32_splat(row, 20); }
  @inline c(row: usize, unit: u32, units: u32): v128 { return turning(row, unit, units); }
  @inline d(row: usize, _unit: u32, _units: u32): v128 { return v128.load32_splat(row, 16); }
  @inline f0(x: v128, y: v128, tau: v128, gain: v128, omega: v128, _d: v128): v128 {
    return f32x4.sub(pull(x, tanh4(x), tau, gain), f32x4.mul(omega, y));
  }
  @inline f1(x: v128, y: v128, tau: v128, gain: v128, omega: v128, _d: v128): v128 {
    return f32x4.add(pull(y, tanh4(y), tau, gain), f32x4.mul(omega, x));
  }
}

/** The angular speed of a pair; a last unit without a partner does not turn. */
@inline function turning(row: usize, unit: u32, units: u32): v128 {
  return f32x4.splat(unit + 1 < units ? load<f32>(row, 24) : 0);
}

@inline function pull(x: v128, response: v128, tau: v128, gain: v128): v128 {
  return f32x4.div(f32x4.sub(f32x4.mul(gain, response), x), tau);
}

@unmanaged @final class Driver {
  @inline most(): u32 { return 4; }
  @inline slots(): usize { return 1; }
  advance(state: usize, stride: usize, units: u32, width: u32, row: usize, rk4: bool, count: u32): void {
    if (load<f32>(row, 28) == 0) advance2<Linear>(state, stride, units, width, row, rk4, count);
    else advance2<Saturating>(state, stride, units, width, row, rk4, count);
  }
}

export function euler(args: usize, part: i32, numParts: i32): void {
  run<Driver>(args, part, numParts, false);
}

export function rk4(args: usize, part: i32, numParts: i32): void {
  run<Driver>(args, part, numParts, true);
}
