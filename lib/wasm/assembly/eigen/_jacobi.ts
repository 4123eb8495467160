// One-sided Jacobi orthogonalisation of rows (Hestenes 1958; small rotations in Rutishauser's form 1966): the loop of
// lib/math/linalg/one_sided_jacobi.ts.

import { dot, get, set, squares } from "./_lanes";

const epsilon: f64 = 2.220446049250313e-16;
const maxSweeps = 40;

/**
 * Rotates pairs of the n rows until all are orthogonal to working precision; the same rotations act on the rows of
 * `turns`, if not 0. Rows with squared norm below 1e-290 are left alone. `norms` holds n numbers. Returns 1 if 40 sweeps
 * do not suffice.
 */
export function orthogonalise(
  rows: usize,
  n: i32,
  stride: usize,
  turns: usize,
  norms: usize,
): i32 {
  const tolerance = epsilon * Math.max(4, Math.sqrt(n));
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let rotated = false;
    for (let i = 0; i < n; i++) {
      const row = rows + <usize> i * stride;
      set(norms, i, squares(row, row + stride));
    }
    for (let i = 0; i < n - 1; i++) {
      const x = rows + <usize> i * stride;
      for (let j = i + 1; j < n; j++) {
        const alpha = get(norms, i), beta = get(norms, j);
        if (alpha < 1e-290 || beta < 1e-290) continue;
        const y = rows + <usize> j * stride;
        const gamma = dot(x, x + stride, y);
        if (Math.abs(gamma) <= tolerance * Math.sqrt(alpha) * Math.sqrt(beta)) continue;
        rotated = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const root = Math.sqrt(1 + zeta * zeta);
        const t = zeta >= 0 ? 1 / (zeta + root) : 1 / (zeta - root);
        const c = 1 / Math.sqrt(1 + t * t);
        const s = c * t;
        const tau = s / (1 + c);
        rotate(x, x + stride, y, s, tau);
        if (turns != 0) {
          const p = turns + <usize> i * stride;
          rotate(p, p + stride, turns + <usize> j * stride, s, tau);
        }
        const a = alpha - t * gamma, b = beta + t * gamma;
        // Cancellation: where a square lost most of its digits it is summed again.
        set(norms, i, a < 0.01 * alpha ? squares(x, x + stride) : a);
        set(norms, j, b < 0.01 * beta ? squares(y, y + stride) : b);
      }
    }
    if (!rotated) return 0;
  }
  return 1;
}

// (x, y) ← (c x − s y, s x + c y) as small corrections, tau = s / (1 + c).
function rotate(x: usize, to: usize, y: usize, s: f64, tau: f64): void {
  const ss = f64x2.splat(s), tt = f64x2.splat(tau);
  for (; x < to; x += 16, y += 16) {
    const p = v128.load(x), q = v128.load(y);
    v128.store(x, f64x2.sub(p, f64x2.mul(ss, f64x2.add(q, f64x2.mul(tt, p)))));
    v128.store(y, f64x2.add(q, f64x2.mul(ss, f64x2.sub(p, f64x2.mul(tt, q)))));
  }
}
