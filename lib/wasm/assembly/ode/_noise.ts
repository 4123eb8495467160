// Process noise of four trajectories: unit u of trial r gets, after step s, number u mod 4 of the counter
// (u div 4, r, s, 0), as `randomStream(…).normal(out, r, s)` of lib/core/random.ts has it, times the number at `scale`.

import { addNormals4 } from "../_philox";

export function addNoise(
  state: usize,
  units: u32,
  scale: usize,
  key0: u32,
  key1: u32,
  trial: u32,
  step: u32,
): void {
  const trials = i32x4.add(i32x4.splat(trial), i32x4(0, 1, 2, 3));
  const steps = i32x4.splat(step);
  const zero = i32x4.splat(0);
  for (let unit: u32 = 0; unit < units; unit += 4) {
    const count = min<u32>(4, units - unit);
    const block = i32x4.splat(unit >> 2);
    addNormals4(state + 16 * <usize>unit, scale, count, block, trials, steps, zero, key0, key1);
  }
}
