// Real Schur form with vectors: A = Z T Zᵀ, T quasi upper triangular. Hessenberg reduction, Francis
// double-shift QR, standard 2×2 blocks (Golub & Van Loan, Matrix Computations, sections 7.4.2, 7.5 and 7.6.1).
// About 25 n³ operations; from a size on in wasm (lib/wasm/eigen.ts). Leaves out reordering and balancing.

import { generalPairs } from "#lib/wasm/eigen.ts";
import { scaledCopy } from "./exact_scale.ts";
import { quasiTriangular, toHessenberg } from "./francis_qr.ts";
import { requireFinite, requireShape } from "./require_shape.ts";
import { transpose } from "./transpose.ts";

/** A = Z T Zᵀ with orthogonal Z (n×n). A 2×2 block of T has equal diagonal entries and complex eigenvalues. */
export interface RealSchur {
  readonly t: Float64Array;
  readonly z: Float64Array;
}

/** From this size on wasm takes over from TypeScript, which does the same in the same way. */
export const SCHUR_WASM_FROM = 8;

/**
 * Real Schur form of A (n×n). Entries of T below the diagonal are exactly zero but for the lower left
 * corner of each 2×2 block, whose eigenvalues are a ± i√(−bc) with a on its diagonal, b and c off it.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 * @throws {Error} if an eigenvalue does not converge (never seen).
 *
 * @example
 * ```ts
 * import { realSchur } from "#lib/math/linalg/real_schur.ts";
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
  const { a: scaled, scale } = scaledCopy(a);
  const { t, z } = n < SCHUR_WASM_FROM ? plainSchur(scaled, n) : wasmSchur(scaled, n);
  for (let i = 0; i < t.length; i++) t[i] *= scale;
  return { t, z };
}

function wasmSchur(a: Float64Array, n: number): RealSchur {
  const { t, zt } = generalPairs(a, n, "schur");
  return { t, z: transpose(zt, n, n) };
}

/**
 * The same in TypeScript whatever the size; entries of A at most about 1.
 *
 * @throws {Error} if an eigenvalue does not converge (never seen).
 *
 * @example
 * ```ts
 * import { plainSchur } from "#lib/math/linalg/real_schur.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(plainSchur(Float64Array.of(0, 1, 0, 0), 2).t, Float64Array.of(0, 1, 0, 0));
 * ```
 */
export function plainSchur(a: Float64Array, n: number): RealSchur {
  const t = a.slice();
  const z = new Float64Array(n * n);
  for (let i = 0; i < n; i++) z[i * n + i] = 1;
  toHessenberg(t, z, n);
  quasiTriangular(t, z, n);
  return { t, z };
}
