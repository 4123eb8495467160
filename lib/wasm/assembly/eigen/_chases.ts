// The 3×3 reflections of QR sweeps, kept and applied late: to the columns right of a window, to the rows above it, and,
// two sweeps at a time, to the rows of Zᵀ. Reflection k maps rows (x, y, z) = k, k + 1, k + 2 to themselves minus
// (t0, t1, t2)·(x + v1 y + v2 z).

/** Bytes from one reflection of a sweep to the next: (v1, v2, t0, t1, t2) of two sweeps. */
export const reflectionBytes: usize = 80;

const groupHead: usize = 64;

/** Sweeps kept for one matrix of rows. */
@unmanaged
export class Chases {
  /** Row 0 of the matrix, or 0 for none; four rows before and after it are there too. */
  rows: usize;
  stride: usize;
  /** Bytes of a row to reflect, a multiple of 32. */
  width: usize;
  n: i32;
  groups: usize;
  capacity: i32;
  group: i32;
  slot: i32;
  /** (cs, sn) for rows k, k + 1, at entries 2k and 2k + 1, zero for none: what is left to do in the end. */
  rotations: usize;
}

function groupBytes(n: i32): usize {
  return (groupHead + (<usize> (n + 8)) * reflectionBytes + 63) & ~63;
}

/** Bytes that `capacity` groups over n rows take. */
export function chaseBytes(n: i32, capacity: i32): usize {
  return <usize> capacity * groupBytes(n);
}

export function beginChases(
  to: Chases,
  rows: usize,
  stride: usize,
  width: usize,
  n: i32,
  groups: usize,
  capacity: i32,
  rotations: usize,
): void {
  to.rotations = rotations;
  to.rows = rows;
  to.stride = stride;
  to.width = width;
  to.n = n;
  to.groups = groups;
  to.capacity = capacity;
  to.group = -1;
  to.slot = 1;
}

/** Begins a sweep of reflections from … to − 1, all identities yet; returns where reflection 0 would be. */
export function openChase(chases: Chases, from: i32, to: i32): usize {
  if (chases.slot == 1) {
    if (chases.group + 1 == chases.capacity) applyChases(chases);
    chases.group++;
    chases.slot = 0;
    const fresh = chases.groups + <usize> chases.group * groupBytes(chases.n);
    memory.fill(fresh + groupHead, 0, groupBytes(chases.n) - groupHead);
    store<i32>(fresh, from);
    store<i32>(fresh, to, 4);
  } else {
    chases.slot = 1;
  }
  const group = chases.groups + <usize> chases.group * groupBytes(chases.n);
  if (from < load<i32>(group)) store<i32>(group, from);
  if (to > load<i32>(group, 4)) store<i32>(group, to, 4);
  // The second sweep is two rows behind the first.
  return group + groupHead + (chases.slot == 0 ? 0 : 2 * reflectionBytes + 40);
}

/** Applies all sweeps that are kept. */
export function applyChases(chases: Chases): void {
  if (chases.rows != 0) {
    const bytes = groupBytes(chases.n);
    for (let column: usize = 0; column < chases.width; column += 32) {
      let group = chases.groups;
      for (let g = 0; g <= chases.group; g++, group += bytes) {
        reflectStripTwice(
          chases.rows + column,
          chases.stride,
          group + groupHead,
          load<i32>(group),
          load<i32>(group, 4),
        );
      }
    }
  }
  chases.group = -1;
  chases.slot = 1;
}

// Two sweeps down four columns: at step i the first has its reflection i, the second its reflection i − 2.
function reflectStripTwice(strip: usize, stride: usize, turns: usize, from: i32, to: i32): void {
  let p = strip + <usize> (from - 2) * stride;
  let c0 = v128.load(p), c1 = v128.load(p, 16);
  p += stride;
  let d0 = v128.load(p), d1 = v128.load(p, 16);
  p += stride;
  let a0 = v128.load(p), a1 = v128.load(p, 16);
  p += stride;
  let b0 = v128.load(p), b1 = v128.load(p, 16);
  p += stride;
  const behind = 4 * stride;
  let turn = turns + <usize> from * reflectionBytes;
  for (let i = from; i < to + 2; i++, p += stride, turn += reflectionBytes) {
    let x0 = v128.load(p), x1 = v128.load(p, 16);
    let v = v128.load_splat<f64>(turn), t = v128.load_splat<f64>(turn, 8);
    let s0 = f64x2.add(f64x2.add(a0, f64x2.mul(v, b0)), f64x2.mul(t, x0));
    let s1 = f64x2.add(f64x2.add(a1, f64x2.mul(v, b1)), f64x2.mul(t, x1));
    v = v128.load_splat<f64>(turn, 16), t = v128.load_splat<f64>(turn, 24);
    const y0 = f64x2.sub(a0, f64x2.mul(v, s0)), y1 = f64x2.sub(a1, f64x2.mul(v, s1));
    a0 = f64x2.sub(b0, f64x2.mul(t, s0)), a1 = f64x2.sub(b1, f64x2.mul(t, s1));
    v = v128.load_splat<f64>(turn, 32);
    b0 = f64x2.sub(x0, f64x2.mul(v, s0)), b1 = f64x2.sub(x1, f64x2.mul(v, s1));
    v = v128.load_splat<f64>(turn, 40), t = v128.load_splat<f64>(turn, 48);
    s0 = f64x2.add(f64x2.add(c0, f64x2.mul(v, d0)), f64x2.mul(t, y0));
    s1 = f64x2.add(f64x2.add(c1, f64x2.mul(v, d1)), f64x2.mul(t, y1));
    v = v128.load_splat<f64>(turn, 56), t = v128.load_splat<f64>(turn, 64);
    x0 = f64x2.sub(c0, f64x2.mul(v, s0)), x1 = f64x2.sub(c1, f64x2.mul(v, s1));
    c0 = f64x2.sub(d0, f64x2.mul(t, s0)), c1 = f64x2.sub(d1, f64x2.mul(t, s1));
    v = v128.load_splat<f64>(turn, 72);
    d0 = f64x2.sub(y0, f64x2.mul(v, s0)), d1 = f64x2.sub(y1, f64x2.mul(v, s1));
    v128.store(p - behind, x0);
    v128.store(p - behind, x1, 16);
  }
  p -= behind;
  v128.store(p, c0);
  v128.store(p, c1, 16);
  p += stride;
  v128.store(p, d0);
  v128.store(p, d1, 16);
  p += stride;
  v128.store(p, a0);
  v128.store(p, a1, 16);
  p += stride;
  v128.store(p, b0);
  v128.store(p, b1, 16);
}

/** One sweep's reflections from … to − 1 on the columns `column … columns` (bytes; strips of four) of `rows`. */
export function reflectFromLeft(
  rows: usize,
  stride: usize,
  turns: usize,
  from: i32,
  to: i32,
  column: usize,
  columns: usize,
): void {
  for (; column < columns; column += 32) {
    let p = rows + <usize> from * stride + column;
    let a0 = v128.load(p), a1 = v128.load(p, 16);
    p += stride;
    let b0 = v128.load(p), b1 = v128.load(p, 16);
    p += stride;
    const behind = 2 * stride;
    let turn = turns + <usize> from * reflectionBytes;
    for (let i = from; i < to; i++, p += stride, turn += reflectionBytes) {
      const x0 = v128.load(p), x1 = v128.load(p, 16);
      let v = v128.load_splat<f64>(turn), t = v128.load_splat<f64>(turn, 8);
      const s0 = f64x2.add(f64x2.add(a0, f64x2.mul(v, b0)), f64x2.mul(t, x0));
      const s1 = f64x2.add(f64x2.add(a1, f64x2.mul(v, b1)), f64x2.mul(t, x1));
      v = v128.load_splat<f64>(turn, 16), t = v128.load_splat<f64>(turn, 24);
      v128.store(p - behind, f64x2.sub(a0, f64x2.mul(v, s0)));
      v128.store(p - behind, f64x2.sub(a1, f64x2.mul(v, s1)), 16);
      a0 = f64x2.sub(b0, f64x2.mul(t, s0)), a1 = f64x2.sub(b1, f64x2.mul(t, s1));
      v = v128.load_splat<f64>(turn, 32);
      b0 = f64x2.sub(x0, f64x2.mul(v, s0)), b1 = f64x2.sub(x1, f64x2.mul(v, s1));
    }
    p -= behind;
    v128.store(p, a0);
    v128.store(p, a1, 16);
    p += stride;
    v128.store(p, b0);
    v128.store(p, b1, 16);
  }
}

/** The same from the right, on the rows `row … last − 1`: reflection k acts on columns k … k + 2. */
export function reflectFromRight(
  rows: usize,
  stride: usize,
  turns: usize,
  from: i32,
  to: i32,
  row: i32,
  last: i32,
): void {
  const start = rows + ((<usize> from) << 3);
  for (; row + 4 <= last; row += 4) {
    let p = start + <usize> row * stride;
    let x = v128.load(p), y = v128.load(p + stride);
    let z = v128.load(p + 2 * stride), w = v128.load(p + 3 * stride);
    let a0 = v128.shuffle<f64>(x, y, 0, 2), b0 = v128.shuffle<f64>(x, y, 1, 3);
    let a1 = v128.shuffle<f64>(z, w, 0, 2), b1 = v128.shuffle<f64>(z, w, 1, 3);
    let turn = turns + <usize> from * reflectionBytes;
    // Two reflections at a time; one beyond the last is the identity.
    for (let i = from; i < to; i += 2, p += 16, turn += 2 * reflectionBytes) {
      x = v128.load(p, 16), y = v128.load(p + stride, 16);
      z = v128.load(p + 2 * stride, 16), w = v128.load(p + 3 * stride, 16);
      let c0 = v128.shuffle<f64>(x, y, 0, 2), c1 = v128.shuffle<f64>(z, w, 0, 2);
      const e0 = v128.shuffle<f64>(x, y, 1, 3), e1 = v128.shuffle<f64>(z, w, 1, 3);
      let v = v128.load_splat<f64>(turn), t = v128.load_splat<f64>(turn, 8);
      let s0 = f64x2.add(f64x2.add(a0, f64x2.mul(v, b0)), f64x2.mul(t, c0));
      let s1 = f64x2.add(f64x2.add(a1, f64x2.mul(v, b1)), f64x2.mul(t, c1));
      v = v128.load_splat<f64>(turn, 16), t = v128.load_splat<f64>(turn, 24);
      const q0 = f64x2.sub(a0, f64x2.mul(v, s0)), q1 = f64x2.sub(a1, f64x2.mul(v, s1));
      b0 = f64x2.sub(b0, f64x2.mul(t, s0)), b1 = f64x2.sub(b1, f64x2.mul(t, s1));
      v = v128.load_splat<f64>(turn, 32);
      c0 = f64x2.sub(c0, f64x2.mul(v, s0)), c1 = f64x2.sub(c1, f64x2.mul(v, s1));
      v = v128.load_splat<f64>(turn, 80), t = v128.load_splat<f64>(turn, 88);
      s0 = f64x2.add(f64x2.add(b0, f64x2.mul(v, c0)), f64x2.mul(t, e0));
      s1 = f64x2.add(f64x2.add(b1, f64x2.mul(v, c1)), f64x2.mul(t, e1));
      v = v128.load_splat<f64>(turn, 96), t = v128.load_splat<f64>(turn, 104);
      const r0 = f64x2.sub(b0, f64x2.mul(v, s0)), r1 = f64x2.sub(b1, f64x2.mul(v, s1));
      a0 = f64x2.sub(c0, f64x2.mul(t, s0)), a1 = f64x2.sub(c1, f64x2.mul(t, s1));
      v = v128.load_splat<f64>(turn, 112);
      b0 = f64x2.sub(e0, f64x2.mul(v, s0)), b1 = f64x2.sub(e1, f64x2.mul(v, s1));
      v128.store(p, v128.shuffle<f64>(q0, r0, 0, 2));
      v128.store(p + stride, v128.shuffle<f64>(q0, r0, 1, 3));
      v128.store(p + 2 * stride, v128.shuffle<f64>(q1, r1, 0, 2));
      v128.store(p + 3 * stride, v128.shuffle<f64>(q1, r1, 1, 3));
    }
    v128.store(p, v128.shuffle<f64>(a0, b0, 0, 2));
    v128.store(p + stride, v128.shuffle<f64>(a0, b0, 1, 3));
    v128.store(p + 2 * stride, v128.shuffle<f64>(a1, b1, 0, 2));
    v128.store(p + 3 * stride, v128.shuffle<f64>(a1, b1, 1, 3));
  }
  for (; row < last; row++) {
    let p = start + <usize> row * stride;
    let a = load<f64>(p), b = load<f64>(p, 8);
    let turn = turns + <usize> from * reflectionBytes;
    for (let i = from; i < to; i++, p += 8, turn += reflectionBytes) {
      const c = load<f64>(p, 16);
      const s = a + load<f64>(turn) * b + load<f64>(turn, 8) * c;
      store<f64>(p, a - load<f64>(turn, 16) * s);
      a = b - load<f64>(turn, 24) * s;
      b = c - load<f64>(turn, 32) * s;
    }
    store<f64>(p, a);
    store<f64>(p, b, 8);
  }
}
