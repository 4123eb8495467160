// Steps of systems with three state variables. `F` gives the three rates of change, `f0`, `f1` and `f2`, of four
// trajectories at once, from the state and up to three constants.
// Three quads side by side keep the arithmetic units busy while each waits for its own last result: measured 1.7 times
// the rate of one quad, and four are no faster. Numbers are read from memory and not written as vector constants,
// because V8 builds a vector constant anew at each use.

@inline function twice(x: v128): v128 {
  return f32x4.add(x, x);
}

@inline function plus(x: v128, h: v128, k: v128): v128 {
  return f32x4.add(x, f32x4.mul(h, k));
}

/** x + sixth · (k1 + 2 (k2 + k3) + k4), the product with two being exact as a sum. */
@inline function combined(x: v128, sixth: v128, k1: v128, k2: v128, k3: v128, k4: v128): v128 {
  return f32x4.add(x, f32x4.mul(sixth, f32x4.add(f32x4.add(k1, twice(f32x4.add(k2, k3))), k4)));
}

/** Moves one or three quads on. */
export function advance3<F>(state: usize, stride: usize, width: u32, row: usize, rk4: bool, count: u32): void {
  if (!rk4) {
    for (let i: u32 = 0; i < width; i++) euler3<F>(state + stride * i, row, count);
  } else if (width == 3) {
    rk4Three3<F>(state, state + stride, state + 2 * stride, row, count);
  } else {
    for (let i: u32 = 0; i < width; i++) rk4One3<F>(state + stride * i, row, count);
  }
}

function euler3<F>(at: usize, row: usize, count: u32): void {
  const f = changetype<F>(0);
  const h = v128.load32_splat(row);
  const a = v128.load32_splat(row, 16), b = v128.load32_splat(row, 20), c = v128.load32_splat(row, 24);
  let x = v128.load(at), y = v128.load(at, 16), z = v128.load(at, 32);
  for (let step: u32 = 0; step < count; step++) {
    const kx = f.f0(x, y, z, a, b, c), ky = f.f1(x, y, z, a, b, c), kz = f.f2(x, y, z, a, b, c);
    x = plus(x, h, kx);
    y = plus(y, h, ky);
    z = plus(z, h, kz);
  }
  v128.store(at, x);
  v128.store(at, y, 16);
  v128.store(at, z, 32);
}

function rk4One3<F>(at: usize, row: usize, count: u32): void {
  const f = changetype<F>(0);
  const h = v128.load32_splat(row), half = v128.load32_splat(row, 4), sixth = v128.load32_splat(row, 8);
  const a = v128.load32_splat(row, 16), b = v128.load32_splat(row, 20), c = v128.load32_splat(row, 24);
  let x = v128.load(at), y = v128.load(at, 16), z = v128.load(at, 32);
  for (let step: u32 = 0; step < count; step++) {
    const k1x = f.f0(x, y, z, a, b, c), k1y = f.f1(x, y, z, a, b, c), k1z = f.f2(x, y, z, a, b, c);
    let px = plus(x, half, k1x), py = plus(y, half, k1y), pz = plus(z, half, k1z);
    const k2x = f.f0(px, py, pz, a, b, c), k2y = f.f1(px, py, pz, a, b, c), k2z = f.f2(px, py, pz, a, b, c);
    px = plus(x, half, k2x);
    py = plus(y, half, k2y);
    pz = plus(z, half, k2z);
    const k3x = f.f0(px, py, pz, a, b, c), k3y = f.f1(px, py, pz, a, b, c), k3z = f.f2(px, py, pz, a, b, c);
    px = plus(x, h, k3x);
    py = plus(y, h, k3y);
    pz = plus(z, h, k3z);
    const k4x = f.f0(px, py, pz, a, b, c), k4y = f.f1(px, py, pz, a, b, c), k4z = f.f2(px, py, pz, a, b, c);
    x = combined(x, sixth, k1x, k2x, k3x, k4x);
    y = combined(y, sixth, k1y, k2y, k3y, k4y);
    z = combined(z, sixth, k1z, k2z, k3z, k4z);
  }
  v128.store(at, x);
  v128.store(at, y, 16);
  v128.store(at, z, 32);
}

/** The same for three quads, written out: a function cannot return three vectors. */
function rk4Three3<F>(at0: usize, at1: usize, at2: usize, row: usize, count: u32): void {
  const f = changetype<F>(0);
  const h = v128.load32_splat(row), half = v128.load32_splat(row, 4), sixth = v128.load32_splat(row, 8);
  const a = v128.load32_splat(row, 16), b = v128.load32_splat(row, 20), c = v128.load32_splat(row, 24);
  let x0 = v128.load(at0), y0 = v128.load(at0, 16), z0 = v128.load(at0, 32);
  let x1 = v128.load(at1), y1 = v128.load(at1, 16), z1 = v128.load(at1, 32);
  let x2 = v128.load(at2), y2 = v128.load(at2, 16), z2 = v128.load(at2, 32);
  for (let step: u32 = 0; step < count; step++) {
    const k1x0 = f.f0(x0, y0, z0, a, b, c), k1y0 = f.f1(x0, y0, z0, a, b, c), k1z0 = f.f2(x0, y0, z0, a, b, c);
    let px0 = plus(x0, half, k1x0), py0 = plus(y0, half, k1y0), pz0 = plus(z0, half, k1z0);
    const k2x0 = f.f0(px0, py0, pz0, a, b, c), k2y0 = f.f1(px0, py0, pz0, a, b, c), k2z0 = f.f2(px0, py0, pz0, a, b, c);
    px0 = plus(x0, half, k2x0);
    py0 = plus(y0, half, k2y0);
    pz0 = plus(z0, half, k2z0);
    const k3x0 = f.f0(px0, py0, pz0, a, b, c), k3y0 = f.f1(px0, py0, pz0, a, b, c), k3z0 = f.f2(px0, py0, pz0, a, b, c);
    px0 = plus(x0, h, k3x0);
    py0 = plus(y0, h, k3y0);
    pz0 = plus(z0, h, k3z0);
    const k4x0 = f.f0(px0, py0, pz0, a, b, c), k4y0 = f.f1(px0, py0, pz0, a, b, c), k4z0 = f.f2(px0, py0, pz0, a, b, c);
    x0 = combined(x0, sixth, k1x0, k2x0, k3x0, k4x0);
    y0 = combined(y0, sixth, k1y0, k2y0, k3y0, k4y0);
    z0 = combined(z0, sixth, k1z0, k2z0, k3z0, k4z0);

    const k1x1 = f.f0(x1, y1, z1, a, b, c), k1y1 = f.f1(x1, y1, z1, a, b, c), k1z1 = f.f2(x1, y1, z1, a, b, c);
    let px1 = plus(x1, half, k1x1), py1 = plus(y1, half, k1y1), pz1 = plus(z1, half, k1z1);
    const k2x1 = f.f0(px1, py1, pz1, a, b, c), k2y1 = f.f1(px1, py1, pz1, a, b, c), k2z1 = f.f2(px1, py1, pz1, a, b, c);
    px1 = plus(x1, half, k2x1);
    py1 = plus(y1, half, k2y1);
    pz1 = plus(z1, half, k2z1);
    const k3x1 = f.f0(px1, py1, pz1, a, b, c), k3y1 = f.f1(px1, py1, pz1, a, b, c), k3z1 = f.f2(px1, py1, pz1, a, b, c);
    px1 = plus(x1, h, k3x1);
    py1 = plus(y1, h, k3y1);
    pz1 = plus(z1, h, k3z1);
    const k4x1 = f.f0(px1, py1, pz1, a, b, c), k4y1 = f.f1(px1, py1, pz1, a, b, c), k4z1 = f.f2(px1, py1, pz1, a, b, c);
    x1 = combined(x1, sixth, k1x1, k2x1, k3x1, k4x1);
    y1 = combined(y1, sixth, k1y1, k2y1, k3y1, k4y1);
    z1 = combined(z1, sixth, k1z1, k2z1, k3z1, k4z1);

    const k1x2 = f.f0(x2, y2, z2, a, b, c), k1y2 = f.f1(x2, y2, z2, a, b, c), k1z2 = f.f2(x2, y2, z2, a, b, c);
    let px2 = plus(x2, half, k1x2), py2 = plus(y2, half, k1y2), pz2 = plus(z2, half, k1z2);
    const k2x2 = f.f0(px2, py2, pz2, a, b, c), k2y2 = f.f1(px2, py2, pz2, a, b, c), k2z2 = f.f2(px2, py2, pz2, a, b, c);
    px2 = plus(x2, half, k2x2);
    py2 = plus(y2, half, k2y2);
    pz2 = plus(z2, half, k2z2);
    const k3x2 = f.f0(px2, py2, pz2, a, b, c), k3y2 = f.f1(px2, py2, pz2, a, b, c), k3z2 = f.f2(px2, py2, pz2, a, b, c);
    px2 = plus(x2, h, k3x2);
    py2 = plus(y2, h, k3y2);
    pz2 = plus(z2, h, k3z2);
    const k4x2 = f.f0(px2, py2, pz2, a, b, c), k4y2 = f.f1(px2, py2, pz2, a, b, c), k4z2 = f.f2(px2, py2, pz2, a, b, c);
    x2 = combined(x2, sixth, k1x2, k2x2, k3x2, k4x2);
    y2 = combined(y2, sixth, k1y2, k2y2, k3y2, k4y2);
    z2 = combined(z2, sixth, k1z2, k2z2, k3z2, k4z2);
  }
  v128.store(at0, x0);
  v128.store(at0, y0, 16);
  v128.store(at0, z0, 32);
  v128.store(at1, x1);
  v128.store(at1, y1, 16);
  v128.store(at1, z1, 32);
  v128.store(at2, x2);
  v128.store(at2, y2, 16);
  v128.store(at2, z2, 32);
}
