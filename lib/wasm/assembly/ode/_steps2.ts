// Steps of systems that fall into blocks of two units which know nothing of each other: planar systems, and networks
// without connections beyond pairs. `F` gives the two rates of change, `f0` and `f1`, of four trajectories at once, and
// the constants `a`, `b`, `c`, `d` of the block that begins at a unit. A last block of one unit has 0 for the other.
// Four quads side by side, the state in memory between steps: few enough numbers for that to cost little.

/** Moves one or four quads on. */
export function advance2<F>(
  state: usize,
  stride: usize,
  units: u32,
  width: u32,
  row: usize,
  rk4: bool,
  count: u32,
): void {
  const f = changetype<F>(0);
  const h = v128.load32_splat(row), half = v128.load32_splat(row, 4), sixth = v128.load32_splat(row, 8);
  for (let unit: u32 = 0; unit < units; unit += 2) {
    const a = f.a(row, unit, units), b = f.b(row, unit, units);
    const c = f.c(row, unit, units), d = f.d(row, unit, units);
    const at = state + 16 * <usize>unit;
    if (unit + 1 == units) {
      for (let i: u32 = 0; i < width; i++) {
        single<F>(at + stride * i, h, half, sixth, a, b, c, d, rk4, count);
      }
    } else if (!rk4) {
      for (let i: u32 = 0; i < width; i++) {
        const q = at + stride * i;
        for (let step: u32 = 0; step < count; step++) euler2<F>(q, h, a, b, c, d);
      }
    } else if (width == 4) {
      const at1 = at + stride, at2 = at + 2 * stride, at3 = at + 3 * stride;
      for (let step: u32 = 0; step < count; step++) {
        rk42<F>(at, h, half, sixth, a, b, c, d);
        rk42<F>(at1, h, half, sixth, a, b, c, d);
        rk42<F>(at2, h, half, sixth, a, b, c, d);
        rk42<F>(at3, h, half, sixth, a, b, c, d);
      }
    } else {
      for (let i: u32 = 0; i < width; i++) {
        const q = at + stride * i;
        for (let step: u32 = 0; step < count; step++) rk42<F>(q, h, half, sixth, a, b, c, d);
      }
    }
  }
}

@inline function plus(x: v128, h: v128, k: v128): v128 {
  return f32x4.add(x, f32x4.mul(h, k));
}

/** x + sixth · (k1 + 2 (k2 + k3) + k4), the product with two being exact as a sum. */
@inline function combined(x: v128, sixth: v128, k1: v128, k2: v128, k3: v128, k4: v128): v128 {
  const middle = f32x4.add(k2, k3);
  return f32x4.add(x, f32x4.mul(sixth, f32x4.add(f32x4.add(k1, f32x4.add(middle, middle)), k4)));
}

@inline function euler2<F>(at: usize, h: v128, a: v128, b: v128, c: v128, d: v128): void {
  const f = changetype<F>(0);
  const x = v128.load(at), y = v128.load(at, 16);
  const kx = f.f0(x, y, a, b, c, d), ky = f.f1(x, y, a, b, c, d);
  v128.store(at, plus(x, h, kx));
  v128.store(at, plus(y, h, ky), 16);
}

@inline function rk42<F>(
  at: usize,
  h: v128,
  half: v128,
  sixth: v128,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
): void {
  const f = changetype<F>(0);
  const x = v128.load(at), y = v128.load(at, 16);
  const k1x = f.f0(x, y, a, b, c, d), k1y = f.f1(x, y, a, b, c, d);
  let px = plus(x, half, k1x), py = plus(y, half, k1y);
  const k2x = f.f0(px, py, a, b, c, d), k2y = f.f1(px, py, a, b, c, d);
  px = plus(x, half, k2x);
  py = plus(y, half, k2y);
  const k3x = f.f0(px, py, a, b, c, d), k3y = f.f1(px, py, a, b, c, d);
  px = plus(x, h, k3x);
  py = plus(y, h, k3y);
  const k4x = f.f0(px, py, a, b, c, d), k4y = f.f1(px, py, a, b, c, d);
  v128.store(at, combined(x, sixth, k1x, k2x, k3x, k4x));
  v128.store(at, combined(y, sixth, k1y, k2y, k3y, k4y), 16);
}

/** The last block of an odd number of units. */
function single<F>(
  at: usize,
  h: v128,
  half: v128,
  sixth: v128,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  rk4: bool,
  count: u32,
): void {
  const f = changetype<F>(0);
  const none = f32x4.splat(0);
  let x = v128.load(at);
  for (let step: u32 = 0; step < count; step++) {
    const k1 = f.f0(x, none, a, b, c, d);
    if (!rk4) {
      x = plus(x, h, k1);
      continue;
    }
    const k2 = f.f0(plus(x, half, k1), none, a, b, c, d);
    const k3 = f.f0(plus(x, half, k2), none, a, b, c, d);
    const k4 = f.f0(plus(x, h, k3), none, a, b, c, d);
    x = combined(x, sixth, k1, k2, k3, k4);
  }
  v128.store(at, x);
}
