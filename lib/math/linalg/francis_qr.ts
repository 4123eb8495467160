// Hessenberg reduction and Francis' implicit double-shift QR in TypeScript: the twin of lib/wasm/assembly/eigen, used
// for small matrices (Golub & Van Loan, Matrix Computations, sections 7.4.2 and 7.5; deflation of Ahues & Tisseur, LAPACK
// Working Note 122; standard 2×2 blocks in standard_block.ts).

import { standardBlock } from "./standard_block.ts";

/**
 * Householder reduction of `h` (n×n, entries at most about 1) to Hessenberg form in place, with exact zeros below;
 * `z`, if given, is multiplied by the reflections from the right. 10/3 n³ operations, and 4/3 n³ more with an identity.
 *
 * @example
 * ```ts
 * import { toHessenberg } from "#lib/math/linalg/francis_qr.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const h = Float64Array.of(1, 0, 0, 0, 1, 0, 1, 0, 1);
 * toHessenberg(h, null, 3);
 * assertEquals([h[3], h[6]], [1, 0]);
 * ```
 */
export function toHessenberg(h: Float64Array, z: Float64Array | null, n: number): void {
  const v = new Float64Array(n);
  const s = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    let tail = 0;
    for (let i = k + 2; i < n; i++) tail += h[i * n + k] * h[i * n + k];
    const head = h[(k + 1) * n + k];
    for (let i = k + 1; i < n; i++) v[i] = h[i * n + k];
    for (let i = k + 2; i < n; i++) h[i * n + k] = 0;
    // Entries are scaled to at most about 1, so a tail of 1e-140 is nothing.
    if (tail < 1e-280) continue;
    const norm = Math.sqrt(head * head + tail);
    const pivot = head > 0 ? -norm : norm;
    v[k + 1] = head - pivot;
    const beta = 2 / (v[k + 1] * v[k + 1] + tail);
    h[(k + 1) * n + k] = pivot;
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
    if (z !== null) reflectColumns(z, n, v, k + 1, beta);
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

/**
 * Brings a Hessenberg matrix to quasi triangular form in place, all 2×2 blocks standard; `z`, if given, is multiplied by
 * the same rotations from the right. About 20 n³ operations with z.
 *
 * @throws {Error} if an eigenvalue does not converge (never seen).
 *
 * @example
 * ```ts
 * import { quasiTriangular } from "#lib/math/linalg/francis_qr.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const h = Float64Array.of(2, 1, 1, 2);
 * quasiTriangular(h, null, 2);
 * assertAlmostEquals(h[0] * h[3], 3, 1e-14);
 * ```
 */
export function quasiTriangular(h: Float64Array, z: Float64Array | null, n: number): void {
  let norm = 0;
  for (let i = 0; i < h.length; i++) norm = Math.max(norm, Math.abs(h[i]));
  let hi = n - 1;
  let steps = 0;
  while (hi > 0) {
    // Where roundings from large entries keep refilling a small coupling, one of size eps·‖A‖ may go.
    const floor = norm * (steps < PATIENCE ? 1e-140 : Number.EPSILON);
    let lo = hi;
    while (lo > 0 && !negligible(h, n, lo, floor)) lo--;
    if (lo > 0) h[lo * n + lo - 1] = 0;
    if (lo === hi) {
      hi--;
      steps = 0;
    } else if (lo === hi - 1) {
      standardBlock(h, z, n, lo);
      hi -= 2;
      steps = 0;
    } else {
      if (steps === MAX_STEPS) {
        throw new Error(`eigenvalues: no convergence after ${MAX_STEPS} QR steps at ${hi}`);
      }
      steps++;
      sweep(h, z, n, lo, hi, steps % 10 === 0);
    }
  }
}

function negligible(h: Float64Array, n: number, i: number, floor: number): boolean {
  const coupling = Math.abs(h[i * n + i - 1]);
  if (coupling <= floor) return true;
  const d0 = h[(i - 1) * n + i - 1], d1 = h[i * n + i];
  const size = Math.abs(d0) + Math.abs(d1);
  if (coupling > Number.EPSILON * size) return false;
  const other = Math.abs(h[(i - 1) * n + i]);
  const ab = Math.max(coupling, other), ba = Math.min(coupling, other);
  const gap = Math.abs(d0 - d1);
  const aa = Math.max(Math.abs(d1), gap), bb = Math.min(Math.abs(d1), gap);
  const s = aa + ab;
  return ba * (ab / s) <= Math.max(floor, Number.EPSILON * (bb * (aa / s)));
}

// One implicit double-shift step on the active block, applied to all of the matrix and of z.
function sweep(
  h: Float64Array,
  z: Float64Array | null,
  n: number,
  lo: number,
  hi: number,
  exceptional: boolean,
): void {
  const a = h[(hi - 1) * n + hi - 1], b = h[(hi - 1) * n + hi];
  const c = h[hi * n + hi - 1], d = h[hi * n + hi];
  const size = Math.abs(c) + Math.abs(h[(hi - 1) * n + hi - 2]);
  const trace = 1.5 * size;
  const det = size * size;
  const h00 = h[lo * n + lo], h10 = h[(lo + 1) * n + lo], h11 = h[(lo + 1) * n + lo + 1];
  // By differences: of the plain polynomial nothing is left but rounding where all eigenvalues of the block nearly agree.
  const p00 = exceptional ? h00 * (h00 - trace) + det : (h00 - a) * (h00 - d) - b * c;
  let x0 = p00 + h[lo * n + lo + 1] * h10;
  let x1 = h10 * (exceptional ? h00 + h11 - trace : (h00 - a) + (h11 - d));
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
      if (z !== null) reflectThree(z, n, n, k, three, v0, u1, u2, beta);
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

const PATIENCE = 30;
const MAX_STEPS = 60;
