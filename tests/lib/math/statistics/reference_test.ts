// The statistics room against numbers from SciPy and 40-digit arithmetic (tests/reference/statistics).

import { assertEquals, assertThrows } from "@std/assert";
import { alignRuns } from "#lib/math/statistics/align_runs.ts";
import { benjaminiHochberg } from "#lib/math/statistics/benjamini_hochberg.ts";
import { fitLine } from "#lib/math/statistics/line_fit.ts";
import { mean, standardDeviation, standardError } from "#lib/math/statistics/moments.ts";
import { pairedPermutationTest } from "#lib/math/statistics/permutation_test.ts";
import { sharedPercent } from "#lib/math/statistics/shared_percent.ts";
import { twoSampleT } from "#lib/math/statistics/t_test.ts";
import { assertAllClose } from "#tests/support/close.ts";
import reference from "#tests/reference/statistics/statistics.json" with { type: "json" };

const tight = { atol: 1e-10, rtol: 1e-10 };
/** p values are compared relative to themselves, however small. */
const relative = { rtol: 1e-9 };

Deno.test("twoSampleT() agrees with the reference", () => {
  for (const expected of reference.two_sample_t_equal_variance) {
    const found = twoSampleT(expected.a, expected.b);
    assertAllClose(
      [found.meanA, found.meanB, found.variance, found.t],
      [expected.mean_a, expected.mean_b, expected.pooled_variance, expected.t],
      tight,
    );
    assertEquals(found.df, expected.df);
    assertAllClose([found.pTwoSided], [expected.p_two_sided], relative, "p");
  }
});

Deno.test("benjaminiHochberg() agrees with the reference, ties included", () => {
  for (const { p, adjusted, rejected_at_0_05 } of reference.benjamini_hochberg.cases) {
    const found = benjaminiHochberg(p);
    assertAllClose(found, adjusted, { rtol: 1e-12 });
    assertEquals([...found].map((value) => value <= 0.05), rejected_at_0_05);
  }
});

Deno.test("t tests of five groups agree with the reference, counted twice and once", () => {
  const { samples, ordered_pairs, unordered_pairs } = reference.benjamini_hochberg.five_groups;
  const groups = samples as Record<string, number[]>;
  const tests = ordered_pairs.map(({ first, second }) => twoSampleT(groups[first], groups[second]));
  assertAllClose(tests.map(({ t }) => t), ordered_pairs.map(({ t }) => t), tight, "t");
  assertAllClose(tests.map((test) => test.pTwoSided), ordered_pairs.map(({ p }) => p), relative);
  assertAllClose(
    benjaminiHochberg(tests.map((test) => test.pTwoSided)),
    ordered_pairs.map(({ adjusted_over_20 }) => adjusted_over_20),
    relative,
  );
  const once = unordered_pairs.map(({ first, second }) =>
    twoSampleT(groups[first], groups[second])
  );
  assertAllClose(
    benjaminiHochberg(once.map((test) => test.pTwoSided)),
    unordered_pairs.map(({ adjusted_over_10 }) => adjusted_over_10),
    relative,
  );
});

Deno.test("fitLine() agrees with the reference", () => {
  for (const expected of reference.ols) {
    const found = fitLine(expected.x, expected.y);
    assertAllClose(
      [found.slope, found.intercept, found.r, found.rSquared],
      [expected.slope, expected.intercept, expected.r, expected.r_squared],
      tight,
    );
    assertEquals(found.df, expected.df);
    assertAllClose(
      [found.slopeStandardError, found.pTwoSided],
      [expected.slope_standard_error, expected.p_two_sided],
      relative,
    );
  }
});

Deno.test("pairedPermutationTest() counts the same patterns as the reference", () => {
  for (const expected of reference.paired_permutation_exact.cases) {
    const found = pairedPermutationTest(expected.a, expected.b);
    assertEquals(found.numPatterns, expected.sign_patterns);
    assertEquals(found.exact, true);
    assertEquals(
      [found.pTwoSided, found.pGreater, found.pLess],
      [expected.p_two_sided, expected.p_a_greater, expected.p_a_less],
    );
    assertAllClose([found.meanDifference], [expected.mean_difference], tight);
  }
});

Deno.test("mean(), standardDeviation() and standardError() agree with the reference", () => {
  for (const expected of reference.sem) {
    assertAllClose(
      [
        mean(expected.values),
        standardDeviation(expected.values, "population"),
        standardDeviation(expected.values, "sample"),
        standardError(expected.values, "population"),
        standardError(expected.values, "sample"),
      ],
      [
        expected.mean,
        expected.population_std,
        expected.sample_std,
        expected.sem_population,
        expected.sem_sample,
      ],
      { rtol: 1e-13 },
    );
  }
});

Deno.test("alignRuns() gives the stored lists of indices", () => {
  for (const { n, p, index_in_longer } of reference.checkpoint_alignment.cases) {
    assertEquals([...alignRuns(n, p)], index_in_longer, `${n} of ${p}`);
  }
  assertThrows(() => alignRuns(5, 3), RangeError, "the shorter run first");
});

Deno.test("sharedPercent() gives the stored shares of all pairs of groups", () => {
  const { pretraining_rules, percent } = reference.shared_task_percentage;
  const rules = pretraining_rules as readonly (readonly string[])[];
  assertEquals(rules.map((a) => rules.map((b) => sharedPercent(a, b))), percent);
});
