// Householder QR of f64 matrices, blocked: panels of 64 columns in compact WY form (I − V T Vᵀ; Schreiber & Van Loan
// 1989), the panels themselves factored by recursion (Elmroth & Gustavson 2000), so that nearly all work is products.
// V has unit diagonal; R's diagonal may have either sign. Entries must be finite and squares must not overflow.
// Leaves out pivoting.

import { ADD, BY_BLOCKS, gemm, GEMM_WORK } from "./_gemm";

/** Columns of a panel; T of panel j lies at t + 8·64·64·j, rows 64 apart. */
export const NB: i32 = 64;
/** Distance of a panel's rows: a power of two would crowd them into a few sets of the cache. */
const LD: i32 = NB + 8;
/** Terms of a part of a long sum, so that its rounding stays that of a short one. */
const BLOCK: usize = 256;
/** Columns that are factored one by one. */
const LEAF: i32 = 8;

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

// C ← C − V T′ (Vᵀ C), T′ = T or Tᵀ.
function reflect(
  m: i32, nb: i32, p: i32, v: usize, t: usize, transposed: bool, c: usize, ldc: i32, product: usize, work: usize,
): void {
  const second = product + (<usize>(nb * p) << 3);
  memory.fill(product, 0, <usize>(nb * p) << 3);
  gemm(nb, p, m, 1, v, 1, LD, c, ldc, 1, product, p, ADD | BY_BLOCKS, work);
  timesT(nb, p, t, transposed, product, second, work);
  gemm(m, p, nb, -1, v, LD, 1, second, p, 1, c, ldc, ADD, work);
}

// The same for V = [I; V₂] and C = [C₁; C₂].
function reflectPair(
  m: i32, nb: i32, p: i32, v: usize, t: usize, transposed: bool,
  c1: usize, ldc1: i32, c2: usize, ldc2: i32, product: usize, work: usize,
): void {
  const second = product + (<usize>(nb * p) << 3);
  copyBlock(product, p, c1, ldc1, nb, p);
  gemm(nb, p, m, 1, v, 1, LD, c2, ldc2, 1, product, p, ADD | BY_BLOCKS, work);
  timesT(nb, p, t, transposed, product, second, work);
  for (let i = 0; i < nb; i++) {
    const row = c1 + (<usize>(i * ldc1) << 3), from = second + (<usize>(i * p) << 3);
    for (let j: usize = 0; j < <usize>p << 3; j += 8) {
      store<f64>(row + j, load<f64>(row + j) - load<f64>(from + j));
    }
  }
  gemm(m, p, nb, -1, v, LD, 1, second, p, 1, c2, ldc2, ADD, work);
}

function timesT(nb: i32, p: i32, t: usize, transposed: bool, from: usize, to: usize, work: usize): void {
  if (transposed) gemm(nb, p, nb, 1, t, 1, NB, from, p, 1, to, p, 0, work);
  else gemm(nb, p, nb, 1, t, NB, 1, from, p, 1, to, p, 0, work);
}

// Factors columns [j, j + n) of a panel, whose reflectors start at row j: V with its zeros and ones stays in the panel, R goes to
// `triangle`, T to its place in `t`.
function factorPanel(
  panel: usize, m: i32, j: i32, n: i32, t: usize, triangle: usize, product: usize, work: usize,
): void {
  if (n <= LEAF) {
    factorLeaf(panel, m, j, n, t, triangle);
    return;
  }
  const half = ((n >> 1) + LEAF - 1) / LEAF * LEAF;
  const rest = n - half;
  const left = panel + (<usize>(j * LD + j) << 3);
  const right = left + (<usize>half << 3);
  const t1 = t + (<usize>(j * NB + j) << 3);
  const t2 = t1 + (<usize>(half * NB + half) << 3);
  factorPanel(panel, m, j, half, t, triangle, product, work);
  reflect(m - j, half, rest, left, t1, true, right, LD, product, work);
  factorPanel(panel, m, j + half, rest, t, triangle, product, work);
  // T₁₂ = −T₁ (V₁ᵀ V₂) T₂; V₂ starts `half` rows lower.
  const lower = <usize>(half * LD) << 3;
  const second = product + (<usize>(half * rest) << 3);
  gemm(half, rest, m - j - half, 1, left + lower, 1, LD, right + lower, LD, 1, product, rest, 0, work);
  gemm(half, rest, rest, 1, product, rest, 1, t2, NB, 1, second, rest, 0, work);
  gemm(half, rest, half, -1, t1, NB, 1, second, rest, 1, t1 + (<usize>half << 3), NB, 0, work);
}

// At most eight columns, one reflector after the other. Rows are read eight wide: what is beyond the leaf's columns is
// not of interest.
function factorLeaf(panel: usize, m: i32, j: i32, n: i32, t: usize, triangle: usize): void {
  const stride: usize = <usize>LD << 3;
  const end = panel + <usize>m * stride;
  for (let q = 0; q < n; q++) {
    const c = j + q;
    const head = panel + (<usize>(c * LD + c) << 3);
    const tau = makeReflector(head, end, stride, triangle + (<usize>(c * NB + c) << 3));
    store<f64>(head, 1);
    const row = head - (<usize>q << 3);
    dots(row, head, end, stride, t + (<usize>(c * NB) << 3));
    reflectLeaf(row, head, end, stride, t + (<usize>(c * NB) << 3), q, tau);
    columnOfT(t + (<usize>(j * NB + j) << 3), t + (<usize>(c * NB) << 3), q, tau);
    // R's part of the column moves out of the way.
    for (let i = 0; i < c; i++) {
      const at = panel + (<usize>(i * LD + c) << 3);
      store<f64>(triangle + (<usize>(i * NB + c) << 3), load<f64>(at));
      store<f64>(at, 0);
    }
  }
}

// Products of v with the leaf's eight columns, to `out` for a moment.
function dots(row: usize, v: usize, end: usize, stride: usize, out: usize): void {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  while (v < end) {
    const stop = min(end, v + BLOCK * stride);
    let p0 = f64x2.splat(0), p1 = p0, p2 = p0, p3 = p0;
    for (; v < stop; v += stride, row += stride) {
      const x = v128.load64_splat(v);
      p0 = f64x2.add(p0, f64x2.mul(x, v128.load(row)));
      p1 = f64x2.add(p1, f64x2.mul(x, v128.load(row, 16)));
      p2 = f64x2.add(p2, f64x2.mul(x, v128.load(row, 32)));
      p3 = f64x2.add(p3, f64x2.mul(x, v128.load(row, 48)));
    }
    s0 = f64x2.add(s0, p0), s1 = f64x2.add(s1, p1), s2 = f64x2.add(s2, p2), s3 = f64x2.add(s3, p3);
  }
  v128.store(out, s0), v128.store(out, s1, 16), v128.store(out, s2, 32), v128.store(out, s3, 48);
}

// Applies I − tau v vᵀ to the columns after the q-th, from the products that stand at `products`.
function reflectLeaf(
  row: usize, v: usize, end: usize, stride: usize, products: usize, q: i32, tau: f64,
): void {
  const s0 = factors(products, 0, q, tau), s1 = factors(products, 2, q, tau);
  const s2 = factors(products, 4, q, tau), s3 = factors(products, 6, q, tau);
  if (q < 3) {
    for (; v < end; v += stride, row += stride) {
      const x = v128.load64_splat(v);
      v128.store(row, f64x2.sub(v128.load(row), f64x2.mul(x, s0)));
      v128.store(row, f64x2.sub(v128.load(row, 16), f64x2.mul(x, s1)), 16);
      v128.store(row, f64x2.sub(v128.load(row, 32), f64x2.mul(x, s2)), 32);
      v128.store(row, f64x2.sub(v128.load(row, 48), f64x2.mul(x, s3)), 48);
    }
    return;
  }
  for (; v < end; v += stride, row += stride) {
    const x = v128.load64_splat(v);
    v128.store(row, f64x2.sub(v128.load(row, 32), f64x2.mul(x, s2)), 32);
    v128.store(row, f64x2.sub(v128.load(row, 48), f64x2.mul(x, s3)), 48);
  }
}

// Of columns c and c + 1; zero for those up to the q-th, which stay as they are.
function factors(products: usize, c: i32, q: i32, tau: f64): v128 {
  const at = products + (<usize>c << 3);
  const left = c > q ? tau * load<f64>(at) : 0;
  const right = c + 1 > q ? tau * load<f64>(at, 8) : 0;
  return f64x2.replace_lane(f64x2.splat(left), 1, right);
}

// Column q of the leaf's T: −tau T (Vᵀ v) above tau. The products stand in the row that later is T's: it becomes zeros.
function columnOfT(t: usize, products: usize, q: i32, tau: f64): void {
  for (let i = 0; i < q; i++) {
    let sum: f64 = 0;
    for (let l = i; l < q; l++) {
      sum += load<f64>(t + (<usize>(i * NB + l) << 3)) * load<f64>(products + (<usize>l << 3));
    }
    store<f64>(t + (<usize>(i * NB + q) << 3), -tau * sum);
  }
  memory.fill(products, 0, 64);
  store<f64>(t + (<usize>(q * NB + q) << 3), tau);
}

// v replaces the column below its head (v₀ = 1 is implied), R's entry goes to `diagonal`; returns tau.
function makeReflector(head: usize, end: usize, stride: usize, diagonal: usize): f64 {
  let x = load<f64>(head);
  let tail = squares(head + stride, end, stride);
  let scale: f64 = 1;
  // Squares would underflow.
  for (let pass = 0; pass < 2 && x * x + tail < 1e-250; pass++) {
    scale *= LARGE;
    for (let at = head; at < end; at += stride) store<f64>(at, load<f64>(at) * LARGE);
    x = load<f64>(head);
    tail = squares(head + stride, end, stride);
  }
  if (tail == 0) {
    store<f64>(diagonal, x / scale);
    return 0;
  }
  const norm = Math.sqrt(x * x + tail);
  const pivot = x > 0 ? -norm : norm;
  const v0 = x - pivot;
  for (let at = head + stride; at < end; at += stride) store<f64>(at, load<f64>(at) / v0);
  store<f64>(diagonal, pivot / scale);
  return -v0 / pivot;
}

// In parts of a block, each four sums that take turns.
function squares(from: usize, end: usize, stride: usize): f64 {
  let sum: f64 = 0;
  let at = from;
  while (at < end) {
    const stop = min(end, at + BLOCK * stride);
    let p0: f64 = 0, p1: f64 = 0, p2: f64 = 0, p3: f64 = 0;
    for (; at + 3 * stride < stop; at += stride << 2) {
      const a = load<f64>(at), b = load<f64>(at + stride);
      const c = load<f64>(at + 2 * stride), d = load<f64>(at + 3 * stride);
      p0 += a * a, p1 += b * b, p2 += c * c, p3 += d * d;
    }
    for (; at < stop; at += stride) p0 += load<f64>(at) * load<f64>(at);
    sum += (p0 + p1) + (p2 + p3);
  }
  return sum;
}

function unitTriangle(panel: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    store<f64>(panel + (<usize>(i * LD + i) << 3), 1);
    for (let j = i + 1; j < n; j++) store<f64>(panel + (<usize>(i * LD + j) << 3), 0);
  }
}

function copyBlock(to: usize, ldTo: i32, from: usize, ldFrom: i32, rows: i32, cols: i32): void {
  for (let i = 0; i < rows; i++) {
    memory.copy(to + (<usize>(i * ldTo) << 3), from + (<usize>(i * ldFrom) << 3), <usize>cols << 3);
  }
}

/** 2^500. */
const LARGE: f64 = 3.273390607896142e150;
