// Eigenvalues and eigenvectors of a general real matrix: balancing, Hessenberg form, Francis double-shift QR, and vectors by
// back-substitution (Golub & Van Loan, Matrix Computations, sections 7.4 to 7.6). About 10 n³ operations for values,
// 28 n³ with vectors. Vectors always, and values from a size on, come from wasm (lib/wasm/eigen.ts).

import { generalPairs } from "#lib/wasm/eigen.ts";
import { balance, type Balancing, undoBalance } from "./balance.ts";
import { dividedBy, exactScale, scaledCopy } from "./exact_scale.ts";
import { quasiTriangular, toHessenberg } from "./francis_qr.ts";
import { requireFinite, requireShape } from "./require_shape.ts";
import { eigenvaluesOfSchur } from "./standard_block.ts";

/** Eigenvalues, complex ones as conjugate pairs, in descending order of real, then imaginary part. */
export interface Eigenvalues {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * Eigenvalues with right eigenvectors: column j of `vectorsRe` + i·`vectorsIm` (n×n, row-major) belongs to eigenvalue j. Each
 * has Euclidean norm 1, and its component of largest magnitude (the first such) is real and positive.
 */
export interface Eigenpairs extends Eigenvalues {
  readonly vectorsRe: Float64Array;
  readonly vectorsIm: Float64Array;
}

/** From this size on wasm takes over from TypeScript, which does the same in the same way. */
export const EIGEN_WASM_FROM = 8;

/**
 * The n eigenvalues of A (n×n). Compare spectra as sets: the order of two whose real parts agree to
 * rounding is not meaningful.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 * @throws {Error} if an eigenvalue does not converge (never seen).
 *
 * @example
 * ```ts
 * import { eigenvalues } from "#lib/math/linalg/eigen.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { re, im } = eigenvalues(Float64Array.of(0, -2, 2, 0), 2);
 * assertAlmostEquals(re[0], 0, 1e-15);
 * assertAlmostEquals(im[0], 2, 1e-15);
 * ```
 */
export function eigenvalues(a: Float64Array, n: number): Eigenvalues {
  const { h, scale, first } = prepared("eigenvalues", a, n);
  const { re, im } = n < EIGEN_WASM_FROM ? plainEigenvalues(h, n) : generalPairs(h, n, "values");
  return sorted(re, im, [scale, first], descending(re, im));
}

/**
 * All eigenvalues and eigenvectors of A (n×n). Vectors of a defective matrix are parallel where there are too few: look
 * at their condition number before inverting them.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 * @throws {Error} if an eigenvalue does not converge (never seen).
 *
 * @example
 * ```ts
 * import { eigenpairs } from "#lib/math/linalg/eigen.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { re, vectorsRe } = eigenpairs(Float64Array.of(2, 1, 0, 1), 2);
 * assertAlmostEquals(re[0], 2, 1e-15);
 * assertAlmostEquals(vectorsRe[0], 1, 1e-15);
 * ```
 */
export function eigenpairs(a: Float64Array, n: number): Eigenpairs {
  const { h, scale, first, balancing } = prepared("eigenpairs", a, n);
  const { re, im, rows } = generalPairs(h, n, "vectors");
  undoBalance(balancing, rows, n);
  const order = descending(re, im);
  return { ...sorted(re, im, [scale, first], order), ...unitColumns(rows, im, order, n) };
}

function prepared(caller: string, a: Float64Array, n: number) {
  requireShape(caller, "a", a, n, n);
  requireFinite(caller, "a", a);
  // Scaled after balancing, which may bring very large and very small entries together; before, only so that sums do not
  // overflow and no digits are lost to denormal numbers.
  const size = exactScale(a);
  const first = size > 2 ** 960 ? 2 ** 64 : size < 2 ** -500 ? 2 ** -500 : 1;
  const balanced = dividedBy(a, first);
  const balancing: Balancing = balance(balanced, n);
  const { a: h, scale } = scaledCopy(balanced);
  return { h, scale, first, balancing };
}

function plainEigenvalues(h: Float64Array, n: number): Eigenvalues {
  toHessenberg(h, null, n);
  quasiTriangular(h, null, n);
  return eigenvaluesOfSchur(h, n);
}

function descending(re: Float64Array, im: Float64Array): number[] {
  return Array.from({ length: re.length }, (_, i) => i)
    .sort((i, j) => re[j] - re[i] || im[j] - im[i] || i - j);
}

function sorted(
  re: Float64Array,
  im: Float64Array,
  [scale, first]: readonly [number, number],
  order: readonly number[],
): Eigenvalues {
  return {
    re: Float64Array.from(order, (i) => re[i] * scale * first),
    im: Float64Array.from(order, (i) => im[i] * scale * first),
  };
}

// Vectors from rows to columns in the wanted order, normalised.
function unitColumns(rows: Float64Array, im: Float64Array, order: readonly number[], n: number) {
  const vectorsRe = new Float64Array(n * n);
  const vectorsIm = new Float64Array(n * n);
  const none = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const from = order[j];
    const first = im[from] < 0 ? from - 1 : from;
    const x = rows.subarray(first * n, (first + 1) * n);
    const y = im[from] === 0 ? none : rows.subarray((first + 1) * n, (first + 2) * n);
    const { fr, fi, at } = unitFactor(x, y);
    const sign = im[from] < 0 ? -1 : 1;
    for (let i = 0, p = j; i < n; i++, p += n) {
      vectorsRe[p] = x[i] * fr - y[i] * fi;
      vectorsIm[p] = sign * (x[i] * fi + y[i] * fr);
    }
    vectorsIm[at * n + j] = 0;
  }
  return { vectorsRe, vectorsIm };
}

// The factor that makes x + i·y a unit vector whose largest component is real and positive.
function unitFactor(x: Float64Array, y: Float64Array) {
  let size = 0;
  for (let i = 0; i < x.length; i++) size = Math.max(size, Math.abs(x[i]), Math.abs(y[i]));
  if (size === 0) return { fr: 1, fi: 0, at: 0 };
  let squares = 0, most = -1, at = 0;
  for (let i = 0; i < x.length; i++) {
    const re = x[i] / size, im = y[i] / size;
    const square = re * re + im * im;
    squares += square;
    if (square > most) most = square, at = i;
  }
  const re = x[at] / size, im = y[at] / size;
  const length = Math.sqrt(most) * Math.sqrt(squares);
  return { fr: re / length / size, fi: -im / length / size, at };
}
