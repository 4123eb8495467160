// Householder QR on columns: the shared core of qr.ts and svd.ts.
// A matrix is held as its transpose (`columns`, n rows of length m), so that each column is contiguous and
// reflections are dots and axpys over unbroken memory, four columns at a time.
// Leaves out pivoting (svd.ts has a pivoted variant for small triangles).

/** The outcome of `factorColumns`: reflectors below the diagonal, R's diagonal apart. */
export interface ColumnFactor {
  /** n×m: entry (j, i) is R(i, j) for i < j and component i of reflector j for i ≥ j. */
  readonly columns: Float64Array;
  /** Reflector j is I − beta[j] v vᵀ; 0 means identity. */
  readonly beta: Float64Array;
  /** R(j, j), of either sign. */
  readonly diagonal: Float64Array;
  readonly m: number;
  readonly n: number;
}

/**
 * QR by Householder reflections of the m×n matrix whose columns are the rows of `columns` (overwritten);
 * 2n²(m − n/3) operations for m ≥ n. Golub & Van Loan, Matrix Computations, section 5.2.2.
 *
 * @example
 * ```ts
 * import { factorColumns } from "#lib/math/linalg/householder.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { diagonal } = factorColumns(Float64Array.of(3, 4), 2, 1);
 * assertAlmostEquals(Math.abs(diagonal[0]), 5, 1e-14);
 * ```
 */
export function factorColumns(columns: Float64Array, m: number, n: number): ColumnFactor {
  const k = Math.min(m, n);
  const beta = new Float64Array(k);
  const diagonal = new Float64Array(k);
  for (let j = 0; j < k; j++) {
    makeReflector(columns, j * m + j, m - j, j, beta, diagonal);
    if (beta[j] !== 0) reflectRows(columns, j * m + j, m - j, beta[j], columns, j + 1, n, m, j);
  }
  return { columns, beta, diagonal, m, n };
}

/**
 * The first k = min(m, n) columns of Q as a k×m matrix (row j = column j of Q), with the signs that make
 * R's diagonal non-negative.
 *
 * @example
 * ```ts
 * import { factorColumns, orthonormalColumns } from "#lib/math/linalg/householder.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const q = orthonormalColumns(factorColumns(Float64Array.of(3, 4), 2, 1));
 * assertAlmostEquals(q[0], 0.6, 1e-15);
 * ```
 */
export function orthonormalColumns(factor: ColumnFactor): Float64Array {
  const { columns, beta, diagonal, m } = factor;
  const k = beta.length;
  const q = new Float64Array(k * m);
  for (let j = 0; j < k; j++) q[j * m + j] = diagonal[j] < 0 ? -1 : 1;
  for (let j = k - 1; j >= 0; j--) {
    if (beta[j] !== 0) reflectRows(columns, j * m + j, m - j, beta[j], q, j, k, m, j);
  }
  return q;
}

/**
 * R (k×n, row-major, upper triangular, diagonal non-negative), k = min(m, n).
 *
 * @example
 * ```ts
 * import { factorColumns, upperTriangle } from "#lib/math/linalg/householder.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(upperTriangle(factorColumns(Float64Array.of(3, 4), 2, 1))[0], 5, 1e-14);
 * ```
 */
export function upperTriangle({ columns, diagonal, m, n }: ColumnFactor): Float64Array {
  const k = diagonal.length;
  const r = new Float64Array(k * n);
  for (let i = 0; i < k; i++) {
    const sign = diagonal[i] < 0 ? -1 : 1;
    r[i * n + i] = Math.abs(diagonal[i]);
    for (let j = i + 1; j < n; j++) r[i * n + j] = sign * columns[j * m + i];
  }
  return r;
}

/**
 * Makes the reflector that maps the `length` entries from `start` on to a multiple of the first unit
 * vector: v replaces them, `beta[j]` and `diagonal[j]` are set.
 *
 * @example
 * ```ts
 * import { makeReflector } from "#lib/math/linalg/householder.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const beta = new Float64Array(1);
 * const diagonal = new Float64Array(1);
 * makeReflector(Float64Array.of(3, 4), 0, 2, 0, beta, diagonal);
 * assertEquals(diagonal[0], -5);
 * ```
 */
export function makeReflector(
  x: Float64Array,
  start: number,
  length: number,
  j: number,
  beta: Float64Array,
  diagonal: Float64Array,
): void {
  // v may have any length. It is brought near 1 by powers of two, which are exact, so that products with it stay in range.
  let scale = 1;
  for (let pass = 0; pass < 3; pass++) {
    const squares = squaresFrom(x, start, start + length);
    if ((squares > 1e-10 && squares < 1e10) || !(squares < Infinity)) break;
    const up = squares < 1e-250 ? 2 ** 500 : 2 ** Math.round(-Math.log2(squares) / 2);
    if (scale * up === Infinity) break;
    for (let i = start; i < start + length; i++) x[i] *= up;
    scale *= up;
    if (squares >= 1e-250) break;
  }
  const tail = squaresFrom(x, start + 1, start + length);
  const head = x[start];
  if (tail === 0) {
    beta[j] = 0;
    diagonal[j] = head / scale;
    return;
  }
  const norm = Math.sqrt(head * head + tail);
  const pivot = head > 0 ? -norm : norm;
  const v0 = head - pivot;
  x[start] = v0;
  beta[j] = 2 / (v0 * v0 + tail);
  diagonal[j] = pivot / scale;
}

/**
 * Applies I − beta v vᵀ, v = `v[start … start+length)`, to entries `offset … offset+length` of the rows
 * `from … to−1` of `rows` (row stride `stride`).
 *
 * @example
 * ```ts
 * import { reflectRows } from "#lib/math/linalg/householder.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = Float64Array.of(3, 4);
 * reflectRows(Float64Array.of(1, 0), 0, 2, 2, rows, 0, 1, 2, 0);
 * assertEquals(rows, Float64Array.of(-3, 4));
 * ```
 */
export function reflectRows(
  v: Float64Array,
  start: number,
  length: number,
  beta: number,
  rows: Float64Array,
  from: number,
  to: number,
  stride: number,
  offset: number,
): void {
  let c = from;
  for (; c + 4 <= to; c += 4) {
    const p0 = c * stride + offset;
    const p1 = p0 + stride;
    const p2 = p1 + stride;
    const p3 = p2 + stride;
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (let i = 0; i < length; i++) {
      const x = v[start + i];
      s0 += x * rows[p0 + i], s1 += x * rows[p1 + i];
      s2 += x * rows[p2 + i], s3 += x * rows[p3 + i];
    }
    s0 *= beta, s1 *= beta, s2 *= beta, s3 *= beta;
    for (let i = 0; i < length; i++) {
      const x = v[start + i];
      rows[p0 + i] -= s0 * x, rows[p1 + i] -= s1 * x;
      rows[p2 + i] -= s2 * x, rows[p3 + i] -= s3 * x;
    }
  }
  for (; c < to; c++) {
    const p = c * stride + offset;
    let s = 0;
    for (let i = 0; i < length; i++) s += v[start + i] * rows[p + i];
    s *= beta;
    for (let i = 0; i < length; i++) rows[p + i] -= s * v[start + i];
  }
}

function squaresFrom(x: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += x[i] * x[i];
  return sum;
}
