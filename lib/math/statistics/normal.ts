// The standard normal distribution: its cumulative probability to full relative precision in both tails, and its quantiles.
// Sources: series and continued fraction of the incomplete gamma function at 1/2 (DLMF 8.7.1, 8.9.2); quantiles by
// bisection to the last bit, as everywhere in this room.

/**
 * P(Z ≤ z) of a standard normal Z. NaN for NaN.
 *
 * @example
 * ```ts
 * import { normalCdf } from "#lib/math/statistics/normal.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(normalCdf(1.959963984540054), 0.975, 1e-15);
 * ```
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return NaN;
  const x = z * z / 2;
  // Half of P(|Z| ≥ |z|), and its complement.
  const tail = x < 1.5 ? 0.5 - 0.5 * lowerGammaHalf(x) : 0.5 * upperGammaHalf(x);
  return z < 0 ? tail : 1 - tail;
}

/**
 * The z for which P(Z ≤ z) = p; ±∞ at p = 0 and 1.
 *
 * @throws {RangeError} if p lies outside [0, 1].
 *
 * @example
 * ```ts
 * import { normalQuantile } from "#lib/math/statistics/normal.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(normalQuantile(0.025), -1.959963984540054, 1e-14);
 * ```
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`normalQuantile() got p = ${p}; it needs [0, 1]`);
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  // Of the two tails the small one is known better.
  if (p > 0.5) return -normalQuantile(1 - p);
  let low = -40;
  let high = 0;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return high;
}

/** P(1/2, x) by its series, for small x. */
function lowerGammaHalf(x: number): number {
  let term = 2;
  let sum = 2;
  for (let n = 1; n < 500; n++) {
    term *= x / (n + 0.5);
    sum += term;
    if (term < 1e-17 * sum) break;
  }
  return sum * Math.sqrt(x / Math.PI) * Math.exp(-x);
}

/** Q(1/2, x) by its continued fraction, by the modified Lentz algorithm, for large x. */
function upperGammaHalf(x: number): number {
  const tiny = 1e-300;
  let b = x + 0.5;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 10_000; n++) {
    const a = -n * (n - 0.5);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    const factor = c * d;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return Math.sqrt(x / Math.PI) * Math.exp(-x) * h;
}
