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
 * Delete-one jackknife: `estimate ± t · SE`, SE² = (m − 1)/m · Σ(θ₋ᵤ − θ̄)², t with m − 1 degrees of freedom.
 *
 * @param estimate the statistic of all units
 * @param numUnits m, the number of independent units
 * @param without the statistic of all units but one
 *
 * @example
 * ```ts
 * import { jackknifeInterval } from "#lib/math/statistics/interval.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const x = [1, 2, 4, 5];
 * const { low } = jackknifeInterval(3, 4, (unit) => (12 - x[unit]) / 3, 0.95);
 * assertAlmostEquals(low, 3 - 3.182446305 * Math.sqrt(10 / 12), 1e-8);
 * ```
 */
export function jackknifeInterval(
  estimate: number,
  numUnits: number,
  without: (unit: number) => number,
  level: number,
): Interval {
  if (numUnits < 2) return { low: NaN, high: NaN };
  const leftOut = Float64Array.from({ length: numUnits }, (_, unit) => without(unit));
  const centre = mean(leftOut);
  let sum = 0;
  for (const value of leftOut) sum += (value - centre) ** 2;
  const half = criticalT(level, numUnits - 1) * Math.sqrt(sum * (numUnits - 1) / numUnits);
  return { low: estimate - half, high: estimate + half };
}

/**
 * Percentile bootstrap: quantiles of the statistic over resamples of the units with replacement.
 * Resample k draws from (seed, `statistics/bootstrap`, k), so no draw depends on the number of resamples.
 *
 * @param numUnits number of independent units
 * @param statistic of a resample, given as the indices of the units drawn
 *
 * @example
 * ```ts
 * import { bootstrapInterval } from "#lib/math/statistics/interval.ts";
 * import { assert } from "@std/assert";
 * const x = [1, 2, 3, 4, 5, 6, 7];
 * const mean = (units: Int32Array) => units.reduce((sum, unit) => sum + x[unit], 0) / units.length;
 * const { low, high } = bootstrapInterval(x.length, mean, { level: 0.95, numResamples: 500, seed: 0 });
 * assert(low > 1 && low < 4 && high > 4 && high < 7);
 * ```
 */
export function bootstrapInterval(
  numUnits: number,
  statistic: (units: Int32Array) => number,
  options: { readonly level: number; readonly numResamples: number; readonly seed: number },
): Interval {
  if (numUnits < 2) return { low: NaN, high: NaN };
  const stream = randomStream(options.seed, "statistics/bootstrap");
  const draws = new Float64Array(numUnits);
  const units = new Int32Array(numUnits);
  const values = new Float64Array(options.numResamples);
  for (let k = 0; k < options.numResamples; k++) {
    stream.uniform(draws, k);
    for (let i = 0; i < numUnits; i++) units[i] = Math.floor(draws[i] * numUnits);
    values[k] = statistic(units);
  }
  const tail = (1 - options.level) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}
