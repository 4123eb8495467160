// Standard form of 2×2 diagonal blocks: triangular where the eigenvalues are real, else with equal diagonal entries and
// off-diagonal entries of opposite sign (the formulas of LAPACK's dlanv2).

import { Chases } from "./_chases";
import { hypotenuse } from "./_implicit_ql";
import { get, set } from "./_lanes";

const epsilon: f64 = 2.220446049250313e-16;

/** Rotates rows and columns k, k + 1 so that the block there is in standard form; writes its eigenvalues. */
export function standardise(
  t: usize,
  stride: usize,
  n: i32,
  k: i32,
  whole: bool,
  chases: Chases,
  re: usize,
  im: usize,
): void {
  const row = t + <usize> k * stride, below = row + stride;
  let a = get(row, k), b = get(row, k + 1), c = get(below, k), d = get(below, k + 1);
  let cs: f64 = 1, sn: f64 = 0;
  if (c == 0) {
    // Triangular already.
  } else if (b == 0) {
    cs = 0;
    sn = 1;
    const x = d;
    d = a;
    a = x;
    b = -c;
    c = 0;
  } else if (a - d == 0 && (b > 0) != (c > 0)) {
    // Standard already.
  } else {
    const difference = a - d;
    let p = 0.5 * difference;
    const larger = Math.max(Math.abs(b), Math.abs(c));
    const smaller = Math.min(Math.abs(b), Math.abs(c)) * ((b > 0) == (c > 0) ? 1.0 : -1.0);
    const scale = Math.max(Math.abs(p), larger);
    let z = (p / scale) * p + (larger / scale) * smaller;
    if (z >= 4 * epsilon) {
      const root = Math.sqrt(scale) * Math.sqrt(z);
      z = p + (p >= 0 ? root : -root);
      a = d + z;
      d -= (larger / z) * smaller;
      const tau = hypotenuse(c, z);
      cs = z / tau;
      sn = c / tau;
      b -= c;
      c = 0;
    } else {
      // Complex, or real and nearly equal: first make the diagonal entries equal.
      const sigma = b + c;
      const tau = hypotenuse(sigma, difference);
      cs = Math.sqrt(0.5 * (1 + Math.abs(sigma) / tau));
      sn = -(p / (tau * cs)) * (sigma >= 0 ? 1.0 : -1.0);
      const aa = a * cs + b * sn, bb = b * cs - a * sn;
      const cc = c * cs + d * sn, dd = d * cs - c * sn;
      a = aa * cs + cc * sn;
      b = bb * cs + dd * sn;
      c = cc * cs - aa * sn;
      d = dd * cs - bb * sn;
      const middle = 0.5 * (a + d);
      a = d = middle;
      if (c != 0) {
        if (b == 0) {
          b = -c;
          c = 0;
          const x = cs;
          cs = -sn;
          sn = x;
        } else if ((b > 0) == (c > 0)) {
          const sab = Math.sqrt(Math.abs(b)), sac = Math.sqrt(Math.abs(c));
          p = c > 0 ? sab * sac : -sab * sac;
          const tau1 = 1 / Math.sqrt(Math.abs(b + c));
          a = middle + p;
          d = middle - p;
          b -= c;
          c = 0;
          const cs1 = sab * tau1, sn1 = sac * tau1;
          const x = cs * cs1 - sn * sn1;
          sn = cs * sn1 + sn * cs1;
          cs = x;
        }
      }
    }
  }
  set(row, k, a);
  set(row, k + 1, b);
  set(below, k, c);
  set(below, k + 1, d);
  const root = c == 0 ? 0 : Math.sqrt(Math.abs(b)) * Math.sqrt(Math.abs(c));
  set(re, k, a);
  set(re, k + 1, d);
  set(im, k, root);
  set(im, k + 1, -root);
  if (!whole) return;
  rotateRows(row, below, k + 2, n, cs, sn);
  let p = t + ((<usize> k) << 3);
  for (let i = 0; i < k; i++, p += stride) {
    const x = load<f64>(p), y = load<f64>(p, 8);
    store<f64>(p, cs * x + sn * y);
    store<f64>(p, cs * y - sn * x, 8);
  }
  if (chases.rows != 0) {
    // No later sweep touches these rows of Zᵀ, so their rotation can wait for the end.
    const z = chases.rotations + <usize> k * 16;
    store<f64>(z, cs);
    store<f64>(z, sn, 8);
  }
}

/** (x, y) ← (cs x + sn y, cs y − sn x) from entry `from` on. */
export function rotateRows(x: usize, y: usize, from: i32, to: i32, cs: f64, sn: f64): void {
  for (let j = from; j < to; j++) {
    const a = get(x, j), b = get(y, j);
    set(x, j, cs * a + sn * b);
    set(y, j, cs * b - sn * a);
  }
}
