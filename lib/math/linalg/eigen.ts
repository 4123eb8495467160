// Eigenvalues of a general real matrix: balancing, Hessenberg form, Francis double-shift QR.
// Parlett & Reinsch 1969 (balancing); Golub & Van Loan, Matrix Computations, sections 7.4.2 and 7.5.
// About 10 n³ operations. Leaves out eigenvectors.

import { requireFinite, requireShape } from "./require_shape.ts";

/** Eigenvalues, complex ones as conjugate pairs, in descending order of real, then imaginary part. */
export interface Eigenvalues {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * The n eigenvalues of A (n×n). Compare spectra as sets: the order of two whose real parts agree to
 * rounding is not meaningful.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
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
  requireShape("eigenvalues", "a", a, n, n);
  requireFinite("eigenvalues", "a", a);
  const h = a.slice();
  let largest = 0;
  for (let i = 0; i < h.length; i++) largest = Math.max(largest, Math.abs(h[i]));
  const exponent = largest > 0 ? Math.round(Math.log2(largest)) : 0;
  const scale = 2 ** Math.max(-1000, Math.min(1000, exponent));
  for (let i = 0; i < h.length; i++) h[i] /= scale;
  balance(h, n);
  toHessenberg(h, n);
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  francis(h, n, re, im);
  const order = Array.from({ length: n }, (_, i) => i)
    .sort((i, j) => re[j] - re[i] || im[j] - im[i] || i - j);
  return {
    re: Float64Array.from(order, (i) => re[i] * scale),
    im: Float64Array.from(order, (i) => im[i] * scale),
  };
}

// Similarity by powers of two until each row and its column have norms within a factor of two.
function balance(h: Float64Array, n: number): void {
  for (let again = true; again;) {
    again = false;
    for (let i = 0; i < n; i++) {
      let c = 0;
      let r = 0;
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        c += Math.abs(h[j * n + i]);
        r += Math.abs(h[i * n + j]);
      }
      if (c === 0 || r === 0) continue;
      const sum = c + r;
      let f = 1;
      while (c < r / 2) f *= 2, c *= 4;
      while (c > r * 2) f /= 2, c /= 4;
      if ((c + r) / f >= 0.95 * sum || f === 1) continue;
      again = true;
      for (let j = 0; j < n; j++) h[i * n + j] /= f;
      for (let j = 0; j < n; j++) h[j * n + i] *= f;
    }
  }
}

// Householder reduction; entries below the first subdiagonal become zero.
function toHessenberg(h: Float64Array, n: number): void {
  const v = new Float64Array(n);
  const s = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    let tail = 0;
    for (let i = k + 2; i < n; i++) tail += h[i * n + k] * h[i * n + k];
    // Entries are scaled to at most about 1, so a tail of 1e-140 is nothing.
    if (tail < 1e-280) {
      for (let i = k + 2; i < n; i++) h[i * n + k] = 0;
      continue;
    }
    const head = h[(k + 1) * n + k];
    const norm = Math.sqrt(head * head + tail);
    const pivot = head > 0 ? -norm : norm;
    for (let i = k + 1; i < n; i++) v[i] = h[i * n + k];
    v[k + 1] = head - pivot;
    const beta = 2 / (v[k + 1] * v[k + 1] + tail);
    h[(k + 1) * n + k] = pivot;
    for (let i = k + 2; i < n; i++) h[i * n + k] = 0;
    s.fill(0, k + 1);
    for (let i = k + 1; i < n; i++) {
      const vi = v[i];
      for (let j = k + 1, p = i * n + j; j < n; j++, p++) s[j] += vi * h[p];
    }
    for (let i = k + 1; i < n; i++) {
      const factor = beta * v[i];
      for (let j = k + 1, p = i * n + j; j < n; j++, p++) h[p] -= factor * s[j];
    }
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = k + 1, p = i * n + j; j < n; j++, p++) sum += h[p] * v[j];
      sum *= beta;
      for (let j = k + 1, p = i * n + j; j < n; j++, p++) h[p] -= sum * v[j];
    }
  }
}

// Double-shift QR on the active block lo … hi, deflating from the bottom.
function francis(h: Float64Array, n: number, re: Float64Array, im: Float64Array): void {
  let norm = 0;
  for (let i = 0; i < h.length; i++) norm = Math.max(norm, Math.abs(h[i]));
  let hi = n - 1;
  let steps = 0;
  while (hi >= 0) {
    let lo = hi;
    // Where roundings from large entries keep refilling a small coupling, one of size eps·‖A‖ may go.
    const floor = norm * (steps < PATIENCE ? 1e-140 : Number.EPSILON);
    while (lo > 0 && !negligible(h, n, lo, floor)) lo--;
    if (lo > 0) h[lo * n + lo - 1] = 0;
    if (lo === hi) {
      re[hi] = h[hi * n + hi];
      hi--;
      steps = 0;
    } else if (lo === hi - 1) {
      pairEigenvalues(h, n, lo, re, im);
      hi -= 2;
      steps = 0;
    } else {
      if (steps >= MAX_STEPS) {
        throw new Error(`eigenvalues: no convergence after ${MAX_STEPS} QR steps at ${hi}`);
      }
      steps++;
      sweep(h, n, lo, hi, steps % 10 === 0);
    }
  }
}

function negligible(h: Float64Array, n: number, i: number, floor: number): boolean {
  const size = Math.abs(h[(i - 1) * n + i - 1]) + Math.abs(h[i * n + i]);
  return Math.abs(h[i * n + i - 1]) <= Number.EPSILON * size + floor;
}

// One implicit double-shift step. Exceptional shifts break cycles.
function sweep(h: Float64Array, n: number, lo: number, hi: number, exceptional: boolean): void {
  let trace: number;
  let det: number;
  if (exceptional) {
    const size = Math.abs(h[hi * n + hi - 1]) + Math.abs(h[(hi - 1) * n + hi - 2]);
    trace = 1.5 * size;
    det = size * size;
  } else {
    const a = h[(hi - 1) * n + hi - 1], b = h[(hi - 1) * n + hi];
    const c = h[hi * n + hi - 1], d = h[hi * n + hi];
    trace = a + d;
    det = a * d - b * c;
  }
  const h00 = h[lo * n + lo], h10 = h[(lo + 1) * n + lo], h11 = h[(lo + 1) * n + lo + 1];
  let x = h00 * h00 + h[lo * n + lo + 1] * h10 - trace * h00 + det;
  let y = h10 * (h00 + h11 - trace);
  let z = h10 * h[(lo + 2) * n + lo + 1];
  for (let k = lo; k < hi; k++) {
    const three = k < hi - 1;
    if (!three) z = 0;
    const size = Math.abs(x) + Math.abs(y) + Math.abs(z);
    if (size !== 0) {
      x /= size, y /= size, z /= size;
      const norm = Math.sqrt(x * x + y * y + z * z);
      const alpha = x > 0 ? -norm : norm;
      const v0 = x - alpha;
      const beta = 2 / (v0 * v0 + y * y + z * z);
      const from = k > lo ? k - 1 : lo;
      const r0 = k * n, r1 = r0 + n, r2 = three ? r1 + n : r1;
      for (let j = from; j <= hi; j++) {
        let sum = v0 * h[r0 + j] + y * h[r1 + j];
        if (three) sum += z * h[r2 + j];
        sum *= beta;
        h[r0 + j] -= sum * v0;
        h[r1 + j] -= sum * y;
        if (three) h[r2 + j] -= sum * z;
      }
      const to = Math.min(hi, k + 3);
      for (let i = lo; i <= to; i++) {
        const p = i * n + k;
        let sum = v0 * h[p] + y * h[p + 1];
        if (three) sum += z * h[p + 2];
        sum *= beta;
        h[p] -= sum * v0;
        h[p + 1] -= sum * y;
        if (three) h[p + 2] -= sum * z;
      }
      if (k > lo) {
        h[r1 + k - 1] = 0;
        if (three) h[r2 + k - 1] = 0;
      }
    }
    if (k + 1 < hi) {
      x = h[(k + 1) * n + k];
      y = h[(k + 2) * n + k];
      z = k + 3 <= hi ? h[(k + 3) * n + k] : 0;
    }
  }
}

// Eigenvalues of the 2×2 block at i, without cancellation for real ones.
function pairEigenvalues(
  h: Float64Array,
  n: number,
  i: number,
  re: Float64Array,
  im: Float64Array,
) {
  const a = h[i * n + i], b = h[i * n + i + 1];
  const c = h[(i + 1) * n + i], d = h[(i + 1) * n + i + 1];
  const p = 0.5 * (a - d);
  const bc = b * c;
  const discriminant = p * p + bc;
  if (discriminant >= 0) {
    const z = p + (p >= 0 ? Math.sqrt(discriminant) : -Math.sqrt(discriminant));
    re[i] = d + z;
    re[i + 1] = z === 0 ? d : d - bc / z;
  } else {
    re[i] = re[i + 1] = d + p;
    im[i] = Math.sqrt(-discriminant);
    im[i + 1] = -im[i];
  }
}

const PATIENCE = 30;
const MAX_STEPS = 60;
