// One-sided Jacobi orthogonalisation of rows: the iteration of the singular value decomposition in svd.ts.
// Hestenes 1958; small rotations in Rutishauser's form. Cyclic order; 2n operations for each pair of rows that is orthogonal
// already, 10n more for each that is rotated (20n with `turns`).

/**
 * Rotates pairs of the n rows (length n) of a square matrix, in place, until all are orthogonal to working precision:
 * |⟨x, y⟩| ≤ max(4, √n)·eps·‖x‖‖y‖. The same rotations are applied to `turns` (n×n), if given, so that
 * turns·(rows before) = rows after when it starts as the identity. Rows with squared norm below 1e-290 are left alone.
 *
 * @throws {Error} if 40 sweeps do not suffice (never seen; four to eight are usual).
 *
 * @example
 * ```ts
 * import { orthogonaliseRows } from "#lib/math/linalg/one_sided_jacobi.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = Float64Array.of(2, 1, 1, 2);
 * orthogonaliseRows(rows, 2, null);
 * assertAlmostEquals(rows[0] * rows[2] + rows[1] * rows[3], 0, 1e-14);
 * ```
 */
export function orthogonaliseRows(rows: Float64Array, n: number, turns: Float64Array | null): void {
  const squares = new Float64Array(n);
  const tolerance = EPSILON * Math.max(4, Math.sqrt(n));
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotated = false;
    for (let i = 0; i < n; i++) squares[i] = rowDot(rows, i * n, i * n, n);
    for (let i = 0; i < n - 1; i++) {
      for (let j = i + 1; j < n; j++) {
        const alpha = squares[i];
        const beta = squares[j];
        if (alpha < TINY || beta < TINY) continue;
        const gamma = rowDot(rows, i * n, j * n, n);
        if (Math.abs(gamma) <= tolerance * Math.sqrt(alpha) * Math.sqrt(beta)) continue;
        rotated = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const root = Math.sqrt(1 + zeta * zeta);
        const t = zeta >= 0 ? 1 / (zeta + root) : 1 / (zeta - root);
        const c = 1 / Math.sqrt(1 + t * t);
        const s = c * t;
        const tau = s / (1 + c);
        rotate(rows, i * n, j * n, n, s, tau);
        if (turns !== null) rotate(turns, i * n, j * n, n, s, tau);
        squares[i] = alpha - t * gamma;
        squares[j] = beta + t * gamma;
        // Cancellation: where a square lost most of its digits it is summed again.
        if (squares[i] < 0.01 * alpha) squares[i] = rowDot(rows, i * n, i * n, n);
        if (squares[j] < 0.01 * beta) squares[j] = rowDot(rows, j * n, j * n, n);
      }
    }
    if (!rotated) return;
  }
  throw new Error(`svd: one-sided Jacobi did not converge in ${MAX_SWEEPS} sweeps`);
}

function rowDot(a: Float64Array, x: number, y: number, n: number): number {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  const end = x + (n & ~3);
  for (; x < end; x += 4, y += 4) {
    s0 += a[x] * a[y];
    s1 += a[x + 1] * a[y + 1];
    s2 += a[x + 2] * a[y + 2];
    s3 += a[x + 3] * a[y + 3];
  }
  for (let i = 0; i < (n & 3); i++) s0 += a[x + i] * a[y + i];
  return (s0 + s1) + (s2 + s3);
}

// (x, y) ← (c x − s y, s x + c y) for two rows of length n, as small corrections (tau = s / (1 + c)):
// the factors stay orthogonal to fewer roundings than with the plain form (Rutishauser 1966).
function rotate(a: Float64Array, x: number, y: number, n: number, s: number, tau: number): void {
  for (const end = x + n; x < end; x++, y++) {
    const p = a[x];
    const q = a[y];
    a[x] = p - s * (q + tau * p);
    a[y] = q + s * (p - tau * q);
  }
}

const EPSILON = Number.EPSILON;
const TINY = 1e-290;
const MAX_SWEEPS = 40;
