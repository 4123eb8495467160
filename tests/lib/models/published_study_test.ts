// The published Lorenz study end to end: every printed CKA and Procrustes number of its tests A and B, and what
// pairing the initial points makes of test A. DSA is tested where it lives.

import { assertEquals } from "@std/assert";
import reference from "#tests/reference/attractors/repal.json" with { type: "json" };
import {
  comparer,
  type MeasureName,
  measureNames,
  pairedSimulations,
  publishedPair,
  publishedSimulations,
  publishedTestBStates,
} from "./published_study.ts";

/** Asserts that the numbers, rounded to so many decimals, are the printed ones. */
function assertPrinted(found: readonly number[], printed: readonly number[], decimals: number) {
  assertEquals(found.map((x) => x.toFixed(decimals)), printed.map((x) => x.toFixed(decimals)));
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Means of the 18 entries within and the 54 across the three regimes; every pair counts twice, so once will do. */
function withinAcross(simulations: readonly Float64Array[], name: MeasureName) {
  const compare = comparer(name, simulations);
  const [within, across]: number[][] = [[], []];
  for (let i = 0; i < 9; i++) {
    for (let j = i + 1; j < 9; j++) {
      const { dissimilarity } = compare(i, j);
      (Math.floor(i / 3) === Math.floor(j / 3) ? within : across).push(dissimilarity);
    }
  }
  return [mean(within), mean(across)];
}

Deno.test("test A as published: CKA and Procrustes to every printed digit", () => {
  const { normalized } = publishedSimulations(reference.r);
  for (
    const [name, rows] of [
      ["cka", reference.cka],
      ["procrustes", reference.procrustes_cosine],
    ] as const
  ) {
    const compare = comparer(name, normalized);
    rows.forEach((row, i) => {
      assertPrinted(row.map((_, k) => compare(i, i + 1 + k).similarity), row, 5);
    });
  }
  const first = comparer("cka", normalized.slice(0, 2))(0, 1).similarity;
  assertPrinted([first], [reference.cka_notebook_first], 14);

  assertPrinted(withinAcross(normalized, "cka"), reference.within_across.cka, 3);
  const [within, across] = withinAcross(normalized, "procrustes");
  assertPrinted([within, across], reference.within_across.procrustes_without_self, 3);
  // As published, one comparison of a simulation with itself came out as 9.5e-9 and counted as a nineteenth value.
  assertPrinted([(18 * within + 9.5e-9) / 19], [0.636], 3);
});

Deno.test("test A with paired initial points: the contrast of regimes that pairing hides or shows", () => {
  const simulations = pairedSimulations(reference.r);
  for (const name of measureNames) {
    assertPrinted(withinAcross(simulations, name), reference.within_across_paired[name], 3);
  }
});

Deno.test("test B as published: CKA and Procrustes curves over 42 pairs to every printed digit", () => {
  const { r, sigma, alpha, first_cka, noise, ratio } = reference.test_b;
  const numPairs = r.length * (r.length - 1);
  const patterns = publishedSimulations(r).normalized;
  const states = publishedTestBStates(r.length, numPairs);
  const curves = {
    cka: { noise: sigma.map((): number[] => []), ratio: sigma.map((): number[] => []) },
    procrustes: { noise: sigma.map((): number[] => []), ratio: sigma.map((): number[] => []) },
  };
  const firstPair: number[] = [];
  for (let pair = 0; pair < numPairs; pair++) {
    publishedPair(patterns, states, pair, sigma, alpha).forEach((models, epoch) => {
      for (const name of measureNames) {
        const compare = comparer(name, [models.noisy, models.noisyAgain, models.mixed]);
        const robust = compare(0, 1);
        const mixed = compare(1, 2);
        curves[name].noise[epoch].push(robust.dissimilarity);
        curves[name].ratio[epoch].push(mixed.dissimilarity);
        if (name === "cka" && pair === 0) firstPair.push(robust.similarity, mixed.similarity);
      }
    });
  }
  assertPrinted(firstPair, first_cka, 12);
  for (const name of measureNames) {
    for (
      const [printed, curve, decimals] of [
        [noise, curves[name].noise, 4],
        [ratio, curves[name].ratio, 3],
      ] as const
    ) {
      const means = curve.map(mean);
      assertPrinted(means, printed[name], decimals);
      assertPrinted([rSquared(means)], [printed.r_squared[name]], 3);
      assertPrinted([Math.abs(means[2] - means[0])], [printed.gap[name]], 3);
    }
  }
});

/** Share of variance that a straight line through the values against 1, 2, 3 explains. */
function rSquared([a, b, c]: readonly number[]): number {
  const slope = (c - a) / 2;
  const middle = (a + b + c) / 3;
  const total = (a - middle) ** 2 + (b - middle) ** 2 + (c - middle) ** 2;
  return 2 * slope ** 2 / total;
}
