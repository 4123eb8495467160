// Fresh random matrices for the tests of numerics, and the residuals the tests bound.
// Every run draws a new seed; a failure names it, and `fresh(run, seed)` repeats it.

import { randomStream } from "#lib/core/random.ts";

/** Draws for one test: each call is a new part of the same seeded stream. */
export interface Draws {
  readonly seed: number;
  /** rows × cols standard normal entries. */
  normal(rows: number, cols: number): Float64Array;
  /** An integer in [from, to]. */
  integer(from: number, to: number): number;
}

/** Runs a check on fresh draws and adds the seed to the message of a failure. */
export function fresh(
  run: (draws: Draws) => void,
  seed = crypto.getRandomValues(new Uint32Array(1))[0],
): void {
  const stream = randomStream(seed, "tests/numerics");
  let next = 0;
  try {
    run({
      seed,
      normal(rows, cols) {
        const out = new Float64Array(rows * cols);
        stream.normal(out, next++);
        return out;
      },
      integer: (from, to) => from + stream.integer(to - from + 1, next++),
    });
  } catch (error) {
    throw new Error(`with seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
}

/** The product in the plainest way: the second opinion for everything else. */
export function plainProduct(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < k; p++) out[i * n + j] += a[i * k + p] * b[p * n + j];
    }
  }
  return out;
}

/** max |QᵀQ − I| for Q (m×k). */
export function orthonormality(q: Float64Array, m: number, k: number): number {
  let worst = 0;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? -1 : 0;
      for (let p = 0; p < m; p++) sum += q[p * k + i] * q[p * k + j];
      worst = Math.max(worst, Math.abs(sum));
    }
  }
  return worst;
}

/** max |a − b|. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths ${a.length} and ${b.length} differ`);
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - b[i]);
    if (!(d <= worst)) worst = d;
  }
  return worst;
}

/** A random m×k matrix with orthonormal columns (Gram–Schmidt, twice). */
export function orthonormalMatrix(draws: Draws, m: number, k: number): Float64Array {
  const q = draws.normal(m, k);
  for (let j = 0; j < k; j++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < j; i++) {
        let overlap = 0;
        for (let p = 0; p < m; p++) overlap += q[p * k + i] * q[p * k + j];
        for (let p = 0; p < m; p++) q[p * k + j] -= overlap * q[p * k + i];
      }
    }
    let squares = 0;
    for (let p = 0; p < m; p++) squares += q[p * k + j] ** 2;
    for (let p = 0; p < m; p++) q[p * k + j] /= Math.sqrt(squares);
  }
  return q;
}

/** U diag(s) Vᵀ with random orthonormal factors: a matrix of known singular values. */
export function withSingularValues(draws: Draws, m: number, n: number, s: ArrayLike<number>) {
  const k = s.length;
  const u = orthonormalMatrix(draws, m, k);
  const v = orthonormalMatrix(draws, n, k);
  const a = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < k; p++) a[i * n + j] += u[i * k + p] * s[p] * v[j * k + p];
    }
  }
  return a;
}

/** Rows as arrays, for ml-matrix. */
export function rowsOf(a: Float64Array, m: number, n: number): number[][] {
  return Array.from({ length: m }, (_, i) => Array.from(a.subarray(i * n, (i + 1) * n)));
}
