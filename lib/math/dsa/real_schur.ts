// Real Schur form with vectors: A = Z T Zᵀ, T quasi upper triangular. Hessenberg reduction, Francis
// double-shift QR, standard 2×2 blocks (Golub & Van Loan, Matrix Computations, sections 7.4.2, 7.5 and 7.6.1).
// About 25 n³ operations. Leaves out reordering and balancing: the operators compared here are small and of unit norm.

import { requireFinite, requireShape } from "#lib/math/linalg/require_shape.ts";

/** A = Z T Zᵀ with orthogonal Z (n×n). A 2×2 block of T has equal diagonal entries and complex eigenvalues. */
export interface RealSchur {
  readonly t: Float64Array;
  readonly z: Float64Array;
}

/**
 * Real Schur form of A (n×n). Entries of T below the diagonal are exactly zero but for the lower left
 * corner of each 2×2 block, whose eigenvalues are a ± i√(−bc) with a on its diagonal, b and c off it.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { realSchur } from "#lib/math/dsa/real_schur.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { t } = realSchur(Float64Array.of(2, 1, 1, 2), 2);
 * assertAlmostEquals(Math.max(t[0], t[3]), 3, 1e-14);
 * assertAlmostEquals(t[2], 0, 1e-14);
 * ```
 */
export function realSchur(a: Float64Array, n: number): RealSchur {
  requireShape("realSchur", "a", a, n, n);
  requireFinite("realSchur", "a", a);
  const h = a.slice();
  const z = new Float64Array(n * n);
  for (let i = 0; i < n; i++) z[i * n + i] = 1;
  toHessenberg(h, z, n);
  iterate(h, z, n);
  return { t: h, z };
}

// Householder reduction, accumulated in z.
function toHessenberg(h: Float64Array, z: Float64Array, n: number): void {
  const v = new Float64Array(n);
  const s = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    let tail = 0;
    for (let i = k + 2; i < n; i++) tail += h[i * n + k] * h[i * n + k];
    if (tail === 0) continue;
    const head = h[(k + 1) * n + k];
    const norm = Math.sqrt(head * head + tail);
    const pivot = head > 0 ? -norm : norm;
    for (let i = k + 1; i < n; i++) v[i] = h[i * n + k];
    v[k + 1] = head - pivot;
    const beta = 2 / (v[k + 1] * v[k + 1] + tail);
    h[(k + 1) * n + k] = pivot;
    for (let i = k + 2; i < n; i++) h[i * n + k] = 0;
    s.fill(0);
    for (let i = k + 1; i < n; i++) {
      const x = v[i];
      for (let j = k + 1, p = i * n + j; j < n; j++, p++) s[j] += x * h[p];
    }
    for (let i = k + 1; i < n; i++) {
      const x = beta * v[i];
      for (let j = k + 1, p = i * n + j; j < n; j++, p++) h[p] -= x * s[j];
    }
    reflectColumns(h, n, v, k + 1, beta);
    reflectColumns(z, n, v, k + 1, beta);
  }
}

function reflectColumns(m: Float64Array, n: number, v: Float64Array, from: number, beta: number) {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = from, p = i * n + j; j < n; j++, p++) sum += m[p] * v[j];
    sum *= beta;
    for (let j = from, p = i * n + j; j < n; j++, p++) m[p] -= sum * v[j];
  }
}

// Deflates from the bottom; each 2×2 block that comes loose is brought to standard form at once.
function iterate(h: Float64Array, z: Float64Array, n: number): void {
  let hi = n - 1;
  let steps = 0;
  while (hi > 0) {
    let lo = hi;
    while (lo > 0 && !negligible(h, n, lo)) lo--;
    if (lo > 0) h[lo * n + lo - 1] = 0;
    if (lo === hi) {
      hi--;
      steps = 0;
    } else if (lo === hi - 1) {
      standardise(h, z, n, lo);
      hi -= 2;
      steps = 0;
    } else {
      if (steps === MAX_STEPS) {
        throw new Error(`realSchur: no convergence after ${MAX_STEPS} QR steps at ${hi}`);
      }
      steps++;
      sweep(h, z, n, lo, hi, steps % 10 === 0);
    }
  }
}

function negligible(h: Float64Array, n: number, i: number): boolean {
  let size = Math.abs(h[(i - 1) * n + i - 1]) + Math.abs(h[i * n + i]);
  if (size === 0) size = 1;
  return Math.abs(h[i * n + i - 1]) <= Number.EPSILON * size;
}

// One implicit double-shift step on the active block, applied to all of T and Z.
function sweep(
  h: Float64Array,
  z: Float64Array,
  n: number,
  lo: number,
  hi: number,
  exceptional: boolean,
): void {
  const a = h[(hi - 1) * n + hi - 1], b = h[(hi - 1) * n + hi];
  const c = h[hi * n + hi - 1], d = h[hi * n + hi];
  const size = Math.abs(c) + Math.abs(h[(hi - 1) * n + hi - 2]);
  const trace = exceptional ? 1.5 * size : a + d;
  const det = exceptional ? size * size : a * d - b * c;
  const h00 = h[lo * n + lo], h10 = h[(lo + 1) * n + lo], h11 = h[(lo + 1) * n + lo + 1];
  let x0 = h00 * h00 + h[lo * n + lo + 1] * h10 - trace * h00 + det;
  let x1 = h10 * (h00 + h11 - trace);
  let x2 = h10 * h[(lo + 2) * n + lo + 1];
  for (let k = lo; k < hi; k++) {
    const three = k < hi - 1;
    if (!three) x2 = 0;
    const scale = Math.abs(x0) + Math.abs(x1) + Math.abs(x2);
    if (scale !== 0) {
      const u0 = x0 / scale, u1 = x1 / scale, u2 = x2 / scale;
      const norm = Math.sqrt(u0 * u0 + u1 * u1 + u2 * u2);
      const v0 = u0 + (u0 > 0 ? norm : -norm);
      const beta = 2 / (v0 * v0 + u1 * u1 + u2 * u2);
      const r0 = k * n, r1 = r0 + n, r2 = three ? r1 + n : r1;
      for (let j = k > lo ? k - 1 : lo; j < n; j++) {
        const sum = beta * (v0 * h[r0 + j] + u1 * h[r1 + j] + (three ? u2 * h[r2 + j] : 0));
        h[r0 + j] -= sum * v0;
        h[r1 + j] -= sum * u1;
        if (three) h[r2 + j] -= sum * u2;
      }
      reflectThree(h, n, Math.min(hi, k + 3) + 1, k, three, v0, u1, u2, beta);
      reflectThree(z, n, n, k, three, v0, u1, u2, beta);
      if (k > lo) {
        h[r1 + k - 1] = 0;
        if (three) h[r2 + k - 1] = 0;
      }
    }
    if (k + 1 < hi) {
      x0 = h[(k + 1) * n + k];
      x1 = h[(k + 2) * n + k];
      x2 = k + 3 <= hi ? h[(k + 3) * n + k] : 0;
    }
  }
}

function reflectThree(
  m: Float64Array,
  n: number,
  rows: number,
  k: number,
  three: boolean,
  v0: number,
  v1: number,
  v2: number,
  beta: number,
): void {
  for (let i = 0, p = k; i < rows; i++, p += n) {
    const sum = beta * (v0 * m[p] + v1 * m[p + 1] + (three ? v2 * m[p + 2] : 0));
    m[p] -= sum * v0;
    m[p + 1] -= sum * v1;
    if (three) m[p + 2] -= sum * v2;
  }
}

// Rotates the 2×2 block at k so that it is triangular (real eigenvalues) or has equal diagonal entries.
function standardise(h: Float64Array, z: Float64Array, n: number, k: number): void {
  const a = h[k * n + k], b = h[k * n + k + 1];
  const c = h[(k + 1) * n + k], d = h[(k + 1) * n + k + 1];
  const p = 0.5 * (a - d);
  const discriminant = p * p + b * c;
  let cs: number;
  let sn: number;
  if (discriminant >= 0) {
    // (λ − d, c) is an eigenvector, λ the eigenvalue farther from d.
    const x = p + (p >= 0 ? Math.sqrt(discriminant) : -Math.sqrt(discriminant));
    const length = Math.hypot(x, c);
    cs = length === 0 ? 1 : x / length;
    sn = length === 0 ? 0 : c / length;
  } else {
    // Rotating by φ turns (p, (b + c)/2) by 2φ; p is to become zero.
    const phi = 0.5 * Math.atan2(p, -0.5 * (b + c));
    cs = Math.cos(phi);
    sn = Math.sin(phi);
  }
  const r0 = k * n, r1 = r0 + n;
  for (let j = k; j < n; j++) {
    const x = h[r0 + j], y = h[r1 + j];
    h[r0 + j] = cs * x + sn * y;
    h[r1 + j] = cs * y - sn * x;
  }
  rotateColumns(h, n, k + 2, k, cs, sn);
  rotateColumns(z, n, n, k, cs, sn);
  if (discriminant >= 0) h[r1 + k] = 0;
  else h[r0 + k] = h[r1 + k + 1] = 0.5 * (a + d);
}

function rotateColumns(
  m: Float64Array,
  n: number,
  rows: number,
  k: number,
  cs: number,
  sn: number,
) {
  for (let i = 0, p = k; i < rows; i++, p += n) {
    const x = m[p], y = m[p + 1];
    m[p] = cs * x + sn * y;
    m[p + 1] = cs * y - sn * x;
  }
}

const MAX_STEPS = 60;
