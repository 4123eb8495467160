import { compareOperators, type DsaResult } from "#lib/math/dsa/dsa.ts";
import { describeOperator, type OperatorFrames } from "#lib/math/dsa/operator_frames.ts";
import { compareOperatorSet, type SetPair } from "#lib/math/dsa/set_search.ts";
import { assert, assertAlmostEquals, assertEquals, assertLessOrEqual } from "@std/assert";
import { type Draws, fresh } from "../linalg/fresh.ts";
import { conjugate, oscillators } from "./operators.ts";

const allPairs = (systems: readonly OperatorFrames[]): SetPair[] =>
  systems.flatMap((a, i) => systems.slice(i + 1).map((b, k) => ({ i, j: i + 1 + k, a, b })));

/** Systems near one another, so that what is known of two pairs says much of the third. */
const cluster = (draws: Draws, n: number, count: number) => {
  const base = draws.normal(n, n);
  return Array.from(
    { length: count },
    () => describeOperator(base.map((x) => x + 0.4 * draws.normal(1, 1)[0]), n),
  );
};

const violation = (results: readonly DsaResult[], pairs: readonly SetPair[]) => {
  const angle = new Map(pairs.flatMap(({ i, j }, p) => [
    [`${i} ${j}`, results[p].angle],
    [`${j} ${i}`, results[p].angle],
  ]));
  let worst = 0;
  for (const { i, j } of pairs) {
    for (const { i: k, j: l } of pairs) {
      for (const third of [k, l]) {
        const sum = (angle.get(`${i} ${third}`) ?? Infinity) +
          (angle.get(`${third} ${j}`) ?? Infinity);
        worst = Math.max(worst, angle.get(`${i} ${j}`)! - sum);
      }
    }
  }
  return worst;
};

Deno.test("compareOperatorSet() is never above the pairs alone, and no triangle is violated more", () => {
  fresh((draws) => {
    for (const n of [2, 5, 12]) {
      const pairs = allPairs(cluster(draws, n, 6));
      const options = { effort: "pruned" } as const;
      const alone = pairs.map(({ a, b }) => compareOperators(a, b, options));
      const together = compareOperatorSet(pairs, options);
      together.forEach((result, p) => {
        assertLessOrEqual(result.angle, alone[p].angle, `n = ${n}`);
        assertLessOrEqual(result.lowerBound, result.angle);
        const { a, b } = pairs[p];
        const moved = conjugate(b.unit, result.rotation, n);
        const distance = Math.hypot(...moved.map((x, k) => x - a.unit[k]));
        assertAlmostEquals(distance, result.euclidean, 1e-12, "the rotation is its own");
      });
      assertLessOrEqual(violation(together, pairs), Math.max(1e-8, violation(alone, pairs)));
      assertLessOrEqual(violation(together, pairs), 1e-8, `n = ${n}: nothing is left to compose`);
    }
  });
});

Deno.test("compareOperatorSet() does not depend on the order of the set or of its pairs", () => {
  fresh((draws) => {
    const systems = cluster(draws, 8, 5);
    const pairs = allPairs(systems);
    const results = compareOperatorSet(pairs, { effort: "pruned" });
    const turned = pairs.map(({ i, j, a, b }) => ({ i: 9 - j, j: 9 - i, a: b, b: a })).toReversed();
    const again = compareOperatorSet(turned, { effort: "pruned" }).toReversed();
    assertEquals(again.map(({ angle }) => angle), results.map(({ angle }) => angle));
    assertEquals(compareOperatorSet(pairs, { effort: "pruned" }), results, "and repeatable");
  });
});

Deno.test("compareOperatorSet() finds by composition what a pair alone does not", () => {
  // Of many sets, some pair at least is helped; the search of a pair alone has structured starts only.
  let helped = 0;
  fresh((draws) => {
    for (let repeat = 0; repeat < 4; repeat++) {
      const pairs = allPairs(cluster(draws, 14, 7));
      const together = compareOperatorSet(pairs, { effort: "pruned" });
      helped += together.filter(({ bestStart }) => bestStart === "composed").length;
    }
  });
  assert(helped > 0);
});

Deno.test("compareOperatorSet() takes copies, pairs without thirds, and operators of several sizes", () => {
  fresh((draws) => {
    const [a, b] = [2, 3].map((n) => describeOperator(oscillators(draws, n), n));
    const fractions: number[] = [];
    const results = compareOperatorSet(
      [{ i: 0, j: 1, a, b: a }, { i: 2, j: 3, a: b, b }, { i: 0, j: 0, a, b: a }],
      {},
      (fraction) => void fractions.push(fraction),
    );
    assertEquals(results.map(({ angle }) => angle), [0, 0, 0]);
    assert(fractions.every((f, k) => f >= (fractions[k - 1] ?? 0) && f <= 1));
  });
});
