import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { compareRdms, prepareRdm, rdmComparisons } from "#lib/math/rsa/compare_rdms.ts";
import { noiseCeiling } from "#lib/math/rsa/noise_ceiling.ts";
import { fresh } from "../linalg/fresh.ts";

Deno.test("noiseCeiling() bounds any model from above, and lies above the lower bound", () => {
  fresh((draws) => {
    const m = 28;
    const truth = draws.normal(m, 1).map((value) => 3 + value);
    const subjects = Array.from({ length: 5 }, () => {
      const noise = draws.normal(m, 1);
      return truth.map((value, i) => value + 0.5 * noise[i]);
    });
    const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length;
    for (const comparison of rdmComparisons) {
      const { upper, lower } = noiseCeiling(subjects, comparison);
      assert(mean(lower) < mean(upper) && mean(upper) <= 1, comparison);
      // For coefficients that are inner products no model can do better than the mean of what they compare.
      if (["cosine", "pearson", "whitened_cosine", "whitened_correlation"].includes(comparison)) {
        for (let k = 0; k < 20; k++) {
          const model = prepareRdm(
            draws.normal(m, 1).map((v, i) => truth[i] + 0.3 * v),
            comparison,
          );
          const reached = subjects.map((one) =>
            compareRdms(prepareRdm(one, comparison), model).similarity
          );
          assert(mean(Float64Array.from(reached)) <= mean(upper) + 1e-12, comparison);
        }
      }
    }
  });
});

Deno.test("noiseCeiling() is 1 for subjects that agree up to scale, and wants at least two", () => {
  const one = Float64Array.of(1, 2, 3, 4, 5, 7);
  for (const comparison of rdmComparisons) {
    const { upper, lower } = noiseCeiling([one, one.map((x) => 1e200 * x)], comparison);
    for (const value of [...upper, ...lower]) assertAlmostEquals(value, 1, 1e-14);
  }
  assertThrows(() => noiseCeiling([one], "cosine"), RangeError, "at least 2 subjects");
  assertThrows(
    () => noiseCeiling([one, one.subarray(0, 3)], "cosine"),
    RangeError,
    "matrix 1 has 3",
  );
});
