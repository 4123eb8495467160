// Student's t distribution through the regularised incomplete beta function.
// Sources: DLMF 8.17 (incomplete beta, symmetry 8.17.4); its continued fraction 8.17.22 evaluated by the modified
// Lentz algorithm (Thompson & Barnett 1986); log gamma by Lanczos' series (Lanczos 1964, g = 7, nine terms).

/**
 * Two-sided p value of a t statistic: P(|T| ≥ |t|) with `df` degrees of freedom. NaN for NaN.
 *
 * @throws {RangeError} unless df > 0.
 *
 * @example
 * ```ts
 * import { twoSidedP } from "#lib/math/statistics/student_t.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(twoSidedP(1, 1), 0.5, 1e-14);
 * ```
 */
export function twoSidedP(t: number, df: number): number {
  if (!(df > 0)) throw new RangeError(`twoSidedP() got df = ${df}; it must be positive`);
  if (Number.isNaN(t)) return NaN;
  if (!Number.isFinite(t)) return 0;
  return incompleteBeta(df / 2, 0.5, df / (df + t * t), t * t / (df + t * t));
}

/**
 * The t for which P(|T| ≤ t) = level: half-width of a confidence interval in standard errors.
 * Found by bisection to the last bit.
 *
 * @throws {RangeError} unless 0 < level < 1 and df > 0.
 *
 * @example
 * ```ts
 * import { criticalT } from "#lib/math/statistics/student_t.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(criticalT(0.95, 8), 2.306004135, 1e-8);
 * ```
 */
export function criticalT(level: number, df: number): number {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`criticalT() got level = ${level}; it must lie between 0 and 1`);
  }
  const tail = 1 - level;
  let low = 0;
  let high = 1;
  while (twoSidedP(high, df) > tail) high *= 2;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (twoSidedP(middle, df) > tail) low = middle;
    else high = middle;
  }
  return high;
}

/** Regularised incomplete beta I_x(a, b); `y` = 1 − x is handed over because it may be known better. */
function incompleteBeta(a: number, b: number, x: number, y: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, y, x);
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y);
  return Math.exp(logFront) * betaFraction(a, b, x) / a;
}

function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const nonZero = (value: number) => Math.abs(value) < tiny ? tiny : value;
  let c = 1;
  let d = 1 / nonZero(1 - (a + b) * x / (a + 1));
  let result = d;
  for (let m = 1; m <= 10000; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    result *= d * c;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const factor = d * c;
    result *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return result;
}

const lanczos = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** log Γ(x) for x ≥ 1/2. */
function logGamma(x: number): number {
  let series = lanczos[0];
  for (let i = 1; i < lanczos.length; i++) series += lanczos[i] / (x - 1 + i);
  const base = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(series);
}
