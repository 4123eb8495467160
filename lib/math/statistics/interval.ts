// Confidence intervals of any statistic, by leaving out or redrawing the independent units of a study.
// A unit is what was drawn independently: a simulation, a seed, a pattern. A dissimilarity belongs to two of them, so
// redrawing dissimilarities one by one would pretend that 54 pairs of 9 simulations are 54 experiments.
// Sources: Tukey 1958 and Efron & Stein 1981 (jackknife; for pairs it errs on the wide side); Efron 1979 (bootstrap).

import { randomStream } from "../../core/random.ts";
import { mean } from "./moments.ts";
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
  options: { readonly level: number; readonly numResamples: number; readonly seed: number },
): Interval {
  if (strata.length < 2) return { low: NaN, high: NaN };
  const members = membersOf(strata);
  const stream = randomStream(options.seed, "statistics/bootstrap");
  const draws = new Float64Array(strata.length);
  const units = new Int32Array(strata.length);
  const values = new Float64Array(options.numResamples);
  for (let k = 0; k < options.numResamples; k++) {
    stream.uniform(draws, k);
    for (let i = 0; i < strata.length; i++) {
      const own = members[strata[i]];
      units[i] = own[Math.floor(draws[i] * own.length)];
    }
    values[k] = statistic(units);
  }
  const tail = (1 - options.level) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

/** Units by stratum. */
function membersOf(strata: Int32Array): number[][] {
  const members: number[][] = [];
  for (let unit = 0; unit < strata.length; unit++) (members[strata[unit]] ??= []).push(unit);
  return members;
}
