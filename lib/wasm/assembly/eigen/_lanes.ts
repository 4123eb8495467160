// Words for memory and vectors that the eigenvalue modules share. Matrices are row-major with a row length `ld` that is
// a multiple of 8 and the columns beyond the matrix zero, so that loops over pairs of columns need no ends.

@inline export function at(base: usize, i: i32): usize {
  return base + ((<usize> i) << 3);
}

@inline export function get(base: usize, i: i32): f64 {
  return load<f64>(base + ((<usize> i) << 3));
}

@inline export function set(base: usize, i: i32, value: f64): void {
  store<f64>(base + ((<usize> i) << 3), value);
}

@inline export function splatAt(base: usize, i: i32): v128 {
  return v128.load_splat<f64>(base + ((<usize> i) << 3));
}

@inline export function sumOf(lanes: v128): f64 {
  return f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1);
}

@inline export function zeros(base: usize, count: i32): void {
  memory.fill(base, 0, (<usize> count) << 3);
}

/** Σ x², both pointers on pairs. */
export function squares(from: usize, to: usize): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let p = from;
  for (; p + 16 < to; p += 32) {
    const x = v128.load(p);
    const y = v128.load(p, 16);
    s0 = f64x2.add(s0, f64x2.mul(x, x));
    s1 = f64x2.add(s1, f64x2.mul(y, y));
  }
  for (; p < to; p += 16) {
    const x = v128.load(p);
    s0 = f64x2.add(s0, f64x2.mul(x, x));
  }
  return sumOf(f64x2.add(s0, s1));
}

/** ⟨x, y⟩ over the pairs from x to `to`. */
export function dot(x: usize, to: usize, y: usize): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  for (; x + 16 < to; x += 32, y += 32) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(x), v128.load(y)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
  }
  for (; x < to; x += 16, y += 16) s0 = f64x2.add(s0, f64x2.mul(v128.load(x), v128.load(y)));
  return sumOf(f64x2.add(s0, s1));
}

/** y += factor·x over the pairs from x to `to`. */
export function axpy(x: usize, to: usize, y: usize, factor: f64): void {
  const f = f64x2.splat(factor);
  for (; x < to; x += 16, y += 16) {
    v128.store(y, f64x2.add(v128.load(y), f64x2.mul(f, v128.load(x))));
  }
}
