// The permutation test of pairs of units: all permutations by hand, and p values that are never 0.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type LabelledPairs, pairPermutationTest } from "#lib/math/statistics/pair_permutation.ts";

/** Distances of places on a line, each pair once. */
function line(places: readonly number[], groups: readonly number[]): LabelledPairs {
  const pairs = places.flatMap((_, i) => places.slice(0, i).map((_, j) => [i, j]));
  return {
    values: Float64Array.from(pairs, ([i, j]) => Math.abs(places[i] - places[j])),
    first: Int32Array.from(pairs, ([i]) => i),
    second: Int32Array.from(pairs, ([, j]) => j),
    groups: Int32Array.from(groups),
  };
}

Deno.test("pairPermutationTest() counts the observed labels, so that p is never 0", () => {
  const places = Array.from({ length: 16 }, (_, i) => i < 8 ? i : 100 + i);
  const pairs = line(places, places.map((place) => Number(place > 50)));
  // Of C(16, 8) divisions only this one and its mirror are as far apart.
  const { pGreater, pLess, meanAcross, meanWithin } = pairPermutationTest(pairs, {
    numPermutations: 100,
    seed: 3,
  });
  assertEquals([pGreater, pLess], [0.01, 1]);
  assertEquals([meanAcross, meanWithin], [108, 3]);
});

Deno.test("pairPermutationTest() gives the share of all divisions", () => {
  const places = [0, 1, 5, 6, 20];
  const groups = [0, 0, 1, 1, 1];
  const difference = (of: readonly number[]) => {
    const { meanAcross, meanWithin } = pairPermutationTest(line(places, of), {
      numPermutations: 1,
      seed: 0,
    });
    return meanAcross - meanWithin;
  };
  let [larger, all] = [0, 0];
  for (let i = 0; i < 5; i++) {
    for (let j = 0; j < i; j++, all++) {
      const of = places.map((_, k) => k === i || k === j ? 0 : 1);
      if (difference(of) >= difference(groups) - 1e-12) larger++;
    }
  }
  const { pGreater } = pairPermutationTest(line(places, groups), {
    numPermutations: 20_000,
    seed: 1,
  });
  // Four standard deviations of the share of 20 000 draws, at most.
  assertAlmostEquals(pGreater, larger / all, 4 * Math.sqrt(0.25 / 20_000));
});
