// Laws of the statistics room on random data, edges and refusals.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { benjaminiHochberg } from "#lib/math/statistics/benjamini_hochberg.ts";
import { bootstrapInterval, jackknifeInterval } from "#lib/math/statistics/interval.ts";
import { fitLine, fitProportional } from "#lib/math/statistics/line_fit.ts";
import { mean, standardError } from "#lib/math/statistics/moments.ts";
import { pairedPermutationTest } from "#lib/math/statistics/permutation_test.ts";
import { median, quantile } from "#lib/math/statistics/quantile.ts";
import { criticalT, twoSidedP } from "#lib/math/statistics/student_t.ts";
import { assertAllClose } from "#tests/support/close.ts";

const normals = (count: number, seed: number) =>
  randomStream(seed, "test/statistics").normal(new Float64Array(count)) as Float64Array;

Deno.test("quantile() gives NumPy's values, order statistics at its nodes, and NaN for NaN", () => {
  // numpy.quantile([7, 1, 3, 10], [0, 0.1, 0.25, 0.5, 0.9, 1])
  assertAllClose(
    [0, 0.1, 0.25, 0.5, 0.9, 1].map((p) => quantile([7, 1, 3, 10], p)),
    [1, 1.6, 2.5, 5, 9.1, 10],
    { rtol: 1e-15 },
  );
  const values = normals(11, 1);
  const sorted = [...values].sort((a, b) => a - b);
  assertEquals(Array.from({ length: 11 }, (_, i) => quantile(values, i / 10)), sorted);
  assertEquals(median(values), sorted[5]);
  assertEquals(quantile([1, NaN, 2], 0.5), NaN);
  assertEquals(quantile([Infinity, Infinity], 0.5), Infinity);
  assertEquals(quantile([5], 0.3), 5);
  assertThrows(() => quantile([1], 1.1), RangeError, "p = 1.1");
  assertThrows(() => quantile([], 0.5), RangeError, "no values");
});

Deno.test("twoSidedP() equals the closed forms at one and two degrees of freedom", () => {
  for (const t of [1e-9, 0.01, 0.3, 1, 2.5, 40, 1e5, 1e9]) {
    const cauchy = 2 / Math.PI * Math.atan(1 / t);
    // 1 − t/√(2 + t²), without cancellation.
    const two = 2 / (Math.sqrt(2 + t * t) * (Math.sqrt(2 + t * t) + t));
    assertAllClose([twoSidedP(t, 1), twoSidedP(-t, 2)], [cauchy, two], { rtol: 1e-13 }, `t = ${t}`);
  }
  assertEquals(twoSidedP(0, 7), 1);
  assertEquals(twoSidedP(Infinity, 3), 0);
  assertEquals(twoSidedP(NaN, 3), NaN);
  // The normal limit: P(|Z| ≥ 1.96).
  assertAllClose([twoSidedP(1.959963984540054, 1e7)], [0.05], { rtol: 1e-6 });
});

Deno.test("criticalT() inverts twoSidedP()", () => {
  for (const level of [0.5, 0.9, 0.95, 0.999]) {
    for (const df of [1, 2, 6, 8, 41, 1000]) {
      assertAllClose([twoSidedP(criticalT(level, df), df)], [1 - level], { rtol: 1e-12 });
    }
  }
});

Deno.test("fitLine() recovers a line, and proportional data against the index has R² 27/28", () => {
  const x = normals(20, 2);
  const fit = fitLine(x, x.map((value) => 3 - 2 * value));
  assertAllClose([fit.slope, fit.intercept, fit.r, fit.rSquared], [-2, 3, -1, 1], { atol: 1e-13 });
  assertAllClose([fitLine([1, 2, 3], [0.4, 0.2, 0.1]).rSquared], [27 / 28], { rtol: 1e-14 });
  const sigma = [0.004, 0.002, 0.001];
  assertAllClose([fitLine(sigma, [0.4, 0.2, 0.1]).rSquared], [1], { rtol: 1e-14 });
  assertEquals(fitLine([1, 2, 3], [5, 5, 5]).rSquared, NaN);
  assertThrows(() => fitLine([1], [2]), RangeError);
  assertThrows(() => fitLine([1, 2], [2]), RangeError);
});

Deno.test("fitProportional() knows a proportional measure from one that only changes linearly", () => {
  const x = [1, 0.5, 0.25];
  const exact = fitProportional(x, [0.8, 0.4, 0.2]);
  assertAllClose([exact.slope, exact.rSquared, exact.slopeStandardError], [0.8, 1, 0], {
    atol: 1e-15,
  });
  assert(fitProportional(x, [0.493, 0.465, 0.438]).rSquared < 0);
  // The slope is the least-squares one: no other has smaller residuals.
  const y = [0.9, 0.3, 0.35];
  const { slope } = fitProportional(x, y);
  const residuals = (k: number) => x.reduce((sum, value, i) => sum + (y[i] - k * value) ** 2, 0);
  assert(residuals(slope) < residuals(slope + 1e-4) && residuals(slope) < residuals(slope - 1e-4));
});

Deno.test("pairedPermutationTest() by random patterns approaches the exact p value", () => {
  const n = 24;
  const a = normals(n, 3).map((value) => value + 0.4);
  const b = normals(n, 4);
  const found = pairedPermutationTest(a, b, { seed: 5, numPatterns: 40000 });
  assertEquals([found.exact, found.numPatterns], [false, 40000]);
  assertEquals(found, pairedPermutationTest(a, b, { seed: 5, numPatterns: 40000 }));
  const other = pairedPermutationTest(a, b, { seed: 6, numPatterns: 40000 });
  assert(found.pTwoSided !== other.pTwoSided, "another seed draws other patterns");
  // Nearly normal: the t statistic with sign-flipped variance gives the p value to a few per cent.
  const d = a.map((value, i) => value - b[i]);
  const z = d.reduce((s, v) => s + v, 0) / Math.sqrt(d.reduce((s, v) => s + v * v, 0));
  assertAllClose([found.pTwoSided], [twoSidedP(z, 1e6)], { atol: 0.02 });
});

Deno.test("pairedPermutationTest() swaps its sides when its samples are swapped", () => {
  const a = normals(9, 7);
  const b = normals(9, 8);
  const one = pairedPermutationTest(a, b);
  const two = pairedPermutationTest(b, a);
  assertEquals([one.pTwoSided, one.pGreater], [two.pTwoSided, two.pLess]);
  assertEquals(pairedPermutationTest([1, 2], [1, 2]).pTwoSided, 1);
  assertEquals(pairedPermutationTest([1, NaN], [0, 0]).pTwoSided, NaN);
  assertThrows(() => pairedPermutationTest([1], [1, 2]), RangeError);
});

Deno.test("benjaminiHochberg() keeps order, never lowers a p value, and refuses what is none", () => {
  const p = randomStream(9, "test/bh").uniform(new Float64Array(50));
  const adjusted = benjaminiHochberg(p);
  for (let i = 0; i < 50; i++) {
    assert(adjusted[i] >= p[i] && adjusted[i] <= 1);
    for (let j = 0; j < 50; j++) if (p[i] < p[j]) assert(adjusted[i] <= adjusted[j]);
  }
  assertEquals(benjaminiHochberg([]), new Float64Array(0));
  assertThrows(() => benjaminiHochberg([0.1, NaN]), RangeError, "at 1");
});

Deno.test("jackknifeInterval() of a mean is Student's interval", () => {
  const x = normals(12, 10);
  const total = x.reduce((sum, value) => sum + value, 0);
  const found = jackknifeInterval(
    mean(x),
    new Int32Array(12),
    (unit) => (total - x[unit]) / 11,
    0.95,
  );
  const half = criticalT(0.95, 11) * standardError(x, "sample");
  assertAllClose([found.low, found.high], [mean(x) - half, mean(x) + half], { rtol: 1e-12 });
  assertEquals(jackknifeInterval(1, new Int32Array(1), () => 1, 0.95), { low: NaN, high: NaN });
});

Deno.test("jackknifeInterval() and bootstrapInterval() cover the truth about as often as they say", () => {
  const covered = { jackknife: 0, bootstrap: 0 };
  const studies = 300;
  for (let study = 0; study < studies; study++) {
    const x = normals(15, 1000 + study).map((value) => value + 2);
    const total = x.reduce((sum, value) => sum + value, 0);
    const jackknife = jackknifeInterval(
      total / 15,
      new Int32Array(15),
      (u) => (total - x[u]) / 14,
      0.9,
    );
    const bootstrap = bootstrapInterval(
      new Int32Array(15),
      (units) => units.reduce((sum, u) => sum + x[u], 0) / 15,
      { level: 0.9, numResamples: 200, seed: study },
    );
    if (jackknife.low <= 2 && 2 <= jackknife.high) covered.jackknife++;
    if (bootstrap.low <= 2 && 2 <= bootstrap.high) covered.bootstrap++;
  }
  assert(Math.abs(covered.jackknife / studies - 0.9) < 0.06, `jackknife ${covered.jackknife}`);
  // The percentile bootstrap is known to be narrow for few units.
  assert(Math.abs(covered.bootstrap / studies - 0.87) < 0.07, `bootstrap ${covered.bootstrap}`);
});

Deno.test("bootstrapInterval() draws the same resamples however many are asked for", () => {
  const seen: number[][] = [];
  const record = (units: Int32Array) => {
    seen.push([...units]);
    return 0;
  };
  bootstrapInterval(new Int32Array(4), record, { level: 0.95, numResamples: 3, seed: 1 });
  bootstrapInterval(new Int32Array(4), record, { level: 0.95, numResamples: 5, seed: 1 });
  assertEquals(seen.slice(0, 3), seen.slice(3, 6));
});

Deno.test("jackknifeInterval() of a difference of two strata is that of two samples", () => {
  const [a, b] = [normals(7, 11), normals(7, 12)];
  const sum = (x: Float64Array) => x.reduce((total, value) => total + value, 0);
  const strata = Int32Array.from({ length: 14 }, (_, unit) => unit < 7 ? 0 : 1);
  const estimate = sum(a) / 7 - sum(b) / 7;
  const found = jackknifeInterval(
    estimate,
    strata,
    (unit) =>
      unit < 7 ? (sum(a) - a[unit]) / 6 - sum(b) / 7 : sum(a) / 7 - (sum(b) - b[unit - 7]) / 6,
    0.95,
  );
  const half = criticalT(0.95, 12) *
    Math.hypot(standardError(a, "sample"), standardError(b, "sample"));
  assertAllClose([found.low, found.high], [estimate - half, estimate + half], { rtol: 1e-11 });
  const lone = Int32Array.of(0, 0, 1);
  assertEquals(jackknifeInterval(1, lone, () => 1, 0.95), { low: NaN, high: NaN });
});

Deno.test("bootstrapInterval() redraws within strata", () => {
  const strata = Int32Array.of(0, 1, 0, 1, 0);
  bootstrapInterval(strata, (units) => {
    units.forEach((unit, at) => assertEquals(strata[unit], strata[at]));
    return 0;
  }, { level: 0.9, numResamples: 50, seed: 2 });
});
