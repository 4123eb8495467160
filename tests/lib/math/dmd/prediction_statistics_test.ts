// Scores of predictions: the stored statistics, and formulas worked out by hand.

import { decodeNpy } from "#lib/core/npy.ts";
import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { identityDistance } from "#lib/math/dmd/identity_distance.ts";
import { nonNormality, transientGrowth } from "#lib/math/dmd/operator_facts.ts";
import { predictionStatistics, type ScoreOptions } from "#lib/math/dmd/prediction_statistics.ts";
import reference from "#tests/reference/dsa/stats.json" with { type: "json" };
import flat from "#tests/reference/dsa/stats_prediction_2d.npy" with { type: "bytes" };
import trialwise from "#tests/reference/dsa/stats_prediction_trials.npy" with { type: "bytes" };
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { storedTrials } from "./trial_sets.ts";

const one = (values: readonly number[], numUnits = 1): TrialSet => ({
  data: Float64Array.from(values),
  numTrials: 1,
  numTime: values.length / numUnits,
  numUnits,
});
const score = (x: readonly number[], y: readonly number[], options: ScoreOptions = {}) =>
  predictionStatistics(one(x), Float64Array.from(y), options);

Deno.test("predictionStatistics() reproduces the stored statistics to 1e-9", () => {
  for (const { truth, prediction, rank, stats } of reference.cases) {
    const bytes = prediction === "stats_prediction_2d.npy" ? flat : trialwise;
    const found = predictionStatistics(
      storedTrials(truth),
      decodeNpy(bytes).data as Float64Array,
      { rank },
    );
    const named: Record<keyof typeof stats, number> = {
      MAE: found.mae,
      MASE: found.mase,
      NMSE: found.nmse,
      MSE: found.mse,
      R2: found.r2,
      Correl: found.correlation,
      AIC: found.aic,
      logMSE: found.logMse,
    };
    for (const [name, value] of Object.entries(stats)) {
      assertAlmostEquals(named[name as keyof typeof stats], value, 1e-9, `${truth} ${name}`);
    }
  }
});

Deno.test("nonNormality() and transientGrowth() reproduce the stored numbers to 1e-9", () => {
  const { matrix, nonnormality, transient_growth } = reference.nonnormality;
  const a = Float64Array.from(matrix.flat());
  assertAlmostEquals(nonNormality(a, matrix.length), nonnormality, 1e-9);
  assertAlmostEquals(transientGrowth(a, matrix.length), transient_growth, 1e-9);
});

Deno.test("predictionStatistics() has the AIC of a hand calculation, with and without 1/n", () => {
  // Errors 1, 2, 0, 1: SSE 6, n 4; rank 3 has 10 parameters.
  const { aic, aicTotal, logMse, numEntries } = score([0, 1, 2, 5], [1, 3, 2, 4], { rank: 3 });
  assertEquals(numEntries, 4);
  assertAlmostEquals(aicTotal, 4 * Math.log(6 / 4) + 20, 1e-12);
  assertAlmostEquals(aic, aicTotal / 4, 1e-12);
  assertAlmostEquals(logMse, Math.log(1.5), 1e-15);
});

Deno.test("predictionStatistics() compares with persistence within trials only", () => {
  // Two trials, 0 1 3 and 100 100 101: persistence errs by 1, 2, 0, 1.
  const trials: TrialSet = {
    data: Float64Array.of(0, 1, 3, 100, 100, 101),
    numTrials: 2,
    numTime: [3, 3],
    numUnits: 1,
  };
  const y = trials.data.map((value) => value + 2);
  assertAlmostEquals(predictionStatistics(trials, y).mase, 2 / 1, 1e-15);
  // Without the first sample of each trial the same four differences remain; with lag 2 there are 3 and 1.
  assertAlmostEquals(predictionStatistics(trials, y, { numSkipped: 1 }).mase, 2 / 1, 1e-15);
  assertAlmostEquals(
    predictionStatistics(trials, y, { numSkipped: 2, persistenceLag: 2 }).mase,
    2 / 2,
    1e-15,
  );
});

Deno.test("predictionStatistics() leaves out the first samples of each trial, of any length", () => {
  fresh((draws) => {
    const lengths = [9, 4, 13], numUnits = 3, numSkipped = draws.integer(1, 5);
    const data = draws.normal(26, numUnits), y = draws.normal(26, numUnits);
    const keep = (values: Float64Array) => {
      let start = 0;
      const kept: number[] = [];
      for (const length of lengths) {
        kept.push(...values.subarray((start + numSkipped) * numUnits, (start + length) * numUnits));
        start += length;
      }
      return Float64Array.from(kept);
    };
    const numTime = lengths.map((length) => Math.max(0, length - numSkipped));
    const all = predictionStatistics(
      { data, numTrials: 3, numTime: lengths, numUnits },
      y,
      { rank: 2, numSkipped },
    );
    const cut = predictionStatistics(
      { data: keep(data), numTrials: 3, numTime, numUnits },
      keep(y),
      { rank: 2 },
    );
    for (const name of ["mae", "mse", "nmse", "r2", "correlation", "aic", "logMse"] as const) {
      assertAlmostEquals(all[name], cut[name], 1e-12, name);
    }
    assertEquals(all.numEntries, cut.numEntries);
  });
});

Deno.test("predictionStatistics() scores a perfect prediction as perfect", () => {
  const { mae, mase, nmse, r2, correlation, aic, logMse } = score([1, 2, 4], [1, 2, 4]);
  assertEquals([mae, mase, nmse, r2, aic, logMse], [0, 0, 0, 1, -Infinity, -Infinity]);
  assertAlmostEquals(correlation, 1, 1e-15);
});

Deno.test("predictionStatistics() says 0, ∞ or how many units where nothing varies", () => {
  const still = score([2, 2, 2], [2, 2, 2]);
  assertEquals([still.nmse, still.mase, still.numConstantUnits], [0, 0, 1]);
  assertEquals([still.r2, still.correlation], [NaN, NaN]);
  const wrong = score([2, 2, 2], [2, 3, 2]);
  assertEquals([wrong.nmse, wrong.mase], [Infinity, Infinity]);
  // A silent unit beside one that varies is left out of the means over units, and counted.
  const mixed = predictionStatistics(
    one([1, 0, 2, 0, 3, 0], 2),
    Float64Array.of(1, 1, 2, 1, 3, 1),
  );
  assertEquals([mixed.r2, mixed.numConstantUnits], [1, 1]);
  assertEquals(score([1, 2, 3], [2, 2, 2]).correlation, NaN);
});

Deno.test("predictionStatistics() gives a diverged prediction infinite errors", () => {
  for (const bad of [Infinity, NaN]) {
    const { mae, mse, mase, nmse, r2, aic } = score([1, 2, 3], [1, 2, bad]);
    assertEquals([mae, mse, mase, nmse, r2, aic], [
      Infinity,
      Infinity,
      Infinity,
      Infinity,
      -Infinity,
      Infinity,
    ]);
  }
});

Deno.test("predictionStatistics() refuses what it cannot score, in words", () => {
  assertThrows(() => score([1, 2], [1]), RangeError, "prediction");
  assertThrows(() => score([1, NaN], [1, 2]), RangeError, "finite");
  assertThrows(() => score([1, 2], [1, 2], { numSkipped: 2 }), RangeError, "nothing is left");
  assertThrows(() => score([1, 2], [1, 2], { rank: 1.5 }), RangeError, "rank is 1.5");
  assertThrows(() => score([1, 2], [1, 2], { persistenceLag: 0 }), RangeError, "at least 1");
});

Deno.test("identityDistance() is the angle and distance to I whatever the alignment", () => {
  fresh((draws) => {
    const n = draws.integer(1, 6);
    const a = draws.normal(n, n);
    const identity = a.map((_, p) => p % (n + 1) === 0 ? 1 : 0);
    const dot = a.reduce((sum, value, p) => sum + value * identity[p], 0);
    const { angle, euclidean } = identityDistance(a, n);
    assertAlmostEquals(angle, Math.acos(dot / (Math.hypot(...a) * Math.sqrt(n))), 1e-7);
    assertAlmostEquals(euclidean, Math.hypot(...a.map((value, p) => value - identity[p])), 1e-12);
    const near = identityDistance(identity.map((value) => 3 * value), n);
    assertEquals(near.angle, 0);
    assertAlmostEquals(near.euclidean, 2 * Math.sqrt(n), 1e-12);
  });
});
