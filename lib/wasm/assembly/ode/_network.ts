// Steps of networks whose units know of each other through up to three sums over all units: work is linear in them.
// `F` has `sum0`, `sum1`, `sum2` (a sum with one more unit), `scaled0`, … (the whole sum as the units need it) and
// `rate` (a unit's rate of change), each for four trajectories at once, and the constants in `row`.
// The state of a quad is four arrays of units: the state x, the point at which the field is asked, and the two sums of
// rates that the classical Runge–Kutta method keeps.

@inline function plus(x: v128, h: v128, k: v128): v128 {
  return f32x4.add(x, f32x4.mul(h, k));
}

/** Moves quads on, one after the other: units keep the arithmetic busy. */
export function advanceNetwork<F>(
  state: usize,
  stride: usize,
  units: u32,
  width: u32,
  row: usize,
  rk4: bool,
  count: u32,
): void {
  const h = v128.load32_splat(row), half = v128.load32_splat(row, 4), sixth = v128.load32_splat(row, 8);
  const bytes = 16 * <usize>units;
  for (let i: u32 = 0; i < width; i++) {
    const x = state + stride * i;
    const probe = x + bytes;
    for (let step: u32 = 0; step < count; step++) {
      if (rk4) {
        evaluate<F>(1, x, x, bytes, units, row, half);
        evaluate<F>(2, probe, x, bytes, units, row, half);
        evaluate<F>(3, probe, x, bytes, units, row, h);
        evaluate<F>(4, probe, x, bytes, units, row, sixth);
      } else {
        evaluate<F>(0, x, x, bytes, units, row, h);
      }
    }
  }
}

/** The field at `from`, and what a stage of the method does with it; stage 0 is Euler's. */
@inline function evaluate<F>(
  stage: i32,
  from: usize,
  x: usize,
  bytes: usize,
  units: u32,
  row: usize,
  h: v128,
): void {
  const f = changetype<F>(0);
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0);
  for (let unit: u32 = 0; unit < units; unit++) {
    const value = v128.load(from + 16 * <usize>unit);
    s0 = f.sum0(s0, value);
    s1 = f.sum1(s1, value, row, unit, units);
    s2 = f.sum2(s2, value, row, unit, units);
  }
  s0 = f.scaled0(s0, row, units);
  s1 = f.scaled1(s1, row, units);
  s2 = f.scaled1(s2, row, units);
  for (let unit: u32 = 0; unit < units; unit++) {
    const at = x + 16 * <usize>unit;
    const k = f.rate(v128.load(from + 16 * <usize>unit), s0, s1, s2, row, unit, units);
    const now = v128.load(at);
    if (stage == 0) {
      v128.store(at, plus(now, h, k));
    } else if (stage == 4) {
      v128.store(at, plus(now, h, f32x4.add(v128.load(at + 2 * bytes), k)));
    } else {
      if (stage == 1) {
        v128.store(at + 2 * bytes, k);
      } else if (stage == 2) {
        v128.store(at + 3 * bytes, k);
      } else {
        const middle = f32x4.add(v128.load(at + 3 * bytes), k);
        v128.store(at + 2 * bytes, f32x4.add(v128.load(at + 2 * bytes), f32x4.add(middle, middle)));
      }
      v128.store(at + bytes, plus(now, h, k));
    }
  }
}
