// The published test of compositionality (test C) for CKA and Procrustes: 60 chains of three motifs, compared by how many
// motifs they share. The printed numbers come from an independent program that drew the motifs in an order of its own.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import reference from "#tests/reference/attractors/repal.json" with { type: "json" };
import { comparer, measureNames, publishedComposites } from "./published_study.ts";

Deno.test("test C as published: dissimilarity by shared motifs, anywhere and in place", () => {
  const { triples, composites } = publishedComposites();
  for (const name of measureNames) {
    const compare = comparer(name, composites);
    const [shared, inPlace]: number[][][] = [[[], [], [], []], [[], [], [], []]];
    for (let i = 0; i < composites.length; i++) {
      for (let j = 0; j < i; j++) {
        const { dissimilarity } = compare(i, j);
        const [a, b] = [triples[i], triples[j]];
        shared[a.filter((motif) => b.includes(motif)).length].push(dissimilarity);
        inPlace[a.filter((motif, k) => motif === b[k]).length].push(dissimilarity);
      }
    }
    assertEquals(shared.map((values) => 2 * values.length), [0, 1080, 2160, 300]);
    assertEquals(inPlace.map((values) => 2 * values.length), [1920, 1260, 360, 0]);
    const mean = (values: readonly number[]) =>
      values.reduce((sum, x) => sum + x, 0) / values.length;
    reference.test_c.shared[name].forEach((printed, k) => {
      assertAlmostEquals(mean(shared[k + 1]), printed, 1e-3, `${name}, ${k + 1} shared`);
    });
    reference.test_c.shared_in_place[name].forEach((printed, k) => {
      assertAlmostEquals(mean(inPlace[k + 1]), printed, 1e-3, `${name}, ${k + 1} in place`);
    });
  }
});
