// Householder QR on wasm for matrices of any height: rows come in blocks, each is factored together with the triangle
// of those before (TSQR as a chain; Demmel, Grigori, Hoemmen & Langou 2012), so that memory of the module stays bounded.
// Blocks depend on the shape alone. Leaves out scaling (squares must not overflow) and pivoting.

import bytes from "./dense.wasm" with { type: "bytes" };
import { type WasmHeap, withHeap } from "./instance.ts";

/** Writes rows [from, from + count) of a matrix to `to`, which they fill; it must not compute with the same module. */
export type RowSource = (from: number, count: number, to: Float64Array) => void;

/** A = Q·R with Q m×k, k = min(m, n). */
export interface TallQr {
  readonly m: number;
  readonly n: number;
  /** k×n, row-major, upper triangular, diagonal not negative. */
  readonly r: Float64Array;
  /** Rows of R whose sign was turned: −1, others 1. */
  readonly signs: Float64Array;
  /** What Q is made of; empty if it was not to be kept. */
  readonly blocks: readonly ReflectorBlock[];
}

/** Reflectors of a block of rows. */
export interface ReflectorBlock {
  readonly rows: number;
  /** rows×n. */
  readonly v: Float64Array;
  readonly t: Float64Array;
}

/**
 * Factors A (m×n), given as an array or by rows. `keepQ` keeps m·n numbers for `multiplyQ`.
 *
 * @example
 * ```ts
 * import { factorQr } from "#lib/wasm/tall_qr.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(factorQr(Float64Array.of(3, 4), 2, 1, false).r[0], 5, 1e-14);
 * ```
 */
export function factorQr(
  source: Float64Array | RowSource,
  m: number,
  n: number,
  keepQ: boolean,
): TallQr {
  const fill: RowSource = typeof source === "function"
    ? source
    : (from, count, to) => to.set(source.subarray(from * n, (from + count) * n));
  const k = Math.min(m, n);
  return withHeap(bytes, (heap) => {
    const { qr_factor, qr_update } = heap.exports;
    const most = Math.min(m, rowsPerBlock(n));
    const work = allocWork(heap, most, n);
    const t = heap.alloc(tLength(n) * 8);
    const a = heap.alloc(most * n * 8);
    const upper = heap.alloc(k * n * 8);
    const blocks: ReflectorBlock[] = [];
    for (let from = 0; from < m; from += most) {
      const rows = Math.min(most, m - from);
      const view = heap.f64(a, rows * n);
      fill(from, rows, view);
      if (from === 0) {
        qr_factor(rows, n, a, n, t, work);
        heap.f64(upper, k * n).set(upperPart(view, k, n));
      } else {
        qr_update(rows, n, upper, a, t, work);
      }
      if (keepQ) blocks.push({ rows, v: view.slice(), t: heap.take(t, tLength(k)) });
    }
    const r = heap.take(upper, k * n);
    return { m, n, r, signs: turnSigns(r, k, n), blocks };
  });
}

/**
 * Q·C (m×p) for C (k×p). With `upper`, C is upper triangular (the identity, say): a third less work.
 *
 * @example
 * ```ts
 * import { factorQr, multiplyQ } from "#lib/wasm/tall_qr.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const factor = factorQr(Float64Array.of(3, 4), 2, 1, true);
 * assertAlmostEquals(multiplyQ(factor, Float64Array.of(10), 1)[1], 8, 1e-14);
 * ```
 */
export function multiplyQ(
  { m, n, signs, blocks }: TallQr,
  c: Float64Array,
  p: number,
  upper = false,
): Float64Array {
  const k = Math.min(m, n);
  const out = new Float64Array(m * p);
  if (out.length === 0 || k === 0) return out;
  return withHeap(bytes, (heap) => {
    const { qr_apply, qr_update_apply } = heap.exports;
    const most = blocks[0].rows;
    const work = allocWork(heap, most, Math.max(n, p));
    const top = heap.alloc(k * p * 8);
    const rows = heap.alloc(most * p * 8);
    const v = heap.alloc(most * n * 8);
    const t = heap.alloc(tLength(k) * 8);
    const start = heap.f64(top, k * p);
    for (let i = 0; i < k * p; i++) start[i] = signs[Math.floor(i / p)] * c[i];
    let end = m;
    for (let b = blocks.length - 1; b >= 0; b--) {
      const block = blocks[b];
      heap.f64(v, block.v.length).set(block.v);
      heap.f64(t, block.t.length).set(block.t);
      const view = heap.f64(rows, block.rows * p);
      view.fill(0);
      if (b > 0) {
        qr_update_apply(block.rows, n, p, v, t, 0, top, rows, work);
      } else {
        view.set(heap.f64(top, k * p));
        const triangular = upper && blocks.length === 1 ? 1 : 0;
        qr_apply(block.rows, k, p, v, n, t, 0, triangular, rows, p, work);
      }
      end -= block.rows;
      out.set(view, end * p);
    }
    return out;
  });
}

/**
 * Qᵀ·C (k×p) for C (m×p).
 *
 * @example
 * ```ts
 * import { factorQr, multiplyQTransposed } from "#lib/wasm/tall_qr.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const factor = factorQr(Float64Array.of(3, 4), 2, 1, true);
 * assertAlmostEquals(multiplyQTransposed(factor, Float64Array.of(3, 4), 1)[0], 5, 1e-14);
 * ```
 */
export function multiplyQTransposed(
  { m, n, signs, blocks }: TallQr,
  c: Float64Array,
  p: number,
): Float64Array {
  const k = Math.min(m, n);
  if (m === 0 || p === 0) return new Float64Array(k * p);
  return withHeap(bytes, (heap) => {
    const { qr_apply, qr_update_apply } = heap.exports;
    const most = blocks[0].rows;
    const work = allocWork(heap, most, Math.max(n, p));
    const top = heap.alloc(k * p * 8);
    const rows = heap.alloc(most * p * 8);
    const v = heap.alloc(most * n * 8);
    const t = heap.alloc(tLength(k) * 8);
    let from = 0;
    for (const block of blocks) {
      heap.f64(v, block.v.length).set(block.v);
      heap.f64(t, block.t.length).set(block.t);
      const view = heap.f64(rows, block.rows * p);
      view.set(c.subarray(from * p, (from + block.rows) * p));
      if (from > 0) {
        qr_update_apply(block.rows, n, p, v, t, 1, top, rows, work);
      } else {
        qr_apply(block.rows, k, p, v, n, t, 1, 0, rows, p, work);
        heap.f64(top, k * p).set(view.subarray(0, k * p));
      }
      from += block.rows;
    }
    const out = heap.take(top, k * p);
    for (let i = 0; i < k * p; i++) out[i] *= signs[Math.floor(i / p)];
    return out;
  });
}

// Blocks of at most about 16 MB, but at least twice as many rows as columns.
function rowsPerBlock(n: number): number {
  return Math.max(2 * n, Math.min(16384, Math.floor(2 ** 21 / Math.max(1, n))));
}

// Blocks have rows beside them for a panel of the triangle.
function allocWork(heap: WasmHeap, rows: number, cols: number): number {
  return heap.alloc(heap.exports.qr_work(rows + PANEL, cols) * 8);
}

function tLength(n: number): number {
  return Math.ceil(n / PANEL) * PANEL * PANEL;
}

function upperPart(a: Float64Array, k: number, n: number): Float64Array {
  const r = new Float64Array(k * n);
  for (let i = 0; i < k; i++) r.set(a.subarray(i * n + i, (i + 1) * n), i * n + i);
  return r;
}

function turnSigns(r: Float64Array, k: number, n: number): Float64Array {
  const signs = new Float64Array(k).fill(1);
  for (let i = 0; i < k; i++) {
    if (!(r[i * n + i] < 0)) continue;
    signs[i] = -1;
    for (let j = i; j < n; j++) r[i * n + j] = -r[i * n + j];
  }
  return signs;
}

/** Columns of a panel (_qr.ts). */
const PANEL = 64;
