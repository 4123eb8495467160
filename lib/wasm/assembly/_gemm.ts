// Products of f64 matrices from packed panels: C = αA·B, C += αA·B, and sums by blocks of 256.
// Every entry of C is one running sum over the inner index in ascending order (or one for each block of 256, added in
// order): bytes do not depend on tiles, only on what is asked for. No fused multiply-add.
//
// Panels of 4 rows of A and 4 columns of B are packed so that the inner loop reads both without gaps: per step four
// loads, two lane swaps, eight multiply-adds. A pair of rows (a₀, a₁) times a pair of columns (b₀, b₁) is
// (a₀b₀, a₁b₁), and times the swapped pair (a₀b₁, a₁b₀): no lane has to be spread over a vector.

/** C starts as it is instead of zero. */
export const ADD: i32 = 1;
/** With ADD: each block of 256 terms is summed from zero, then added to C. */
export const BY_BLOCKS: i32 = 2;
/** Only tiles that touch the upper triangle are computed (C square); a little below the diagonal is written too. */
export const UPPER: i32 = 4;

/** Inner indices of a panel: the block of BY_BLOCKS. */
export const KC: i32 = 256;
/** Rows of a packed block of A. */
const MC: i32 = 128;
/** Columns of a packed block of B. */
const NC: i32 = 512;

/** Doubles that `gemm` needs at `work`. */
export const GEMM_WORK: i32 = MC * KC + KC * NC + 16;

/**
 * C (m×n, row-major, rows `ldc` apart) from A(i, p) at a + 8(i·ai + p·ap) and B(p, j) at b + 8(p·bp + j·bj).
 * Strides are in doubles and may be negative. C overlaps neither A nor B. `work` lies on a multiple of 16.
 */
export function gemm(
  m: i32, n: i32, k: i32, alpha: f64,
  a: usize, ai: i32, ap: i32,
  b: usize, bp: i32, bj: i32,
  c: usize, ldc: i32,
  flags: i32, work: usize,
): void {
  if (k == 0 && (flags & ADD) == 0) {
    for (let i = 0; i < m; i++) memory.fill(c + (<usize>(i * ldc) << 3), 0, <usize>n << 3);
    return;
  }
  const packedA = work;
  const packedB = packedA + (<usize>(MC * KC) << 3);
  const tile = packedB + (<usize>(KC * NC) << 3);
  for (let j0 = 0; j0 < n; j0 += NC) {
    const nc = min(NC, n - j0);
    for (let p0 = 0; p0 < k; p0 += KC) {
      const kc = min(KC, k - p0);
      pack(packedB, b + (<usize>(p0 * bp + j0 * bj) << 3), nc, bj, kc, bp, 1);
      const add = (flags & ADD) != 0 || p0 > 0;
      const apart = (flags & BY_BLOCKS) != 0;
      const last = (flags & UPPER) != 0 ? min(m, j0 + nc) : m;
      for (let i0 = 0; i0 < last; i0 += MC) {
        const mc = min(MC, m - i0);
        pack(packedA, a + (<usize>(i0 * ai + p0 * ap) << 3), mc, ai, kc, ap, alpha);
        const upper = (flags & UPPER) != 0 ? i0 - j0 : i32.MIN_VALUE;
        tiles(mc, nc, kc, packedA, packedB, c + (<usize>(i0 * ldc + j0) << 3), ldc, add, apart, upper, tile);
      }
    }
  }
}

// All 4×4 tiles of a block; those with first row + `below` beyond their last column are left out.
function tiles(
  m: i32, n: i32, k: i32, a: usize, b: usize, c: usize, ldc: i32,
  add: bool, apart: bool, below: i32, tile: usize,
): void {
  const panel = <usize>k << 5;
  for (let j = 0; j < n; j += 4) {
    const bj = b + <usize>(j >> 2) * panel;
    const columns = min(4, n - j);
    for (let i = 0; i < m; i += 4) {
      if (i + below > j + 3) break;
      const aI = a + <usize>(i >> 2) * panel;
      const at = c + (<usize>(i * ldc + j) << 3);
      multiplyInto(k, aI, bj, at, <usize>ldc << 3, min(4, m - i), columns, add, apart, tile);
    }
  }
}

/**
 * The corner of `rows` × `columns` of one 4×4 tile, from `k` steps of two packed panels. Rows of C lie `row` bytes apart;
 * `tile` has room for 16 doubles.
 */
export function multiplyInto(
  k: i32, a: usize, b: usize, c: usize, row: usize, rows: i32, columns: i32, add: bool, apart: bool, tile: usize,
): void {
  if (rows == 4 && columns == 4) {
    multiplyTile(k, a, b, c, row, add, apart);
    return;
  }
  if (add) copyTile(tile, 32, c, row, rows, columns);
  multiplyTile(k, a, b, tile, 32, add, apart);
  copyTile(c, row, tile, 32, rows, columns);
}

function copyTile(to: usize, toRow: usize, from: usize, fromRow: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++, to += toRow, from += fromRow) {
    for (let j: usize = 0; j < <usize>columns; j++) {
      store<f64>(to + (j << 3), load<f64>(from + (j << 3)));
    }
  }
}

// One 4×4 tile. c01 holds entries (0,1) and (1,0), and so on.
function multiplyTile(k: i32, a: usize, b: usize, c: usize, row: usize, add: bool, apart: bool): void {
  const r1 = c + row;
  const r2 = r1 + row;
  const r3 = r2 + row;
  let c00 = f64x2.splat(0), c01 = f64x2.splat(0), c02 = f64x2.splat(0), c03 = f64x2.splat(0);
  let c20 = f64x2.splat(0), c21 = f64x2.splat(0), c22 = f64x2.splat(0), c23 = f64x2.splat(0);
  if (add && !apart) {
    let x = v128.load(c), y = v128.load(r1);
    c00 = v128.shuffle<f64>(x, y, 0, 3), c01 = v128.shuffle<f64>(x, y, 1, 2);
    x = v128.load(c, 16), y = v128.load(r1, 16);
    c02 = v128.shuffle<f64>(x, y, 0, 3), c03 = v128.shuffle<f64>(x, y, 1, 2);
    x = v128.load(r2), y = v128.load(r3);
    c20 = v128.shuffle<f64>(x, y, 0, 3), c21 = v128.shuffle<f64>(x, y, 1, 2);
    x = v128.load(r2, 16), y = v128.load(r3, 16);
    c22 = v128.shuffle<f64>(x, y, 0, 3), c23 = v128.shuffle<f64>(x, y, 1, 2);
  }
  const end = a + (<usize>k << 5);
  while (a < end) {
    const upper = v128.load(a), lower = v128.load(a, 16);
    let x = v128.load(b);
    c00 = f64x2.add(c00, f64x2.mul(upper, x)), c20 = f64x2.add(c20, f64x2.mul(lower, x));
    x = v128.shuffle<f64>(x, x, 1, 0);
    c01 = f64x2.add(c01, f64x2.mul(upper, x)), c21 = f64x2.add(c21, f64x2.mul(lower, x));
    x = v128.load(b, 16);
    c02 = f64x2.add(c02, f64x2.mul(upper, x)), c22 = f64x2.add(c22, f64x2.mul(lower, x));
    x = v128.shuffle<f64>(x, x, 1, 0);
    c03 = f64x2.add(c03, f64x2.mul(upper, x)), c23 = f64x2.add(c23, f64x2.mul(lower, x));
    a += 32, b += 32;
  }
  writePair(c, v128.shuffle<f64>(c00, c01, 0, 2), v128.shuffle<f64>(c02, c03, 0, 2), add && apart);
  writePair(r1, v128.shuffle<f64>(c01, c00, 1, 3), v128.shuffle<f64>(c03, c02, 1, 3), add && apart);
  writePair(r2, v128.shuffle<f64>(c20, c21, 0, 2), v128.shuffle<f64>(c22, c23, 0, 2), add && apart);
  writePair(r3, v128.shuffle<f64>(c21, c20, 1, 3), v128.shuffle<f64>(c23, c22, 1, 3), add && apart);
}

// @ts-ignore: decorator
@inline
function writePair(at: usize, left: v128, right: v128, add: bool): void {
  if (add) {
    left = f64x2.add(v128.load(at), left);
    right = f64x2.add(v128.load(at, 16), right);
  }
  v128.store(at, left);
  v128.store(at, right, 16);
}

/** Panels of four lanes: for each step the lanes' four numbers, times alpha, zeros beyond the last lane. */
export function pack(to: usize, from: usize, lanes: i32, laneStride: i32, steps: i32, stepStride: i32, alpha: f64): void {
  const lane = <usize>laneStride << 3;
  const step = <usize>stepStride << 3;
  let i = 0;
  for (; i + 4 <= lanes; i += 4, from += lane << 2, to += <usize>steps << 5) {
    if (laneStride == 1) packContiguousLanes(to, from, steps, step, alpha);
    else if (stepStride == 1) packContiguousSteps(to, from, lane, steps, alpha);
    else packAny(to, from, 4, lane, steps, step, alpha);
  }
  if (i < lanes) packAny(to, from, lanes - i, lane, steps, step, alpha);
}

function packContiguousLanes(to: usize, from: usize, steps: i32, step: usize, alpha: f64): void {
  const factor = f64x2.splat(alpha);
  for (let p = 0; p < steps; p++, to += 32, from += step) {
    v128.store(to, f64x2.mul(factor, v128.load(from)));
    v128.store(to, f64x2.mul(factor, v128.load(from, 16)), 16);
  }
}

function packContiguousSteps(to: usize, from: usize, lane: usize, steps: i32, alpha: f64): void {
  const factor = f64x2.splat(alpha);
  let r0 = from, r1 = r0 + lane, r2 = r1 + lane, r3 = r2 + lane;
  let p = 0;
  for (; p + 2 <= steps; p += 2, to += 64, r0 += 16, r1 += 16, r2 += 16, r3 += 16) {
    let x = f64x2.mul(factor, v128.load(r0)), y = f64x2.mul(factor, v128.load(r1));
    v128.store(to, v128.shuffle<f64>(x, y, 0, 2));
    v128.store(to, v128.shuffle<f64>(x, y, 1, 3), 32);
    x = f64x2.mul(factor, v128.load(r2)), y = f64x2.mul(factor, v128.load(r3));
    v128.store(to, v128.shuffle<f64>(x, y, 0, 2), 16);
    v128.store(to, v128.shuffle<f64>(x, y, 1, 3), 48);
  }
  if (p < steps) packAny(to, r0, 4, lane, 1, 8, alpha);
}

function packAny(to: usize, from: usize, lanes: i32, lane: usize, steps: i32, step: usize, alpha: f64): void {
  for (let p = 0; p < steps; p++, from += step, to += 32) {
    let at = from;
    for (let i = 0; i < 4; i++, at += lane) {
      store<f64>(to + (<usize>i << 3), i < lanes ? alpha * load<f64>(at) : 0);
    }
  }
}
