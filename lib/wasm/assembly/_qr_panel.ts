// QR of a panel of at most 64 columns by recursion (Elmroth & Gustavson, IBM J. Res. Dev. 44, 2000): halves by compact
// products, eight columns one reflector after the other.

import { LD, NB, reflect } from "./_compact_wy";
import { gemm } from "./_gemm";

/** Terms of a part of a long sum, so that its rounding stays that of a short one. */
const BLOCK: usize = 256;
/** Columns that are factored one by one. */
const LEAF: i32 = 8;
/** 2^500. */
const LARGE: f64 = 3.273390607896142e150;

/**
 * Factors columns [j, j + n) of a panel of m rows, whose reflectors start at row j: V with its zeros and ones stays in the
 * panel, R goes to `triangle` (rows NB apart), T to its place in `t`.
 */
export function factorPanel(
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
