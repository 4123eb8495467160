// Standard form of a 2×2 diagonal block of a quasi triangular matrix, and its eigenvalues (Golub & Van Loan, Matrix
// Computations, section 7.6.1).

/**
 * Rotates rows and columns k, k + 1 of H (n×n), and columns of z if given, so that the block there is triangular (real
 * eigenvalues) or has equal diagonal entries and off-diagonal ones of opposite sign.
 *
 * @example
 * ```ts
 * import { standardBlock } from "#lib/math/linalg/standard_block.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const h = Float64Array.of(1, 1, 1, 1);
 * standardBlock(h, null, 2, 0);
 * assertAlmostEquals(h[0] + h[3], 2, 1e-15);
 * ```
 */
export function standardBlock(
  h: Float64Array,
  z: Float64Array | null,
  n: number,
  k: number,
): void {
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
  if (z !== null) rotateColumns(z, n, n, k, cs, sn);
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

/**
 * The eigenvalues of a quasi triangular matrix whose 2×2 blocks are standard, in the order of its diagonal.
 *
 * @example
 * ```ts
 * import { eigenvaluesOfSchur } from "#lib/math/linalg/standard_block.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(eigenvaluesOfSchur(Float64Array.of(1, 4, -1, 1), 2).im, Float64Array.of(2, -2));
 * ```
 */
export function eigenvaluesOfSchur(t: Float64Array, n: number) {
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  for (let i = 0; i < n; i++) re[i] = t[i * n + i];
  for (let i = 0; i + 1 < n; i++) {
    const below = t[(i + 1) * n + i];
    if (below === 0) continue;
    im[i] = Math.sqrt(Math.abs(below)) * Math.sqrt(Math.abs(t[i * n + i + 1]));
    im[i + 1] = -im[i];
  }
  return { re, im };
}
