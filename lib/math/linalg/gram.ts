// Gram matrices AᵀA and the column centring that usually precedes them.
// Row blocks of fixed size are summed one after the other, so a result is a function of the data alone
// and plain loops (plain_gram.ts, small sizes) and wasm (lib/wasm/dense.ts, others) give the same bytes.

import { product } from "#lib/wasm/dense.ts";
import { wasmPays } from "./matmul.ts";
import { GRAM_ROW_BLOCK, plainAddCrossGram, plainAddUpperGram } from "./plain_gram.ts";
import { requireShape } from "./require_shape.ts";

export { GRAM_ROW_BLOCK };

/**
 * AᵀA (n×n, exactly symmetric) of A (m×n): m·n² operations. Singular values taken from it lose
 * those below about 1e-8 of the largest; see svd.ts for the accurate way.
 *
 * @throws {RangeError} if an array's length does not fit the sizes.
 *
 * @example
 * ```ts
 * import { gram } from "#lib/math/linalg/gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(gram(Float64Array.of(1, 2, 3, 4), 2, 2), Float64Array.of(10, 14, 14, 20));
 * ```
 */
export function gram(
  a: Float64Array,
  m: number,
  n: number,
  out: Float64Array = new Float64Array(n * n),
): Float64Array {
  requireShape("gram", "a", a, m, n);
  requireShape("gram", "out", out, n, n);
  out.fill(0);
  addUpperGram(a, m, n, out);
  return mirrorUpper(out, n);
}

/**
 * Adds the upper triangle of AᵀA to that of `out`, for a matrix that comes in pieces: pieces of a multiple of
 * `GRAM_ROW_BLOCK` rows (the last of any) give, after `mirrorUpper`, the bytes of `gram` of the whole.
 *
 * @throws {RangeError} if an array's length does not fit the sizes.
 *
 * @example
 * ```ts
 * import { addUpperGram, mirrorUpper } from "#lib/math/linalg/gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const sum = new Float64Array(4);
 * addUpperGram(Float64Array.of(1, 2), 1, 2, sum);
 * addUpperGram(Float64Array.of(3, 4), 1, 2, sum);
 * assertEquals(mirrorUpper(sum, 2), Float64Array.of(10, 14, 14, 20));
 * ```
 */
export function addUpperGram(a: Float64Array, m: number, n: number, out: Float64Array): void {
  requireShape("addUpperGram", "a", a, m, n);
  requireShape("addUpperGram", "out", out, n, n);
  if (wasmPays(n, m, n)) {
    const left = { data: a, cols: n, transposed: true };
    product(left, { ...left, transposed: false }, n, m, n, out, "add_blocks", true);
  } else {
    plainAddUpperGram(a, m, n, out);
  }
}

/**
 * Copies the upper triangle of an n×n matrix to the lower, in place.
 *
 * @example
 * ```ts
 * import { mirrorUpper } from "#lib/math/linalg/gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mirrorUpper(Float64Array.of(1, 2, 0, 3), 2), Float64Array.of(1, 2, 2, 3));
 * ```
 */
export function mirrorUpper(a: Float64Array, n: number): Float64Array {
  for (let i0 = 0; i0 < n; i0 += COLUMN_PANEL) {
    for (let j0 = 0; j0 <= i0; j0 += COLUMN_PANEL) {
      for (let i = i0; i < Math.min(n, i0 + COLUMN_PANEL); i++) {
        const end = Math.min(i, j0 + COLUMN_PANEL);
        for (let j = j0; j < end; j++) a[i * n + j] = a[j * n + i];
      }
    }
  }
  return a;
}

/**
 * AᵀB (p×q) of A (m×p) and B (m×q), summed in the same row blocks as `gram`: `crossGram(a, a, …)` has the
 * bytes of `gram(a, …)`, and over many rows the rounding is smaller than in one running sum.
 *
 * @throws {RangeError} if an array's length does not fit the sizes.
 *
 * @example
 * ```ts
 * import { crossGram } from "#lib/math/linalg/gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(crossGram(Float64Array.of(1, 2), Float64Array.of(3, 4), 2, 1, 1), Float64Array.of(11));
 * ```
 */
export function crossGram(
  a: Float64Array,
  b: Float64Array,
  m: number,
  p: number,
  q: number,
  out: Float64Array = new Float64Array(p * q),
): Float64Array {
  requireShape("crossGram", "a", a, m, p);
  requireShape("crossGram", "b", b, m, q);
  requireShape("crossGram", "out", out, p, q);
  out.fill(0);
  if (wasmPays(p, m, q)) {
    const left = { data: a, cols: p, transposed: true };
    product(left, { data: b, cols: q, transposed: false }, p, m, q, out, "add_blocks");
  } else {
    plainAddCrossGram(a, b, m, p, q, out);
  }
  return out;
}

/**
 * Subtracts from each column of A (m×n) its mean; returns the centred copy (or `out`, which may be
 * `a` itself). The mean is corrected once by the mean of the residuals, so that a large offset does
 * not survive as rounding.
 *
 * @throws {RangeError} if an array's length does not fit the sizes.
 *
 * @example
 * ```ts
 * import { centreColumns } from "#lib/math/linalg/gram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(centreColumns(Float64Array.of(1, 10, 3, 20), 2, 2), Float64Array.of(-1, -5, 1, 5));
 * ```
 */
export function centreColumns(
  a: Float64Array,
  m: number,
  n: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  requireShape("centreColumns", "a", a, m, n);
  requireShape("centreColumns", "out", out, m, n);
  if (m === 0) return out;
  const mean = columnSums(a, m, n);
  for (let j = 0; j < n; j++) mean[j] /= m;
  subtractRow(a, mean, m, n, out);
  const rest = columnSums(out, m, n);
  for (let j = 0; j < n; j++) rest[j] /= m;
  return subtractRow(out, rest, m, n, out);
}

function columnSums(a: Float64Array, m: number, n: number): Float64Array {
  const sums = new Float64Array(n);
  for (let i = 0, p = 0; i < m; i++) {
    for (let j = 0; j < n; j++, p++) sums[j] += a[p];
  }
  return sums;
}

function subtractRow(a: Float64Array, row: Float64Array, m: number, n: number, out: Float64Array) {
  for (let i = 0, p = 0; i < m; i++) {
    for (let j = 0; j < n; j++, p++) out[p] = a[p] - row[j];
  }
  return out;
}

const COLUMN_PANEL = 64;
