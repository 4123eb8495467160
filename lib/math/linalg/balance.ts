// Balancing of a general matrix before its eigenvalues are computed: a permutation that brings out eigenvalues that stand
// alone, then a diagonal similarity by powers of two until each row and its column have norms within a factor of two.
// Parlett & Reinsch 1969. Exact, and undone on eigenvectors.

/** How a matrix was balanced: its balanced form is D⁻¹ Pᵀ A P D. */
export interface Balancing {
  /** Diagonal of D. */
  readonly scales: Float64Array;
  /** Exchanges of rows and columns in the order in which they were made: (i, j), (i, j), … */
  readonly exchanges: readonly number[];
}

/**
 * Balances an n×n matrix in place.
 *
 * @example
 * ```ts
 * import { balance } from "#lib/math/linalg/balance.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const a = Float64Array.of(1, 1024, 1 / 1024, 1);
 * balance(a, 2);
 * assertEquals(a, Float64Array.of(1, 1, 1, 1));
 * ```
 */
export function balance(a: Float64Array, n: number): Balancing {
  const { lo, hi, exchanges } = permute(a, n);
  return { scales: equalise(a, n, lo, hi), exchanges };
}

/**
 * Turns eigenvectors of the balanced matrix, in rows of n, into those of the matrix, in place.
 *
 * @example
 * ```ts
 * import { balance, undoBalance } from "#lib/math/linalg/balance.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const balancing = balance(Float64Array.of(1, 0, 5, 2), 2);
 * assertEquals(undoBalance(balancing, Float64Array.of(1, 0), 2), Float64Array.of(0, 1));
 * ```
 */
export function undoBalance(
  { scales, exchanges }: Balancing,
  rows: Float64Array,
  n: number,
): Float64Array {
  for (let at = 0; at < rows.length; at += n) {
    for (let i = 0; i < n; i++) rows[at + i] *= scales[i];
    for (let e = exchanges.length - 2; e >= 0; e -= 2) {
      const i = at + exchanges[e], j = at + exchanges[e + 1];
      [rows[i], rows[j]] = [rows[j], rows[i]];
    }
  }
  return rows;
}

// Rows with nothing but their diagonal entry go last, columns of that kind first; lo … hi is what is left between.
function permute(a: Float64Array, n: number) {
  const exchanges: number[] = [];
  let lo = 0, hi = n - 1;
  for (let i = hi; i >= 0;) {
    if (!aloneInRow(a, n, i, hi)) {
      i--;
      continue;
    }
    exchange(a, n, i, hi, exchanges);
    hi--;
    i = hi;
  }
  for (let j = lo; j <= hi;) {
    if (!aloneInColumn(a, n, j, lo, hi)) {
      j++;
      continue;
    }
    exchange(a, n, j, lo, exchanges);
    lo++;
    j = lo;
  }
  return { lo, hi, exchanges };
}

function aloneInRow(a: Float64Array, n: number, i: number, hi: number): boolean {
  for (let j = 0; j <= hi; j++) if (j !== i && a[i * n + j] !== 0) return false;
  return true;
}

function aloneInColumn(a: Float64Array, n: number, j: number, lo: number, hi: number): boolean {
  for (let i = lo; i <= hi; i++) if (i !== j && a[i * n + j] !== 0) return false;
  return true;
}

function exchange(a: Float64Array, n: number, i: number, j: number, exchanges: number[]): void {
  if (i === j) return;
  exchanges.push(i, j);
  for (let k = 0; k < n; k++) [a[i * n + k], a[j * n + k]] = [a[j * n + k], a[i * n + k]];
  for (let k = 0; k < n; k++) [a[k * n + i], a[k * n + j]] = [a[k * n + j], a[k * n + i]];
}

function equalise(a: Float64Array, n: number, lo: number, hi: number): Float64Array {
  const scales = new Float64Array(n).fill(1);
  for (let again = true; again;) {
    again = false;
    for (let i = lo; i <= hi; i++) {
      let c = 0, r = 0;
      for (let j = lo; j <= hi; j++) {
        if (j === i) continue;
        c += Math.abs(a[j * n + i]);
        r += Math.abs(a[i * n + j]);
      }
      if (c === 0 || r === 0) continue;
      const sum = c + r;
      let f = 1;
      while (c < r / 2) f *= 2, c *= 4;
      while (c > r * 2) f /= 2, c /= 4;
      if ((c + r) / f >= 0.95 * sum || f === 1 || !inRange(scales[i] * f)) continue;
      again = true;
      scales[i] *= f;
      for (let j = 0; j < n; j++) a[i * n + j] /= f;
      for (let j = 0; j < n; j++) a[j * n + i] *= f;
    }
  }
  return scales;
}

function inRange(scale: number): boolean {
  return scale > 2 ** -900 && scale < 2 ** 900;
}
