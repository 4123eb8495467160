// Householder QR of f64 matrices, blocked: panels of 64 columns (_qr_panel.ts), and products with their reflectors
// (_compact_wy.ts), so that nearly all work is products.
// V has unit diagonal; R's diagonal may have either sign. Entries must be finite and squares must not overflow.
// Leaves out pivoting.

import { copyBlock, LD, NB, reflect, reflectPair } from "./_compact_wy";
import { GEMM_WORK } from "./_gemm";
import { factorPanel } from "./_qr_panel";

/** Doubles that the functions need at `work`: for m rows (those of both parts in `qr_update`), n columns. */
export function qr_work(m: i32, n: i32): i32 {
  return GEMM_WORK + m * LD + NB * NB + 2 * NB * (n > NB ? n : NB);
}

// The parts of the working space.
// @ts-ignore: decorator
@inline function panelAt(work: usize): usize {
  return work + (<usize>GEMM_WORK << 3);
}
// @ts-ignore: decorator
@inline function triangleAt(work: usize, rows: i32): usize {
  return panelAt(work) + (<usize>(rows * LD) << 3);
}
// @ts-ignore: decorator
@inline function productAt(work: usize, rows: i32): usize {
  return triangleAt(work, rows) + (<usize>(NB * NB) << 3);
}

/** A (m×n, rows `lda` apart) becomes R on and above the diagonal and V below it; k = min(m, n) reflectors. */
export function qr_factor(m: i32, n: i32, a: usize, lda: i32, t: usize, work: usize): void {
  const k = min(m, n);
  const panel = panelAt(work), triangle = triangleAt(work, m), product = productAt(work, m);
  for (let j = 0; j < k; j += NB, t += <usize>(NB * NB) << 3) {
    const nb = min(NB, k - j);
    const rows = m - j;
    const corner = a + (<usize>(j * lda + j) << 3);
    copyBlock(panel, LD, corner, lda, rows, nb);
    memory.fill(t, 0, <usize>(NB * NB) << 3);
    factorPanel(panel, rows, 0, nb, t, triangle, product, work);
    const rest = n - j - nb;
    if (rest > 0) reflect(rows, nb, rest, panel, t, true, corner + (<usize>nb << 3), lda, product, work);
    // V, then R over its zeros and ones.
    copyBlock(corner, lda, panel, LD, rows, nb);
    for (let i = 0; i < nb; i++) {
      for (let c = i; c < nb; c++) {
        store<f64>(corner + (<usize>(i * lda + c) << 3), load<f64>(triangle + (<usize>(i * NB + c) << 3)));
      }
    }
  }
}

/**
 * C (m×p, rows `ldc` apart) becomes QᵀC or QC, Q of the k reflectors that `qr_factor` left in A. With `upper`, for QC: column j
 * of C is known to be zero from row j + 1 on, and from row k on. Work for m rows and max(n, p) columns.
 */
export function qr_apply(
  m: i32, k: i32, p: i32, a: usize, lda: i32, t: usize, transposed: i32, upper: i32, c: usize, ldc: i32, work: usize,
): void {
  const panel = panelAt(work), product = productAt(work, m);
  const panels = (k + NB - 1) / NB;
  for (let i = 0; i < panels; i++) {
    const index = transposed != 0 ? i : panels - 1 - i;
    const j = index * NB;
    const nb = min(NB, k - j);
    copyBlock(panel, LD, a + (<usize>(j * lda + j) << 3), lda, m - j, nb);
    unitTriangle(panel, nb);
    const block = t + (<usize>(index * NB * NB) << 3);
    // Columns before j are still zero where these reflectors act.
    const from = upper != 0 ? min(j, p) : 0;
    const at = c + (<usize>(j * ldc + from) << 3);
    if (p > from) reflect(m - j, nb, p - from, panel, block, transposed != 0, at, ldc, product, work);
  }
}

/**
 * QR of R (n×n, upper triangular, rows n apart) above A (m×n, rows n apart): R becomes the new triangle, A becomes V
 * (above it the identity stands for R's rows).
 */
export function qr_update(m: i32, n: i32, r: usize, a: usize, t: usize, work: usize): void {
  const panel = panelAt(work), triangle = triangleAt(work, m + NB), product = productAt(work, m + NB);
  for (let j = 0; j < n; j += NB, t += <usize>(NB * NB) << 3) {
    const nb = min(NB, n - j);
    const top = r + (<usize>(j * n + j) << 3);
    const bottom = a + (<usize>j << 3);
    const below = panel + (<usize>(nb * LD) << 3);
    copyBlock(panel, LD, top, n, nb, nb);
    copyBlock(below, LD, bottom, n, m, nb);
    memory.fill(t, 0, <usize>(NB * NB) << 3);
    factorPanel(panel, m + nb, 0, nb, t, triangle, product, work);
    const rest = n - j - nb;
    if (rest > 0) {
      const after = <usize>nb << 3;
      reflectPair(m, nb, rest, below, t, true, top + after, n, bottom + after, n, product, work);
    }
    copyBlock(bottom, n, below, LD, m, nb);
    for (let i = 0; i < nb; i++) {
      for (let c = i; c < nb; c++) {
        store<f64>(top + (<usize>(i * n + c) << 3), load<f64>(triangle + (<usize>(i * NB + c) << 3)));
      }
    }
  }
}

/** The rows C (n×p) and D (m×p, both without gaps) become Q or Qᵀ of them, Q of `qr_update`. */
export function qr_update_apply(
  m: i32, n: i32, p: i32, a: usize, t: usize, transposed: i32, c: usize, d: usize, work: usize,
): void {
  const panel = panelAt(work), product = productAt(work, m + NB);
  const panels = (n + NB - 1) / NB;
  for (let i = 0; i < panels; i++) {
    const index = transposed != 0 ? i : panels - 1 - i;
    const j = index * NB;
    const nb = min(NB, n - j);
    copyBlock(panel, LD, a + (<usize>j << 3), n, m, nb);
    const block = t + (<usize>(index * NB * NB) << 3);
    reflectPair(m, nb, p, panel, block, transposed != 0, c + (<usize>(j * p) << 3), p, d, p, product, work);
  }
}

function unitTriangle(panel: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    store<f64>(panel + (<usize>(i * LD + i) << 3), 1);
    for (let j = i + 1; j < n; j++) store<f64>(panel + (<usize>(i * LD + j) << 3), 0);
  }
}
