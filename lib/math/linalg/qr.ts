// Thin QR decomposition by Householder reflections, unpivoted: one after the other (householder.ts) for small matrices, in
// blocks on wasm (lib/wasm/tall_qr.ts) for others.

import { factorQr, multiplyQ } from "#lib/wasm/tall_qr.ts";
import { factorColumns, orthonormalColumns, upperTriangle } from "./householder.ts";
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
  const scale = checkedScale("qr", a, m, n);
  const k = Math.min(m, n);
  if (wasmPays(m, n)) {
    const factor = factorQr(divided(a, scale), m, n, true);
    return { q: multiplyQ(factor, identity(k), k, true), r: times(factor.r, scale) };
  }
  const factor = factorColumns(divided(transpose(a, m, n), scale), m, n);
  return { q: transpose(orthonormalColumns(factor), k, m), r: times(upperTriangle(factor), scale) };
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
  const scale = checkedScale("triangularFactor", a, m, n);
  const r = wasmPays(m, n)
    ? factorQr(divided(a, scale), m, n, false).r
    : upperTriangle(factorColumns(divided(transpose(a, m, n), scale), m, n));
  return times(r, scale);
}

// Entries are first divided by a power of two near the norm: exact, and squares cannot overflow.
function checkedScale(caller: string, a: Float64Array, m: number, n: number): number {
  requireShape(caller, "a", a, m, n);
  requireFinite(caller, "a", a);
  const norm = frobeniusNorm(a);
  if ((norm > 1e-100 && norm < 1e100) || norm === 0) return 1;
  return 2 ** Math.max(-1000, Math.min(1000, Math.round(Math.log2(norm))));
}

function divided(a: Float64Array, scale: number): Float64Array {
  return scale === 1 ? a : a.map((x) => x / scale);
}

function times(a: Float64Array, scale: number): Float64Array {
  return scale === 1 ? a : a.map((x) => x * scale);
}

function identity(n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}

// The plain loops are faster for small sizes; the two agree to rounding.
function wasmPays(m: number, n: number): boolean {
  return n >= 16 && m * n * Math.min(m, n) >= 100_000;
}
