// Confidence intervals of any statistic, by leaving out or redrawing the independent units of a study.
// A unit is what was drawn independently: a simulation, a seed, a pattern. A dissimilarity belongs to two of them, so
// redrawing dissimilarities one by one would pretend that 54 pairs of 9 simulations are 54 experiments.
// Sources: Tukey 1958 and Efron & Stein 1981 (jackknife; for pairs it errs on the wide side); Efron 1979 (bootstrap);
// Efron 1987, "Better bootstrap confidence intervals", equations 2.3, 6.6 (BCa).

import { randomStream } from "../../core/random.ts";
import { mean } from "./moments.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { quantile } from "./quantile.ts";
import { criticalT } from "./student_t.ts";

/** An interval, in the unit of the statistic. NaN ends where it cannot be computed. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Delete-one jackknife: `estimate ± t · SE` with SE² = Σₕ (mₕ − 1)/mₕ · Σ(θ₋ᵤ − θ̄ₕ)² over strata h of mₕ units, and
 * Σ(mₕ − 1) degrees of freedom. Strata are fixed by design (the regimes of a study); units within one are exchangeable.
 *
 * @param estimate the statistic of all units
 * @param strata the stratum of every unit, numbered from 0; all 0 where there are none
 * @param without the statistic of all units but one
 * @returns NaN ends where a stratum has a single unit, or `without` gives NaN.
 *
 * @example
 * ```ts
 * import { jackknifeInterval } from "#lib/math/statistics/interval.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const x = [1, 2, 4, 5];
 * const { low } = jackknifeInterval(3, new Int32Array(4), (unit) => (12 - x[unit]) / 3, 0.95);
 * assertAlmostEquals(low, 3 - 3.182446305 * Math.sqrt(10 / 12), 1e-8);
 * ```
 */
export function jackknifeInterval(
  estimate: number,
  strata: Int32Array,
  without: (unit: number) => number,
  level: number,
): Interval {
  const members = membersOf(strata);
  if (members.length === 0 || members.some((units) => units.length < 2)) {
    return { low: NaN, high: NaN };
  }
  let variance = 0;
  for (const units of members) {
    const leftOut = units.map(without);
    const centre = mean(leftOut);
    let sum = 0;
    for (const value of leftOut) sum += (value - centre) ** 2;
    variance += sum * (units.length - 1) / units.length;
  }
  const half = criticalT(level, strata.length - members.length) * Math.sqrt(variance);
  return { low: estimate - half, high: estimate + half };
}

/**
 * Percentile bootstrap: quantiles of the statistic over resamples of the units with replacement, within strata.
 * Resample k draws from (seed, `statistics/bootstrap`, k), so no draw depends on the number of resamples.
 *
 * @param strata the stratum of every unit, numbered from 0; all 0 where there are none
 * @param statistic of a resample, given as the indices of the units drawn
 * @returns NaN ends if the statistic is NaN for any resample, as happens with few units; the jackknife then is better.
 *
 * @example
 * ```ts
 * import { bootstrapInterval } from "#lib/math/statistics/interval.ts";
 * import { assert } from "@std/assert";
 * const x = [1, 2, 3, 4, 5, 6, 7];
 * const mean = (units: Int32Array) => units.reduce((sum, unit) => sum + x[unit], 0) / units.length;
 * const options = { level: 0.95, numResamples: 500, seed: 0 };
 * const { low, high } = bootstrapInterval(new Int32Array(7), mean, options);
 * assert(low > 1 && low < 4 && high > 4 && high < 7);
 * ```
 */
export function bootstrapInterval(
  strata: Int32Array,
  statistic: (units: Int32Array) => number,
  options: BootstrapOptions,
): Interval {
  if (strata.length < 2) return { low: NaN, high: NaN };
  const values = resampled(strata, statistic, options);
  const tail = (1 - options.level) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

/** Level of a bootstrap interval, and what draws its resamples. */
export interface BootstrapOptions {
  readonly level: number;
  readonly numResamples: number;
  readonly seed: number;
}

/**
 * Bias-corrected and accelerated bootstrap (BCa): the percentile bootstrap with its quantiles moved by the bias
 * z₀ = Φ⁻¹(share of resamples below the estimate, ties counted half) and the acceleration a = Σl³ / 6 (Σl²)^(3/2) of
 * the jackknife differences l = (1 − 1/mₕ)(θ̄ₕ − θ₋ᵤ) within strata of mₕ units (Davison & Hinkley 1997, section 5.3).
 * Resamples are those of {@link bootstrapInterval}.
 *
 * @param estimate the statistic of all units
 * @param without the statistic of all units but one
 * @returns NaN ends if the statistic is NaN for a resample or without a unit, or all resamples lie on one side of it.
 *
 * @example
 * ```ts
 * import { acceleratedInterval } from "#lib/math/statistics/interval.ts";
 * import { assert } from "@std/assert";
 * const x = [1, 1, 2, 2, 3, 4, 20];
 * const mean = (units: ArrayLike<number>) => Array.from(units).reduce((sum, u) => sum + x[u], 0) / units.length;
 * const all = Int32Array.from(x, (_, u) => u);
 * const without = (left: number) => mean(all.filter((u) => u !== left));
 * const options = { level: 0.95, numResamples: 1000, seed: 0 };
 * const { low, high } = acceleratedInterval(mean(all), new Int32Array(7), mean, without, options);
 * assert(high - mean(all) > mean(all) - low); // skewed, as the values are
 * ```
 */
export function acceleratedInterval(
  estimate: number,
  strata: Int32Array,
  statistic: (units: Int32Array) => number,
  without: (unit: number) => number,
  options: BootstrapOptions,
): Interval {
  const nothing = { low: NaN, high: NaN };
  if (strata.length < 2) return nothing;
  const values = resampled(strata, statistic, options);
  let squares = 0;
  let cubes = 0;
  // Influence of a unit within its stratum, of mₕ units: what tells strata apart is fixed by design.
  for (const units of membersOf(strata)) {
    const leftOut = units.map(without);
    const centre = mean(leftOut);
    for (const value of leftOut) {
      const influence = (1 - 1 / units.length) * (centre - value);
      squares += influence ** 2;
      cubes += influence ** 3;
    }
  }
  if (Number.isNaN(squares) || Number.isNaN(estimate)) return nothing;
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
  let below = 0;
  for (const value of values) below += value < estimate ? 1 : value === estimate ? 0.5 : 0;
  const bias = normalQuantile(below / values.length);
  if (!Number.isFinite(bias)) return nothing;
  const moved = (p: number) => {
    const shifted = bias + normalQuantile(p);
    return quantile(values, normalCdf(bias + shifted / (1 - acceleration * shifted)));
  };
  const tail = (1 - options.level) / 2;
  return { low: moved(tail), high: moved(1 - tail) };
}

/** The statistic of every resample. */
function resampled(
  strata: Int32Array,
  statistic: (units: Int32Array) => number,
  { numResamples, seed }: BootstrapOptions,
): Float64Array {
  const members = membersOf(strata);
  const stream = randomStream(seed, "statistics/bootstrap");
  const draws = new Float64Array(strata.length);
  const units = new Int32Array(strata.length);
  const values = new Float64Array(numResamples);
  for (let k = 0; k < numResamples; k++) {
    stream.uniform(draws, k);
    for (let i = 0; i < strata.length; i++) {
      const own = members[strata[i]];
      units[i] = own[Math.floor(draws[i] * own.length)];
    }
    values[k] = statistic(units);
  }
  return values;
}

/** Units by stratum. */
function membersOf(strata: Int32Array): number[][] {
  const members: number[][] = [];
  for (let unit = 0; unit < strata.length; unit++) (members[strata[unit]] ??= []).push(unit);
  return members;
}
