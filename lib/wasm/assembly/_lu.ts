// LU with partial pivoting and Cholesky of f64 matrices, row-major, in place, by halves, so that nearly all work is products.
// Every entry takes its terms in ascending order, whatever the blocks: the same numbers as the plain loops.

import { ADD, gemm, GEMM_WORK, UPPER } from "./_gemm";
import { eliminate, solve_lower } from "./_triangular";

/** Columns of a panel. */
const NB: i32 = 64;
/** Distance of a panel's rows: a power of two would crowd them into a few sets of the cache. */
const LD: i32 = NB + 8;
const LEAF: i32 = 8;

/** Doubles that `lu_factor` needs at `work`. */
export function lu_work(n: i32): i32 {
  return GEMM_WORK + n * LD;
}

/**
 * A (n×n) becomes L below its diagonal and U on and above it, rows exchanged; `pivots`[k] (i32) is the row that row k was
 * exchanged with at step k. Returns 0, or 1 + k if pivot k is zero or not a number: A is then half-way.
 */
export function lu_factor(n: i32, a: usize, lda: i32, pivots: usize, work: usize): i32 {
  const panel = work + (<usize>GEMM_WORK << 3);
  for (let j = 0; j < n; j += NB) {
    const nb = min(NB, n - j);
    const rows = n - j;
    const corner = a + (<usize>(j * lda + j) << 3);
    copyBlock(panel, LD, corner, lda, rows, nb);
    const failed = factorPanel(panel, rows, 0, nb, pivots + (<usize>j << 2), work);
    if (failed != 0) return j + failed;
    copyBlock(corner, lda, panel, LD, rows, nb);
    // The exchanges outside of the panel.
    const rest = n - j - nb;
    for (let k = 0; k < nb; k++) {
      const other = load<i32>(pivots + (<usize>(j + k) << 2));
      store<i32>(pivots + (<usize>(j + k) << 2), j + other);
      if (other == k) continue;
      const x = a + (<usize>((j + k) * lda) << 3), y = a + (<usize>((j + other) * lda) << 3);
      swap(x, y, j);
      swap(x + (<usize>(j + nb) << 3), y + (<usize>(j + nb) << 3), rest);
    }
    if (rest == 0) continue;
    const right = corner + (<usize>nb << 3);
    solve_lower(nb, rest, corner, lda, 1, 1, right, lda, work);
    const below = <usize>(nb * lda) << 3;
    gemm(rest, rest, nb, -1, corner + below, lda, 1, right, lda, 1, right + below, lda, ADD, work);
  }
  return 0;
}

// Factors columns [j, j + n) of a panel, pivots from row j on, whose earlier columns are done; exchanges whole rows of it.
function factorPanel(panel: usize, m: i32, j: i32, n: i32, pivots: usize, work: usize): i32 {
  if (n <= LEAF) return factorLeaf(panel, m, j, n, pivots);
  const half = ((n >> 1) + LEAF - 1) / LEAF * LEAF;
  const failed = factorPanel(panel, m, j, half, pivots, work);
  if (failed != 0) return failed;
  const corner = panel + (<usize>(j * LD + j) << 3);
  const right = corner + (<usize>half << 3);
  const below = <usize>(half * LD) << 3;
  solve_lower(half, n - half, corner, LD, 1, 1, right, LD, work);
  gemm(m - j - half, n - half, half, -1, corner + below, LD, 1, right, LD, 1, right + below, LD, ADD, work);
  return factorPanel(panel, m, j + half, n - half, pivots, work);
}

function factorLeaf(panel: usize, m: i32, j: i32, n: i32, pivots: usize): i32 {
  const stride: usize = <usize>LD << 3;
  const end = panel + <usize>m * stride;
  for (let k = j; k < j + n; k++) {
    const row = panel + <usize>k * stride;
    const column = <usize>k << 3;
    let best = row;
    let largest = Math.abs(load<f64>(row + column));
    for (let other = row + stride; other < end; other += stride) {
      const x = Math.abs(load<f64>(other + column));
      if (x > largest) largest = x, best = other;
    }
    if (!(largest > 0)) return k + 1;
    store<i32>(pivots + (<usize>k << 2), <i32>((best - panel) / stride));
    if (best != row) swap(row, best, NB);
    const pivot = load<f64>(row + column);
    const rest = j + n - k - 1;
    for (let other = row + stride; other < end; other += stride) {
      const factor = load<f64>(other + column) / pivot;
      store<f64>(other + column, factor);
      eliminate(rest, other + column + 8, row + column + 8, factor);
    }
  }
  return 0;
}

function swap(x: usize, y: usize, count: i32): void {
  const end = x + (<usize>count << 3);
  for (; x < end; x += 8, y += 8) {
    const t = load<f64>(x);
    store<f64>(x, load<f64>(y));
    store<f64>(y, t);
  }
}

function copyBlock(to: usize, ldTo: i32, from: usize, ldFrom: i32, rows: i32, cols: i32): void {
  for (let i = 0; i < rows; i++) {
    memory.copy(to + (<usize>(i * ldTo) << 3), from + (<usize>(i * ldFrom) << 3), <usize>cols << 3);
  }
}

/**
 * The upper triangle of A (n×n, symmetric positive definite) becomes U with A = UᵀU; what is below may change. Returns 0,
 * or 1 + k if pivot k is not positive and finite. `work` for products.
 */
export function cholesky_factor(n: i32, a: usize, lda: i32, work: usize): i32 {
  if (n <= LEAF) return choleskyLeaf(n, a, lda);
  const half = ((n >> 1) + LEAF - 1) / LEAF * LEAF;
  const failed = cholesky_factor(half, a, lda, work);
  if (failed != 0) return failed;
  const right = a + (<usize>half << 3);
  const corner = a + (<usize>(half * lda + half) << 3);
  const rest = n - half;
  solve_lower(half, rest, a, 1, lda, 0, right, lda, work);
  gemm(rest, rest, half, -1, right, 1, lda, right, lda, 1, corner, lda, ADD | UPPER, work);
  const later = cholesky_factor(rest, corner, lda, work);
  return later != 0 ? half + later : 0;
}

function choleskyLeaf(n: i32, a: usize, lda: i32): i32 {
  for (let k = 0; k < n; k++) {
    const row = a + (<usize>(k * lda) << 3);
    for (let j = k; j < n; j++) {
      let sum = load<f64>(row + (<usize>j << 3));
      for (let p = 0; p < k; p++) {
        const above = a + (<usize>(p * lda) << 3);
        sum -= load<f64>(above + (<usize>j << 3)) * load<f64>(above + (<usize>k << 3));
      }
      if (j > k) {
        sum /= load<f64>(row + (<usize>k << 3));
      } else {
        if (!(sum > 0 && sum < Infinity)) return k + 1;
        sum = Math.sqrt(sum);
      }
      store<f64>(row + (<usize>j << 3), sum);
    }
  }
  return 0;
}
