// All eigenvalues, and if wanted eigenvectors, of a real symmetric matrix.
// Householder tridiagonalisation, then implicit QL with Wilkinson shifts (Golub & Van Loan, Matrix
// Computations, sections 8.3.1 and 8.3.3; the shape of EISPACK's tred2/tql2, written anew for
// row-contiguous access). About 4/3 n³ + 4/3 n³ + 3n³ operations with vectors, 4/3 n³ without.
// Errors are of the size eps·‖A‖ in every eigenvalue: small ones of a graded matrix are not relatively accurate.
// Leaves out a few leading eigenpairs of a large matrix.

import { requireFinite, requireShape } from "./require_shape.ts";
import { transpose } from "./transpose.ts";

/** Eigenvalues in descending order; eigenvector j is column j of `vectors` (n×n, row-major). */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * A = V diag(values) Vᵀ for symmetric A (n×n; only its upper triangle is read). Each eigenvector's
 * component of largest magnitude (the first such) is positive, so the result is deterministic
 * wherever eigenvalues are distinct.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { symmetricEigen } from "#lib/math/linalg/symmetric_eigen.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
 * assertAlmostEquals(values[0], 3, 1e-14);
 * assertAlmostEquals(vectors[0], Math.SQRT1_2, 1e-14);
 * ```
 */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const { work, scale } = scaledCopy("symmetricEigen", a, n);
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  const beta = tridiagonalise(work, n, diagonal, off);
  const rows = transpose(accumulate(work, beta, n), n, n);
  implicitQL(diagonal, off, n, rows);
  return sorted(diagonal, scale, n, rows);
}

/**
 * The eigenvalues alone, descending.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { symmetricEigenvalues } from "#lib/math/linalg/symmetric_eigen.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(symmetricEigenvalues(Float64Array.of(2, 1, 1, 2), 2)[1], 1, 1e-14);
 * ```
 */
export function symmetricEigenvalues(a: Float64Array, n: number): Float64Array {
  const { work, scale } = scaledCopy("symmetricEigenvalues", a, n);
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  tridiagonalise(work, n, diagonal, off);
  implicitQL(diagonal, off, n, null);
  for (let i = 0; i < n; i++) diagonal[i] *= scale;
  return diagonal.sort().reverse();
}

// A copy divided by the power of two nearest its largest entry: exact, and free of overflow in squares.
function scaledCopy(caller: string, a: Float64Array, n: number) {
  requireShape(caller, "a", a, n, n);
  requireFinite(caller, "a", a);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]));
  if (largest === 0) return { work: a.slice(), scale: 1 };
  const exponent = Math.max(-1000, Math.min(1000, Math.round(Math.log2(largest))));
  const scale = 2 ** exponent;
  const work = a.slice();
  for (let i = 0; i < work.length; i++) work[i] /= scale;
  return { work, scale };
}

// Reduces the upper triangle of `a` to tridiagonal form. Reflector k, I − beta[k] v vᵀ, acts on indices
// k+1 … n−1; its v replaces row k of `a` from column k+1 on. off[k] couples k and k+1.
function tridiagonalise(a: Float64Array, n: number, diagonal: Float64Array, off: Float64Array) {
  const beta = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    const row = k * n;
    diagonal[k] = a[row + k];
    let tail = 0;
    for (let j = k + 2; j < n; j++) tail += a[row + j] * a[row + j];
    const head = a[row + k + 1];
    // Entries are scaled to at most about 1, so a tail of 1e-140 is nothing.
    if (tail < 1e-280) {
      off[k] = head;
      continue;
    }
    const norm = Math.sqrt(head * head + tail);
    const pivot = head > 0 ? -norm : norm;
    off[k] = pivot;
    const v0 = head - pivot;
    a[row + k + 1] = v0;
    const b = 2 / (v0 * v0 + tail);
    beta[k] = b;
    // p = A v over the trailing block, each stored entry used for both its places.
    p.fill(0, k + 1);
    for (let i = k + 1; i < n; i++) {
      const base = i * n;
      const vi = a[row + i];
      let sum = a[base + i] * vi;
      for (let j = i + 1; j < n; j++) {
        const x = a[base + j];
        sum += x * a[row + j];
        p[j] += x * vi;
      }
      p[i] += sum;
    }
    let pv = 0;
    for (let i = k + 1; i < n; i++) {
      p[i] *= b;
      pv += p[i] * a[row + i];
    }
    const half = 0.5 * b * pv;
    for (let i = k + 1; i < n; i++) p[i] -= half * a[row + i];
    for (let i = k + 1; i < n; i++) {
      const base = i * n;
      const vi = a[row + i];
      const wi = p[i];
      for (let j = i; j < n; j++) a[base + j] -= vi * p[j] + wi * a[row + j];
    }
  }
  if (n > 0) diagonal[n - 1] = a[n * n - 1];
  return beta;
}

// Q = H₀ H₁ … H₍ₙ₋₂₎, built from the last reflector back so that only the trailing block is touched.
function accumulate(a: Float64Array, beta: Float64Array, n: number): Float64Array {
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  const s = new Float64Array(n);
  for (let k = n - 2; k >= 0; k--) {
    if (beta[k] === 0) continue;
    const row = k * n;
    s.fill(0, k + 1);
    for (let i = k + 1; i < n; i++) {
      const vi = a[row + i];
      const base = i * n;
      for (let j = k + 1; j < n; j++) s[j] += vi * q[base + j];
    }
    for (let i = k + 1; i < n; i++) {
      const factor = beta[k] * a[row + i];
      const base = i * n;
      for (let j = k + 1; j < n; j++) q[base + j] -= factor * s[j];
    }
  }
  return q;
}

// Diagonalises the tridiagonal matrix in place; the rotations act on pairs of rows of `rows` (if given).
// QL converges fast on blocks graded upwards, so a block graded downwards is turned end for end first.
function implicitQL(d: Float64Array, e: Float64Array, n: number, rows: Float64Array | null): void {
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

function sorted(d: Float64Array, scale: number, n: number, rows: Float64Array): SymmetricEigen {
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => d[j] - d[i] || i - j);
  const values = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    values[j] = d[order[j]] * scale;
    const base = order[j] * n;
    let largest = 0;
    for (let i = 1; i < n; i++) {
      if (Math.abs(rows[base + i]) > Math.abs(rows[base + largest])) largest = i;
    }
    const sign = rows[base + largest] < 0 ? -1 : 1;
    for (let i = 0; i < n; i++) vectors[i * n + j] = sign * rows[base + i];
  }
  return { values, vectors };
}

const EPSILON = Number.EPSILON;
const TINY = 1e-140;
const SMALLEST = 1e-300;
const PATIENCE = 30;
const MAX_ITERATIONS = 60;
