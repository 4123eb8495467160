import { fitHavok } from "#lib/math/dmd/havok.ts";
import { conditioningAtRank, operatorAtRank } from "#lib/math/dmd/operator_at_rank.ts";
import { assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { fresh, largestDifference } from "../linalg/fresh.ts";
import { storedTrials } from "./trial_sets.ts";

Deno.test("operatorAtRank() from one fit equals separate fits of every rank, in both routes", () => {
  const trials = storedTrials("dmd_data_trials.npy");
  const delays = { numDelays: 3, delayInterval: 2 };
  for (const method of ["gram", "qr"] as const) {
    const whole = fitHavok(trials, { ...delays, rank: 4, maxRank: 12, method });
    assertEquals([whole.rank, whole.maxRank, whole.operator.length], [4, 12, 16]);
    for (let rank = 1; rank <= 12; rank++) {
      const single = fitHavok(trials, { ...delays, rank, method });
      assertLess(
        largestDifference(operatorAtRank(whole, rank), single.operator),
        1e-12,
        `${method} ${rank}`,
      );
      assertLess(Math.abs(conditioningAtRank(whole, rank) / single.conditioning - 1), 1e-10);
    }
    for (const ridge of [1e-8, 0.1]) {
      const single = fitHavok(trials, { ...delays, rank: 5, ridge, method });
      assertLess(largestDifference(operatorAtRank(whole, 5, ridge), single.operator), 1e-12);
    }
  }
});

Deno.test("operatorAtRank() solves the ridge regression it states", () => {
  fresh((draws) => {
    const r = 6;
    const v = draws.normal(30, r);
    const w = draws.normal(30, r);
    const moments = {
      auto: new Float64Array(r * r),
      cross: new Float64Array(r * r),
      maxRank: r,
      ridge: 0.3,
    };
    for (let i = 0; i < r; i++) {
      for (let j = 0; j < r; j++) {
        for (let p = 0; p < 30; p++) {
          moments.auto[i * r + j] += v[p * r + i] * v[p * r + j];
          moments.cross[i * r + j] += v[p * r + i] * w[p * r + j];
        }
      }
    }
    // Normal equations: the residual is orthogonal to the regressors, V₋ᵀ(V₊ − V₋Aᵀ) = λAᵀ.
    const a = operatorAtRank(moments, r);
    for (let i = 0; i < r; i++) {
      for (let j = 0; j < r; j++) {
        let left = moments.cross[i * r + j];
        for (let k = 0; k < r; k++) left -= moments.auto[i * r + k] * a[j * r + k];
        assertLess(Math.abs(left - 0.3 * a[j * r + i]), 1e-11);
      }
    }
  });
});

Deno.test("operatorAtRank() refuses ranks beyond the fit and singular regressions", () => {
  const moments = {
    auto: Float64Array.of(1, 1, 1, 1),
    cross: Float64Array.of(1, 0, 0, 1),
    maxRank: 2,
    ridge: 0,
  };
  assertThrows(() => operatorAtRank(moments, 3), RangeError, "ranks 1 to 2");
  assertThrows(() => operatorAtRank(moments, 0), RangeError, "ranks 1 to 2");
  assertThrows(() => operatorAtRank(moments, 2), RangeError, "singular");
  assertEquals(operatorAtRank(moments, 2, 1).length, 4);
  assertEquals(conditioningAtRank(moments, 2), Infinity);
  assertGreater(conditioningAtRank(moments, 2, 1e-3), 1000);
});
