// Thin QR decomposition by Householder reflections, unpivoted.

import {
  type ColumnFactor,
  factorColumns,
  orthonormalColumns,
  upperTriangle,
} from "./householder.ts";
import { frobeniusNorm } from "./norms.ts";
import { requireFinite, requireShape } from "./require_shape.ts";
import { transpose } from "./transpose.ts";

/** A = Q·R with Q m×k, R k×n, k = min(m, n), both row-major. */
export interface ThinQR {
  readonly q: Float64Array;
  readonly r: Float64Array;
}

/**
 * Thin QR of A (m×n): QᵀQ = I to rounding whatever the rank, R upper triangular (trapezoidal for m < n)
 * with non-negative diagonal, so it is unique for full column rank.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { qr } from "#lib/math/linalg/qr.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { q, r } = qr(Float64Array.of(3, 4), 2, 1);
 * assertAlmostEquals(q[1], 0.8, 1e-15);
 * assertAlmostEquals(r[0], 5, 1e-14);
 * ```
 */
export function qr(a: Float64Array, m: number, n: number): ThinQR {
  const factor = factorScaled("qr", a, m, n);
  const k = Math.min(m, n);
  return { q: transpose(orthonormalColumns(factor), k, m), r: rescaled(factor, a) };
}

/**
 * R alone: half the work of `qr`.
 *
 * @throws {RangeError} if the length does not fit or an entry is not finite.
 *
 * @example
 * ```ts
 * import { triangularFactor } from "#lib/math/linalg/qr.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(triangularFactor(Float64Array.of(3, 4), 2, 1)[0], 5, 1e-14);
 * ```
 */
export function triangularFactor(a: Float64Array, m: number, n: number): Float64Array {
  return rescaled(factorScaled("triangularFactor", a, m, n), a);
}

// Entries are first divided by a power of two near the norm: exact, and squares cannot overflow.
function factorScaled(caller: string, a: Float64Array, m: number, n: number): ColumnFactor {
  requireShape(caller, "a", a, m, n);
  requireFinite(caller, "a", a);
  const columns = transpose(a, m, n);
  const scale = powerOfTwo(a);
  if (scale !== 1) { for (let i = 0; i < columns.length; i++) columns[i] /= scale; }
  return factorColumns(columns, m, n);
}

function rescaled(factor: ColumnFactor, a: Float64Array): Float64Array {
  const r = upperTriangle(factor);
  const scale = powerOfTwo(a);
  if (scale !== 1) { for (let i = 0; i < r.length; i++) r[i] *= scale; }
  return r;
}

function powerOfTwo(a: Float64Array): number {
  const norm = frobeniusNorm(a);
  if (norm > 1e-100 && norm < 1e100) return 1;
  if (norm === 0) return 1;
  return 2 ** Math.max(-1000, Math.min(1000, Math.round(Math.log2(norm))));
}
