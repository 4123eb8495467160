// Solves with triangular matrices, by halves, so that nearly all work is products. T(i, k) lies at t + 8(i·ti + k·tk): a
// transposed triangle is one with its strides exchanged. X (n×p, rows `ldx` apart) is overwritten.
// Every entry takes its terms in one order: ascending for lower triangles, descending for upper ones.

import { ADD, gemm } from "./_gemm";

/** Rows that are solved one by one. */
const LEAF: i32 = 8;

/** X ← T⁻¹ X for lower T; with `unit` its diagonal is taken as ones. */
export function solve_lower(
  n: i32, p: i32, t: usize, ti: i32, tk: i32, unit: i32, x: usize, ldx: i32, work: usize,
): void {
  if (n <= LEAF) {
    for (let i = 0; i < n; i++) {
      const row = x + (<usize>(i * ldx) << 3);
      for (let k = 0; k < i; k++) eliminate(p, row, x + (<usize>(k * ldx) << 3), at(t, i * ti + k * tk));
      if (unit == 0) divide(p, row, at(t, i * (ti + tk)));
    }
    return;
  }
  const half = halfOf(n);
  const below = x + (<usize>(half * ldx) << 3);
  solve_lower(half, p, t, ti, tk, unit, x, ldx, work);
  gemm(n - half, p, half, -1, t + (<usize>(half * ti) << 3), ti, tk, x, ldx, 1, below, ldx, ADD, work);
  solve_lower(n - half, p, t + (<usize>(half * (ti + tk)) << 3), ti, tk, unit, below, ldx, work);
}

/** X ← T⁻¹ X for upper T. */
export function solve_upper(
  n: i32, p: i32, t: usize, ti: i32, tk: i32, x: usize, ldx: i32, work: usize,
): void {
  if (n <= LEAF) {
    for (let i = n - 1; i >= 0; i--) {
      const row = x + (<usize>(i * ldx) << 3);
      for (let k = n - 1; k > i; k--) eliminate(p, row, x + (<usize>(k * ldx) << 3), at(t, i * ti + k * tk));
      divide(p, row, at(t, i * (ti + tk)));
    }
    return;
  }
  const half = halfOf(n);
  const below = x + (<usize>(half * ldx) << 3);
  solve_upper(n - half, p, t + (<usize>(half * (ti + tk)) << 3), ti, tk, below, ldx, work);
  const lastColumn = t + (<usize>((n - 1) * tk) << 3);
  const lastRow = x + (<usize>((n - 1) * ldx) << 3);
  gemm(half, p, n - half, -1, lastColumn, ti, -tk, lastRow, -ldx, 1, x, ldx, ADD, work);
  solve_upper(half, p, t, ti, tk, x, ldx, work);
}

// @ts-ignore: decorator
@inline function at(t: usize, index: i32): f64 {
  return load<f64>(t + (<usize>index << 3));
}

/** A multiple of the leaf near the middle. */
function halfOf(n: i32): i32 {
  return ((n >> 1) + LEAF - 1) / LEAF * LEAF;
}

/** row ← row − factor·other, `p` numbers. */
export function eliminate(p: i32, row: usize, other: usize, factor: f64): void {
  const x = f64x2.splat(factor);
  const end = row + (<usize>(p & ~1) << 3);
  for (; row < end; row += 16, other += 16) {
    v128.store(row, f64x2.sub(v128.load(row), f64x2.mul(x, v128.load(other))));
  }
  if ((p & 1) != 0) store<f64>(row, load<f64>(row) - factor * load<f64>(other));
}

function divide(p: i32, row: usize, by: f64): void {
  const x = f64x2.splat(by);
  const end = row + (<usize>(p & ~1) << 3);
  for (; row < end; row += 16) v128.store(row, f64x2.div(v128.load(row), x));
  if ((p & 1) != 0) store<f64>(row, load<f64>(row) / by);
}
