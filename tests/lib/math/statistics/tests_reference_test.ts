// Tests of pairs and labels, bootstrap intervals and the normal distribution against SciPy (tests/reference/statistics).

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { acceleratedInterval, bootstrapInterval } from "#lib/math/statistics/interval.ts";
import { labelPermutationTest } from "#lib/math/statistics/label_permutation.ts";
import { mean } from "#lib/math/statistics/moments.ts";
import { normalCdf, normalQuantile } from "#lib/math/statistics/normal.ts";
import { pairPermutationTest } from "#lib/math/statistics/pair_permutation.ts";
import { pairedPermutationTest } from "#lib/math/statistics/permutation_test.ts";
import { surrogateP } from "#lib/math/statistics/surrogate_p.ts";
import { pairedT, twoSampleT } from "#lib/math/statistics/t_test.ts";
import { signedRankTest } from "#lib/math/statistics/wilcoxon.ts";
import { randomStream } from "#lib/core/random.ts";
import { assertAllClose } from "#tests/support/close.ts";
import reference from "#tests/reference/statistics/tests.json" with { type: "json" };
import { fresh } from "../linalg/fresh.ts";

const relative = { rtol: 1e-9 };

Deno.test("signedRankTest() agrees with SciPy over all patterns of signs, ties and zeros included", () => {
  for (const { a, b, statistic, num_pairs, two_sided, greater, less } of reference.wilcoxon) {
    const found = signedRankTest(a, b);
    assertEquals([found.statistic, found.numPairs, found.exact], [statistic, num_pairs, true]);
    assertAllClose(
      [found.pTwoSided, found.pGreater, found.pLess],
      [two_sided, greater, less],
      relative,
    );
  }
});

Deno.test("signedRankTest() goes over to a normal distribution beyond 200 pairs", () => {
  const { a, b, two_sided } = reference.wilcoxon_large;
  const found = signedRankTest(a, b);
  assert(!found.exact);
  assertAllClose([found.pTwoSided], [two_sided], relative);
  const exact = signedRankTest(a.slice(0, 200), b.slice(0, 200));
  assert(exact.exact && exact.pTwoSided > 0 && exact.pTwoSided <= 1);
});

Deno.test("signedRankTest() has no p value without a difference", () => {
  const found = signedRankTest([1, 2], [1, 2]);
  assertEquals([found.numPairs, found.pTwoSided], [0, NaN]);
  assertThrows(() => signedRankTest([1], []), RangeError, "1 and 0 values");
});

Deno.test("pairedT() agrees with SciPy, and is the two-sample test of differences with zero variance", () => {
  for (const { a, b, t, p } of reference.paired_t) {
    const found = pairedT(a, b);
    assertAllClose([found.t, found.pTwoSided], [t, p], relative);
    assertEquals(found.df, a.length - 1);
  }
  assertEquals(pairedT([2, 3], [1, 2]).pTwoSided, 0);
  assertEquals(pairedT([2, 3], [2, 3]).pTwoSided, NaN);
  assertThrows(() => pairedT([1], [2]), RangeError, "at least two");
});

Deno.test("labelPermutationTest() agrees with all divisions as SciPy counts them", () => {
  for (const { a, b, two_sided, greater, less, divisions } of reference.labels) {
    const found = labelPermutationTest(a, b);
    assertEquals([found.numPatterns, found.exact], [divisions, true]);
    assertAllClose(
      [found.pTwoSided, found.pGreater, found.pLess],
      [two_sided, greater, less],
      relative,
    );
  }
});

Deno.test("labelPermutationTest() at random comes near the t test, and never to 0", () =>
  fresh(({ normal, seed }) => {
    const a = normal(1, 60).map((x) => x + 0.4);
    const b = normal(1, 50);
    const { pTwoSided, exact, numPatterns } = labelPermutationTest(a, b, { seed });
    assertEquals([exact, numPatterns], [false, 20_000]);
    const { pTwoSided: t } = twoSampleT(a, b);
    assertAlmostEquals(pTwoSided, t, 0.01 + 5 * Math.sqrt(t * (1 - t) / 20_000));
    const far = labelPermutationTest(a.map((x) => x + 100), b, { seed, numPatterns: 500 });
    assertEquals(far.pTwoSided, 1 / 500);
  }));

Deno.test("pairedPermutationTest(), signedRankTest() and pairedT() agree on what is plain", () =>
  fresh(({ normal }) => {
    const b = normal(1, 12);
    const a = b.map((x, i) => x + 3 + 0.1 * i);
    assertEquals(pairedPermutationTest(a, b).pTwoSided, 2 / 2 ** 12);
    assertAlmostEquals(signedRankTest(a, b).pTwoSided, 2 / 2 ** 12, 1e-15);
    assert(pairedT(a, b).pTwoSided < 1e-6);
  }));

const statistics: Readonly<Record<string, (x: Float64Array) => number>> = {
  mean,
  variance: (x) => {
    const centre = mean(x);
    return x.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (x.length - 1);
  },
};

Deno.test("bootstrap intervals come near SciPy's, by percentiles and by BCa", () => {
  for (const { x, statistic, percentile, BCa } of reference.intervals) {
    const of = statistics[statistic];
    const redrawn = (units: Int32Array) => of(Float64Array.from(units, (unit) => x[unit]));
    const without = (unit: number) => of(Float64Array.from(x.filter((_, i) => i !== unit)));
    const options = { level: 0.95, numResamples: 20_000, seed: 3 };
    const strata = new Int32Array(x.length);
    const plain = bootstrapInterval(strata, redrawn, options);
    const estimate = of(Float64Array.from(x));
    const accelerated = acceleratedInterval(estimate, strata, redrawn, without, options);
    for (const [found, expected] of [[plain, percentile], [accelerated, BCa]] as const) {
      const atol = 0.03 * (expected[1] - expected[0]);
      assertAllClose([found.low, found.high], expected, { atol }, statistic);
    }
    // The two differ by more than that where the values are skewed, so that the check tells them apart.
    if (statistic === "variance") assert(BCa[1] - percentile[1] > 0.1 * (BCa[1] - BCa[0]));
  }
});

Deno.test("acceleratedInterval() is the percentile interval where nothing is biased or skewed", () => {
  const x = [-3, -2, -1, 1, 2, 3];
  const sum = (units: ArrayLike<number>) =>
    Array.from(units).reduce((all, unit) => all + x[unit], 0);
  const options = { level: 0.9, numResamples: 5000, seed: 0 };
  const strata = new Int32Array(6);
  const plain = bootstrapInterval(strata, sum, options);
  const without = (unit: number) => -x[unit];
  const { low, high } = acceleratedInterval(0, strata, sum, without, options);
  assertAllClose([low, high], [plain.low, plain.high], { atol: 1 });
  assertEquals(acceleratedInterval(99, strata, sum, without, options), { low: NaN, high: NaN });
  assertEquals(acceleratedInterval(0, strata, () => NaN, without, options), {
    low: NaN,
    high: NaN,
  });
});

Deno.test("normalCdf() and normalQuantile() agree with SciPy far into the tails", () => {
  for (const [z, p] of reference.normal_cdf) {
    assertAllClose([normalCdf(z)], [p], { rtol: 1e-13 }, `z ${z}`);
  }
  for (const [p, z] of reference.normal_quantile) {
    assertAllClose([normalQuantile(p)], [z], { rtol: 1e-12, atol: 1e-15 }, `p ${p}`);
  }
  assertEquals([normalQuantile(0), normalQuantile(1)], [-Infinity, Infinity]);
  assertThrows(() => normalQuantile(1.1), RangeError, "p = 1.1");
  for (let p = 0.0005; p < 1; p += 0.01) assertAlmostEquals(normalCdf(normalQuantile(p)), p, 1e-15);
});

Deno.test("surrogateP() counts the observed score, ties and the side", () => {
  const scores = [1, 2, 3, 4];
  assertEquals(surrogateP(0, scores, "less"), 1 / 5);
  assertEquals(surrogateP(1, scores, "less"), 2 / 5);
  assertEquals(surrogateP(0, scores, "greater"), 1);
  assertEquals(surrogateP(9, scores, "greater"), 1 / 5);
  assertEquals(surrogateP(9, scores, "two_sided"), 1 / 5);
  assertEquals(surrogateP(NaN, scores, "less"), NaN);
  assertThrows(() => surrogateP(1, [], "less"), RangeError, "no surrogates");
});

Deno.test("surrogateP() is uniform where the observed score is one of its surrogates' kind", () =>
  fresh(({ seed }) => {
    const stream = randomStream(seed, "null");
    let small = 0;
    for (let k = 0; k < 2000; k++) {
      const [observed, ...scores] = stream.normal(new Float64Array(20), k);
      if (surrogateP(observed, scores, "two_sided") <= 0.1) small++;
    }
    // 0.1 exactly in expectation; five standard deviations.
    assert(Math.abs(small - 200) < 5 * Math.sqrt(2000 * 0.09), `${small} of 2000`);
  }));

Deno.test("pairPermutationTest() keeps its level where values of one unit hang together", () =>
  fresh(({ seed }) => {
    const stream = randomStream(seed, "pairs");
    const groups = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1, 1);
    const pairs = [...groups.keys()].flatMap((i) => [...Array(i).keys()].map((j) => [i, j]));
    const first = Int32Array.from(pairs, ([i]) => i);
    const second = Int32Array.from(pairs, ([, j]) => j);
    let rejected = 0;
    for (let k = 0; k < 400; k++) {
      // A unit far from all others moves all of its values; a t test of pairs would call that a difference.
      const size = stream.normal(new Float64Array(9), k).map((x) => x ** 2);
      const values = Float64Array.from(pairs, ([i, j]) => size[i] + size[j]);
      const found = pairPermutationTest({ values, first, second, groups }, {
        numPermutations: 100,
        seed,
      });
      if (found.pGreater <= 0.05) rejected++;
    }
    assert(rejected <= 20 + 5 * Math.sqrt(400 * 0.05 * 0.95), `${rejected} of 400`);
  }));

Deno.test("labelPermutationTest() takes as many values as there are", () => {
  const many = Float64Array.from({ length: 130_000 }, (_, i) => i % 7);
  const { pTwoSided, meanDifference } = labelPermutationTest(many, many, { numPatterns: 3 });
  assertEquals([pTwoSided, meanDifference], [1, 0]);
});
