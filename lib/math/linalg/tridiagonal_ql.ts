// Eigenvalues of a symmetric tridiagonal matrix by implicit QL with Wilkinson's shift.
// Golub & Van Loan, Matrix Computations, section 8.3.3; Dubrulle, Martin & Wilkinson 1968. About 30 n² operations, and
// 3n³ more when rotations are applied to vectors. Errors are of the size eps·‖T‖ in every eigenvalue.

/**
 * Diagonalises a symmetric tridiagonal matrix of size n in place: `d` becomes the eigenvalues, unsorted; e[k], which
 * couples k and k+1, becomes zero. The rotations act on pairs of the n rows of `rows`, if given (length n each).
 * QL converges fast on blocks graded upwards, so a block graded downwards is turned end for end first.
 *
 * @throws {Error} if an eigenvalue does not converge (never seen).
 *
 * @example
 * ```ts
 * import { implicitQL } from "#lib/math/linalg/tridiagonal_ql.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const d = Float64Array.of(2, 2);
 * implicitQL(d, Float64Array.of(1, 0), 2, null);
 * assertAlmostEquals(Math.max(...d), 3, 1e-14);
 * ```
 */
export function implicitQL(
  d: Float64Array,
  e: Float64Array,
  n: number,
  rows: Float64Array | null,
): void {
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]), Math.abs(e[i]));
  let blockEnd = -1;
  for (let l = 0; l < n; l++) {
    if (l > blockEnd) {
      blockEnd = splitAfter(d, e, l, n - 1, SMALLEST);
      if (Math.abs(d[blockEnd]) < Math.abs(d[l])) reverseBlock(d, e, l, blockEnd, n, rows);
    }
    for (let iteration = 0;; iteration++) {
      // Where roundings from large entries keep refilling a small coupling, one of size eps·‖T‖ may go.
      const m = splitAfter(d, e, l, blockEnd, iteration < PATIENCE ? SMALLEST : EPSILON * norm);
      if (m === l) break;
      if (iteration >= MAX_ITERATIONS) {
        throw new Error(`symmetricEigen: no convergence after ${MAX_ITERATIONS} QL steps at ${l}`);
      }
      qlStep(d, e, l, m, n, rows);
    }
  }
}

// The end of the unreduced block that starts at `from`: the first m whose e[m] is negligible.
function splitAfter(
  d: Float64Array,
  e: Float64Array,
  from: number,
  last: number,
  floor: number,
): number {
  let m = from;
  while (m < last && Math.abs(e[m]) > EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1])) + floor) {
    m++;
  }
  return m;
}

function reverseBlock(
  d: Float64Array,
  e: Float64Array,
  from: number,
  to: number,
  n: number,
  rows: Float64Array | null,
): void {
  d.subarray(from, to + 1).reverse();
  e.subarray(from, to).reverse();
  if (rows === null) return;
  for (let i = from, j = to; i < j; i++, j--) {
    const row = rows.slice(i * n, (i + 1) * n);
    rows.copyWithin(i * n, j * n, (j + 1) * n);
    rows.set(row, j * n);
  }
}

// One implicit step with Wilkinson's shift on the block l … m, chasing the bulge from the bottom up.
function qlStep(
  d: Float64Array,
  e: Float64Array,
  l: number,
  m: number,
  n: number,
  rows: Float64Array | null,
): void {
  let g = (d[l + 1] - d[l]) / (2 * e[l]);
  const root = Math.hypot(g, 1);
  g = d[m] - d[l] + e[l] / (g + (g >= 0 ? root : -root));
  let s = 1;
  let c = 1;
  let shift = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i];
    const b = c * e[i];
    let r = Math.sqrt(f * f + g * g);
    if (r < TINY) r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= shift;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - shift;
    const t = (d[i] - g) * s + 2 * c * b;
    shift = s * t;
    d[i + 1] = g + shift;
    g = c * t - b;
    if (rows !== null) rotateRows(rows, i * n, (i + 1) * n, n, c, s);
  }
  d[l] -= shift;
  e[l] = g;
  e[m] = 0;
}

// (x, y) ← (c x − s y, s x + c y) for two rows of length n.
function rotateRows(a: Float64Array, x: number, y: number, n: number, c: number, s: number): void {
  for (const end = x + n; x < end; x++, y++) {
    const p = a[x];
    const q = a[y];
    a[x] = c * p - s * q;
    a[y] = s * p + c * q;
  }
}

const EPSILON = Number.EPSILON;
const TINY = 1e-140;
const SMALLEST = 1e-300;
const PATIENCE = 30;
const MAX_ITERATIONS = 60;
