// Plane rotations kept and applied late: sweeps of them are collected four at a time and applied to strips of
// columns that stay in the nearest cache, each row loaded and stored once for four sweeps (Van Zee, van de Geijn &
// Quintana-Ortí, ACM TOMS 40, 2014). The rotations and their order for each entry are those of the plain way.

import { at } from "./_lanes";

// A group of four sweeps: its range, then for each step i = −4 … n + 3 the pairs (c, s) of sweep 0 at row i,
// sweep 1 at row i + 1, sweep 2 at i + 2 and sweep 3 at i + 3: what one pass needs at once.
const groupHead: usize = 64;

/** Sweeps kept for one matrix of rows. */
@unmanaged
export class Sweeps {
  /** Row 0 of the matrix; four rows before and after it are there too. */
  rows: usize;
  stride: usize;
  /** Bytes of a row to rotate, a multiple of 32. */
  width: usize;
  n: i32;
  groups: usize;
  capacity: i32;
  group: i32;
  slot: i32;
}

/** Bytes that `capacity` groups over n rows take. */
export function sweepBytes(n: i32, capacity: i32): usize {
  return <usize> capacity * groupBytes(n);
}

function groupBytes(n: i32): usize {
  return groupHead + (<usize> (n + 8)) * 64;
}

export function beginSweeps(
  to: Sweeps,
  rows: usize,
  stride: usize,
  width: usize,
  n: i32,
  groups: usize,
  capacity: i32,
): void {
  to.rows = rows;
  to.stride = stride;
  to.width = width;
  to.n = n;
  to.groups = groups;
  to.capacity = capacity;
  to.group = -1;
  to.slot = 3;
}

/** Begins a sweep over rows from … to (rotations from … to − 1); returns where its pair for row 0 goes, 64 bytes a row. */
export function openSweep(sweeps: Sweeps, from: i32, to: i32): usize {
  if (sweeps.slot == 3) {
    if (sweeps.group + 1 == sweeps.capacity) applySweeps(sweeps);
    sweeps.group++;
    sweeps.slot = 0;
    const fresh = sweeps.groups + <usize> sweeps.group * groupBytes(sweeps.n);
    store<i32>(fresh, from);
    store<i32>(fresh, to, 4);
    const identity = f64x2.replace_lane(f64x2.splat(0), 0, 1);
    const end = fresh + groupBytes(sweeps.n);
    for (let p = fresh + groupHead; p < end; p += 16) v128.store(p, identity);
  } else {
    sweeps.slot++;
  }
  const group = sweeps.groups + <usize> sweeps.group * groupBytes(sweeps.n);
  if (from < load<i32>(group)) store<i32>(group, from);
  if (to > load<i32>(group, 4)) store<i32>(group, to, 4);
  return group + groupHead + <usize> (4 - sweeps.slot) * 64 + <usize> sweeps.slot * 16;
}

/** Applies all sweeps that are kept. */
export function applySweeps(sweeps: Sweeps): void {
  const count = sweeps.group + 1;
  const bytes = groupBytes(sweeps.n);
  const stride = sweeps.stride;
  for (let column: usize = 0; column < sweeps.width; column += 32) {
    const strip = sweeps.rows + column;
    let group = sweeps.groups;
    for (let g = 0; g < count; g++, group += bytes) {
      rotateStrip(strip, stride, group + groupHead + 256, load<i32>(group), load<i32>(group, 4));
    }
  }
  sweeps.group = -1;
  sweeps.slot = 3;
}

// Four sweeps downwards in i over four columns. Rotation i maps rows x = i, y = i + 1 to c x − s y, s x + c y.
function rotateStrip(strip: usize, stride: usize, turns: usize, from: i32, to: i32): void {
  let p = strip + <usize> to * stride;
  let a0 = v128.load(p), a1 = v128.load(p, 16);
  p += stride;
  let b0 = v128.load(p), b1 = v128.load(p, 16);
  p += stride;
  let c0 = v128.load(p), c1 = v128.load(p, 16);
  p += stride;
  let d0 = v128.load(p), d1 = v128.load(p, 16);
  p = strip + <usize> (to - 1) * stride;
  const ahead = 4 * stride;
  let turn = turns + <usize> ((to - 1) << 6);
  for (let i = to - 1; i >= from - 3; i--, p -= stride, turn -= 64) {
    let x0 = v128.load(p), x1 = v128.load(p, 16);
    let c = v128.load_splat<f64>(turn), s = v128.load_splat<f64>(turn, 8);
    let y0 = f64x2.add(f64x2.mul(s, x0), f64x2.mul(c, a0));
    let y1 = f64x2.add(f64x2.mul(s, x1), f64x2.mul(c, a1));
    a0 = f64x2.sub(f64x2.mul(c, x0), f64x2.mul(s, a0));
    a1 = f64x2.sub(f64x2.mul(c, x1), f64x2.mul(s, a1));
    c = v128.load_splat<f64>(turn, 16), s = v128.load_splat<f64>(turn, 24);
    x0 = f64x2.add(f64x2.mul(s, y0), f64x2.mul(c, b0));
    x1 = f64x2.add(f64x2.mul(s, y1), f64x2.mul(c, b1));
    b0 = f64x2.sub(f64x2.mul(c, y0), f64x2.mul(s, b0));
    b1 = f64x2.sub(f64x2.mul(c, y1), f64x2.mul(s, b1));
    c = v128.load_splat<f64>(turn, 32), s = v128.load_splat<f64>(turn, 40);
    y0 = f64x2.add(f64x2.mul(s, x0), f64x2.mul(c, c0));
    y1 = f64x2.add(f64x2.mul(s, x1), f64x2.mul(c, c1));
    c0 = f64x2.sub(f64x2.mul(c, x0), f64x2.mul(s, c0));
    c1 = f64x2.sub(f64x2.mul(c, x1), f64x2.mul(s, c1));
    c = v128.load_splat<f64>(turn, 48), s = v128.load_splat<f64>(turn, 56);
    x0 = f64x2.add(f64x2.mul(s, y0), f64x2.mul(c, d0));
    x1 = f64x2.add(f64x2.mul(s, y1), f64x2.mul(c, d1));
    d0 = f64x2.sub(f64x2.mul(c, y0), f64x2.mul(s, d0));
    d1 = f64x2.sub(f64x2.mul(c, y1), f64x2.mul(s, d1));
    v128.store(p + ahead, x0);
    v128.store(p + ahead, x1, 16);
  }
  p += stride;
  v128.store(p, a0);
  v128.store(p, a1, 16);
  p += stride;
  v128.store(p, b0);
  v128.store(p, b1, 16);
  p += stride;
  v128.store(p, c0);
  v128.store(p, c1, 16);
  p += stride;
  v128.store(p, d0);
  v128.store(p, d1, 16);
}
