// DSA between an operator and the identity, which no alignment can change: how far dynamics are from standing still.

import { frobeniusNorm, innerProduct } from "../linalg/norms.ts";
import { requireShape } from "../linalg/require_shape.ts";

/** Distances of A from I, minimal over orthogonal C. */
export interface IdentityDistance {
  /** Angle between CACᵀ and I, in rad. */
  readonly angle: number;
  /** ‖CACᵀ − I‖, Frobenius. */
  readonly euclidean: number;
}

/**
 * The distances of A (n×n) from the identity. C I Cᵀ = I for every orthogonal C, so neither tr A nor ‖A − I‖ depends on it,
 * and DSA (Ostrow et al. 2023) needs no search: cos θ = tr A / (‖A‖ √n). The angle of A = 0 is NaN.
 *
 * @throws {RangeError} if the length does not fit.
 *
 * @example
 * ```ts
 * import { identityDistance } from "#lib/math/dmd/identity_distance.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { angle, euclidean } = identityDistance(Float64Array.of(0, -1, 1, 0), 2);
 * assertAlmostEquals(angle, Math.PI / 2, 1e-15);
 * assertAlmostEquals(euclidean, 2, 1e-15);
 * ```
 */
export function identityDistance(a: Float64Array, n: number): IdentityDistance {
  requireShape("identityDistance", "a", a, n, n);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a[i * n + i];
  const along = trace / n;
  // By what is across I and what is along it, which is exact for small angles, too.
  const across = a.map((x, p) => p % (n + 1) === 0 ? x - along : x);
  const apart = a.map((x, p) => p % (n + 1) === 0 ? x - 1 : x);
  const isZero = innerProduct(a, a) === 0;
  return {
    angle: isZero ? NaN : Math.atan2(frobeniusNorm(across), along * Math.sqrt(n)),
    euclidean: frobeniusNorm(apart),
  };
}
