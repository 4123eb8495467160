// Large products of f64 matrices on wasm: arrays go in block by block, so that memory stays bounded whatever their size.
// Every entry is summed over the inner index in ascending order, as the plain loops of lib/math/linalg do it: the same
// bytes. Leaves out factorisations (dense_factors.ts) and when it pays (lib/math/linalg).

import bytes from "./dense.wasm" with { type: "bytes" };
import { type WasmHeap, withHeap } from "./instance.ts";

/** A matrix as a product takes it: row-major, `cols` wide as stored, or its transpose. */
export interface Operand {
  readonly data: Float64Array;
  readonly cols: number;
  readonly transposed: boolean;
}

/** How C comes about: `set` C = αA·B; `add` C += αA·B, one running sum; `add_blocks` sums of 256 terms added to C. */
export type Accumulation = "set" | "add" | "add_blocks";

/** Terms in a block of `add_blocks`. */
export const SUM_BLOCK = 256;

/**
 * C (m×n) from op(A) (m×k) and op(B) (k×n), written to `out`, which must not overlap them. With `upper` (m = n) only
 * the upper triangle is right; what is below may change. Sizes are not checked.
 *
 * @example
 * ```ts
 * import { product } from "#lib/wasm/dense.ts";
 * import { assertEquals } from "@std/assert";
 * const a = { data: Float64Array.of(1, 2, 3, 4), cols: 2, transposed: true };
 * const b = { data: Float64Array.of(5, 6), cols: 1, transposed: false };
 * const c = new Float64Array(2);
 * product(a, b, 2, 2, 1, c);
 * assertEquals(c, Float64Array.of(23, 34));
 * ```
 */
export function product(
  a: Operand,
  b: Operand,
  m: number,
  k: number,
  n: number,
  out: Float64Array,
  accumulation: Accumulation = "set",
  upper = false,
  alpha = 1,
): void {
  const start = accumulation === "set" ? 0 : accumulation === "add" ? ADD : ADD | BY_BLOCKS;
  withHeap(bytes, (heap) => {
    const mb = Math.min(m, BLOCK), nb = Math.min(n, BLOCK);
    const fitting = Math.floor(PANEL / Math.max(mb, nb, 1) / SUM_BLOCK) * SUM_BLOCK;
    const kb = Math.min(Math.max(k, 1), Math.max(SUM_BLOCK, fitting));
    const at = {
      work: heap.alloc(heap.exports.gemm_work() * 8),
      a: heap.alloc(mb * kb * 8),
      b: heap.alloc(nb * kb * 8),
      c: heap.alloc(mb * nb * 8),
    };
    const shared = upper && a.data === b.data;
    for (let i = 0; i < m; i += BLOCK) {
      const rows = Math.min(BLOCK, m - i);
      for (let j = upper ? i : 0; j < n; j += BLOCK) {
        const cols = Math.min(BLOCK, n - j);
        if (start !== 0) copyIn(heap, at.c, out, n, i, rows, j, cols);
        let flags = start | (upper && i === j ? UPPER : 0);
        for (let p = 0; p < k || (p === 0 && start === 0); p += kb) {
          const steps = Math.min(kb, k - p);
          const [ai, ap] = strided(heap, at.a, a, i, rows, p, steps);
          const same = shared && i === j;
          const [bj, bp] = same ? [ai, ap] : strided(heap, at.b, flipped(b), j, cols, p, steps);
          const second = same ? at.a : at.b;
          heap.exports.gemm(
            ...[rows, cols, steps, alpha, at.a, ai, ap, second, bp, bj, at.c, cols, flags, at.work],
          );
          flags |= ADD;
        }
        copyOut(heap, at.c, out, n, i, rows, j, cols);
      }
    }
  });
}

// Copies lanes [i, i + lanes) × steps [p, p + steps) of op(A); returns the strides between lanes and between steps.
function strided(
  heap: WasmHeap,
  at: number,
  { data, cols, transposed }: Operand,
  i: number,
  lanes: number,
  p: number,
  steps: number,
): readonly [number, number] {
  if (transposed) copyIn(heap, at, data, cols, p, steps, i, lanes);
  else copyIn(heap, at, data, cols, i, lanes, p, steps);
  return transposed ? [1, lanes] : [steps, 1];
}

function flipped({ data, cols, transposed }: Operand): Operand {
  return { data, cols, transposed: !transposed };
}

/**
 * Copies rows [i, i + rows) × columns [j, j + cols) of a matrix of `width` columns to an address, without gaps.
 *
 * @example
 * ```ts
 * import { copyIn } from "#lib/wasm/dense.ts";
 * import { WasmHeap } from "#lib/wasm/instance.ts";
 * import { assertEquals } from "@std/assert";
 * const heap = new WasmHeap(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
 * const at = heap.alloc(16);
 * copyIn(heap, at, Float64Array.of(1, 2, 3, 4), 2, 0, 2, 1, 1);
 * assertEquals(heap.take(at, 2), Float64Array.of(2, 4));
 * ```
 */
export function copyIn(
  heap: WasmHeap,
  at: number,
  data: Float64Array,
  width: number,
  i: number,
  rows: number,
  j: number,
  cols: number,
): void {
  const view = heap.f64(at, rows * cols);
  if (cols === width) {
    view.set(data.subarray(i * width, (i + rows) * width));
    return;
  }
  for (let r = 0, from = i * width + j; r < rows; r++, from += width) {
    view.set(data.subarray(from, from + cols), r * cols);
  }
}

/**
 * The way back of `copyIn`.
 *
 * @example
 * ```ts
 * import { copyOut } from "#lib/wasm/dense.ts";
 * import { WasmHeap } from "#lib/wasm/instance.ts";
 * import { assertEquals } from "@std/assert";
 * const heap = new WasmHeap(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
 * const out = new Float64Array(4);
 * copyOut(heap, heap.put(Float64Array.of(2, 4)), out, 2, 0, 2, 1, 1);
 * assertEquals(out, Float64Array.of(0, 2, 0, 4));
 * ```
 */
export function copyOut(
  heap: WasmHeap,
  at: number,
  data: Float64Array,
  width: number,
  i: number,
  rows: number,
  j: number,
  cols: number,
): void {
  const view = heap.f64(at, rows * cols);
  if (cols === width) {
    data.set(view, i * width);
    return;
  }
  for (let r = 0, to = i * width + j; r < rows; r++, to += width) {
    data.set(view.subarray(r * cols, (r + 1) * cols), to);
  }
}

const ADD = 1;
const BY_BLOCKS = 2;
const UPPER = 4;
/** Rows and columns of a block of C. */
const BLOCK = 512;
/** Numbers of a block of A or B. */
const PANEL = BLOCK * SUM_BLOCK;
