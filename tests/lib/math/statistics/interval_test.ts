// Accelerated intervals of strata: what is fixed by design moves an interval and does not bend it.

import { assertAlmostEquals, assertGreater } from "@std/assert";
import { acceleratedInterval } from "#lib/math/statistics/interval.ts";

/** The interval of the mean of two strata of seven units, skewed alike, one of them moved. */
function interval(by: number) {
  const x = [1, 1, 2, 2, 3, 4, 20].flatMap((value) => [value, value + by]);
  const mean = (units: ArrayLike<number>) =>
    Array.from(units).reduce((sum, unit) => sum + x[unit], 0) / units.length;
  const all = Int32Array.from(x, (_, unit) => unit);
  const without = (left: number) => mean(all.filter((unit) => unit !== left));
  const strata = all.map((unit) => unit % 2);
  const options = { level: 0.95, numResamples: 2000, seed: 0 };
  return { estimate: mean(all), ...acceleratedInterval(mean(all), strata, mean, without, options) };
}

Deno.test("acceleratedInterval() moves with a stratum that moves, and keeps its shape", () => {
  const [here, there] = [interval(0), interval(128)];
  assertAlmostEquals(there.low, here.low + 64, 1e-9);
  assertAlmostEquals(there.high, here.high + 64, 1e-9);
  assertGreater(here.high - here.estimate, here.estimate - here.low);
});
