import { compareCca, prepareCca } from "#lib/math/similarity/cca.ts";
import { comparePwcca, preparePwcca } from "#lib/math/similarity/pwcca.ts";
import reference from "#tests/reference/dsa/rep_similarity.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { type Draws, fresh, plainProduct } from "../linalg/fresh.ts";
import { moved, random, type Representation, stored } from "./representations.ts";

Deno.test("compareCca() reproduces the stored correlations", () => {
  for (const { a, b, cca_correlations } of reference.pairs) {
    const { correlations } = compare(stored(a), stored(b));
    assertAllClose(correlations, cca_correlations, { atol: 1e-12 }, `${a} ${b}`);
  }
});

Deno.test("compareCca() does not see a change of basis, and knows rank from width", () => {
  fresh((draws) => {
    const [x, y] = [random(draws, 40, 4), random(draws, 40, 6)];
    const { mean, angle, numTrivial } = compare(x, y);
    assertEquals(numTrivial, 0);
    assertAlmostEquals(compare(mixed(draws, x, 4), y).mean, mean, 1e-10);
    // Further features that are mixtures of those that there are.
    const redundant = mixed(draws, x, 9);
    assertEquals(prepare(redundant).rank, 4);
    assertAlmostEquals(compare(redundant, y).angle, angle, 1e-9);
    assertLess(compare(redundant, x).angle, 1e-9);
  });
});

Deno.test("compareCca() by both ranks tells a part from the whole, by the smaller one not", () => {
  fresh((draws) => {
    const x = random(draws, 30, 6);
    const part = { ...x, data: columns(x, 3), numFeatures: 3 };
    const { mean, angleOfMean, cosine, angle } = compare(x, part);
    assertAlmostEquals(mean, 1, 1e-14);
    assertLess(angleOfMean, 1e-11);
    assertAlmostEquals(cosine, Math.SQRT1_2, 1e-13);
    assertAlmostEquals(angle, Math.PI / 4, 1e-13);
  });
});

Deno.test("compareCca() angles keep their digits down to 1e-9", () => {
  fresh((draws) => {
    const x = random(draws, 40, 3);
    const bump = draws.normal(40, 3);
    const near = (h: number) => ({ ...x, data: x.data.map((v, at) => v + h * bump[at]) });
    const slopes = (h: number) => {
      const { angle, angleOfMean } = compare(x, near(h));
      const weighted = comparePwcca(prepareWeighted(x), prepareWeighted(near(h)));
      return [angle / h, angleOfMean / h, weighted.first.angle / h, weighted.mean.angle / h];
    };
    const expected = slopes(1e-3);
    for (const h of [1e-4, 1e-5, 1e-6, 1e-9]) {
      const found = slopes(h);
      assertAllClose(found.slice(0, 2), expected.slice(0, 2), { rtol: 0.02 }, `h ${h}`);
      // Near 0 correlations are equal but for rounding, so weights are what the rule for ties makes of them: the angle is of
      // the right size, at most that of all loss on one of three variates.
      for (const angle of found.slice(2)) {
        assert(angle > 0 && angle < 1.001 * Math.sqrt(3) * found[1], `${angle} at ${h}`);
      }
    }
  });
});

Deno.test("compareCca() angle obeys the triangle inequality, of unequal ranks and after SVD too", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 20; repeat++) {
      const m = draws.integer(14, 30);
      const [a, b, c] = [1, 2, 3].map(() => random(draws, m, draws.integer(1, 12)));
      for (const options of [{}, { variance: 0.8 }, { ridge: 0.1 }]) {
        const angle = (x: Representation, y: Representation) => compare(x, y, options).angle;
        assertLessOrEqual(angle(a, c), angle(a, b) + angle(b, c) + 1e-12);
      }
    }
  });
});

Deno.test("compareCca() counts the correlations that are 1 for any data", () => {
  fresh((draws) => {
    const [x, y] = [random(draws, 12, 8), random(draws, 12, 6)];
    const { correlations, numTrivial } = compare(x, y);
    assertEquals(numTrivial, 3);
    assertAlmostEquals(correlations[2], 1, 1e-12);
    assertLess(correlations[3], 1 - 1e-9);
  });
});

Deno.test("prepareCca() keeps the share of variance that is asked for, and no more", () => {
  fresh((draws) => {
    const x = random(draws, 50, 8);
    for (const variance of [0.5, 0.9, 0.99]) {
      const { rank, share } = prepare(x, { variance });
      assertLessOrEqual(variance, share);
      assertGreater(variance, prepare(x, { maxRank: rank - 1 || 1 }).share - (rank === 1 ? 1 : 0));
    }
    assertEquals(prepare(x, { maxRank: 3 }).rank, 3);
  });
});

Deno.test("prepareCca() refuses features that span all there is, unless they are reduced or shrunk", () => {
  fresh((draws) => {
    const wide = random(draws, 10, 30);
    assertThrows(() => prepare(wide), RangeError, "rank 9 over 10 items");
    assertEquals(prepare(wide, { maxRank: 4 }).rank, 4);
    const shrunk = compare(wide, random(draws, 10, 20), { ridge: 0.1 });
    assertLess(shrunk.cosine, 1 - 1e-6);
    assertLess(compare(wide, moved(draws, wide), { ridge: 0.1 }).angle, 1e-7);
  });
  const x = { data: Float64Array.of(1, 2, 4, 3), numItems: 4, numFeatures: 1 };
  assertThrows(() => prepare(x, { variance: 0 }), RangeError, "(0, 1]");
  assertThrows(() => prepare(x, { tolerance: 1 }), RangeError, "[0, 1)");
  assertThrows(() => prepare(x, { ridge: -1 }), RangeError, "at least 0");
  assertThrows(() => compareCca(prepare(x), prepare(x, { ridge: 1 })), RangeError, "ridges");
});

Deno.test("comparePwcca() weighs by what variates account for: strong features more than weak ones", () => {
  fresh((draws) => {
    const [m, weak] = [60, 1e-4];
    const noise = random(draws, m, 1).data;
    const shared = draws.normal(m, 1);
    const x = pair(shared, draws.normal(m, 1).map((v) => weak * v), m);
    const y = pair(shared, noise, m);
    const { first, second, correlations, mean } = comparePwcca(
      prepareWeighted(x),
      prepareWeighted(y),
    );
    assertAlmostEquals(correlations[0], 1, 1e-12);
    assertLess(1 - first.similarity, 1e-2);
    assertLess(second.similarity, 1 - 1e-3);
    assertAlmostEquals(mean.similarity, 0.5 * (first.similarity + second.similarity), 1e-13);
  });
});

Deno.test("comparePwcca() is the same for any variates of equal correlation", () => {
  fresh((draws) => {
    // Ranks 5 and 6 over 9 items: three correlations of 1.
    const [x, y] = [random(draws, 9, 5), random(draws, 9, 6)];
    const { first, second, correlations } = comparePwcca(prepareWeighted(x), prepareWeighted(y));
    assertAlmostEquals(correlations[2], 1, 1e-12);
    // Another basis of the span of the second, another rounding of the first: other variates, as they come.
    const other = mixed(draws, y, 6);
    const shifted = { ...x, data: x.data.map((v) => 3 * v + 1) };
    const again = comparePwcca(prepareWeighted(shifted), prepareWeighted(other));
    assertAlmostEquals(again.first.similarity, first.similarity, 1e-8);
    const back = comparePwcca(prepareWeighted(mixed(draws, x, 5)), prepareWeighted(y));
    assertAlmostEquals(back.second.similarity, second.similarity, 1e-8);
  });
});

function prepare({ data, numItems, numFeatures }: Representation, options = {}) {
  return prepareCca(data, numItems, numFeatures, options);
}

function prepareWeighted({ data, numItems, numFeatures }: Representation) {
  return preparePwcca(data, numItems, numFeatures);
}

function compare(a: Representation, b: Representation, options = {}) {
  return compareCca(prepare(a, options), prepare(b, options));
}

/** Random mixtures of the features, `width` of them. */
function mixed(draws: Draws, x: Representation, width: number): Representation {
  const mixing = draws.normal(x.numFeatures, width);
  const data = plainProduct(x.data, mixing, x.numItems, x.numFeatures, width);
  return { data, numItems: x.numItems, numFeatures: width };
}

function columns({ data, numItems, numFeatures }: Representation, count: number): Float64Array {
  return Float64Array.from(
    { length: numItems * count },
    (_, at) => data[Math.floor(at / count) * numFeatures + at % count],
  );
}

function pair(a: Float64Array, b: Float64Array, numItems: number): Representation {
  const data = Float64Array.from(
    { length: 2 * numItems },
    (_, at) => (at % 2 === 0 ? a : b)[at >> 1],
  );
  return { data, numItems, numFeatures: 2 };
}
