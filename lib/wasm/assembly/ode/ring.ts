//! shared
// A ring of rate units for four trajectories at once, in the order of operations of lib/models/attractors/ring.ts.
// Constants: j0, j1, i0, tau, then the cosines and the sines of the preferred angles.

import { run } from "./_ensemble";
import { logistic4 } from "./_functions";
import { advanceNetwork } from "./_network";

@inline function cosine(row: usize, unit: u32): v128 {
  return v128.load32_splat(row + 4 * <usize>unit, 32);
}

@inline function sine(row: usize, unit: u32, units: u32): v128 {
  return v128.load32_splat(row + 4 * <usize>(units + unit), 32);
}

@unmanaged @final class Field {
  @inline sum0(sum: v128, rate: v128): v128 { return f32x4.add(sum, rate); }
  @inline sum1(sum: v128, rate: v128, row: usize, unit: u32, _units: u32): v128 {
    return f32x4.add(sum, f32x4.mul(rate, cosine(row, unit)));
  }
  @inline sum2(sum: v128, rate: v128, row: usize, unit: u32, units: u32): v128 {
    return f32x4.add(sum, f32x4.mul(rate, sine(row, unit, units)));
  }
  @inline scaled0(sum: v128, row: usize, units: u32): v128 {
    const mean = f32x4.div(f32x4.mul(v128.load32_splat(row, 16), sum), f32x4.splat(<f32>units));
    return f32x4.add(v128.load32_splat(row, 24), mean);
  }
  @inline scaled1(sum: v128, row: usize, units: u32): v128 {
    return f32x4.mul(sum, f32x4.splat(load<f32>(row, 20) / <f32>units));
  }
  @inline rate(x: v128, even: v128, s1: v128, s2: v128, row: usize, unit: u32, units: u32): v128 {
    const drive = f32x4.add(
      f32x4.add(even, f32x4.mul(s1, cosine(row, unit))),
      f32x4.mul(s2, sine(row, unit, units)),
    );
    return f32x4.div(f32x4.sub(logistic4(drive), x), v128.load32_splat(row, 28));
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
