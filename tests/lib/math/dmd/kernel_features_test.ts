import { delayEmbedding } from "#lib/math/dmd/delay_embedding.ts";
import { featureMoments, startingRows } from "#lib/math/dmd/kernel_features.ts";
import { symmetricEigenvalues } from "#lib/math/linalg/symmetric_eigen.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { integerTrials, rowsWithin } from "./trial_sets.ts";

Deno.test("startingRows() are the embedded rows of each trial but the last s", () => {
  fresh((draws) => {
    const lengths = [9, 5, 14, 7];
    const trials = integerTrials(draws, lengths, 4, 2);
    const delays = { numDelays: 3, delayInterval: 2 };
    const { data, rowsPerTrial, numFeatures } = delayEmbedding(trials, delays);
    for (const steps of [1, 2, 4]) {
      const expected = rowsWithin(
        data,
        rowsPerTrial,
        numFeatures,
        (rows) => [0, Math.max(0, rows - steps)],
      );
      const count = expected.length / numFeatures;
      const all = Array.from({ length: count }, (_, i) => i);
      assertEquals(startingRows(trials, delays, steps, all), expected);
      assertThrows(
        () => startingRows(trials, delays, steps, [count]),
        RangeError,
        `there are ${count} of them`,
      );
      assertThrows(() => startingRows(trials, delays, steps, [-1]), RangeError, "centre -1");
    }
  });
});

Deno.test("featureMoments() add up over trials, without pairs across", () => {
  fresh((draws) => {
    const numTime = 700;
    const data = draws.normal(numTime, 2);
    const delays = { numDelays: 1 };
    const kernel = { kind: "rbf", bandwidth: 1 } as const;
    const centres = data.slice(0, 2 * 6);
    const long = featureMoments(
      { data, numTrials: 1, numTime, numUnits: 2 },
      delays,
      3,
      centres,
      6,
      kernel,
    );
    assertEquals([long.numPairs, long.numFeatures], [697, 6]);
    const cut = featureMoments(
      { data, numTrials: 2, numTime: [300, 400], numUnits: 2 },
      delays,
      3,
      centres,
      6,
      kernel,
    );
    const first = featureMoments(
      { data: data.slice(0, 600), numTrials: 1, numTime: 300, numUnits: 2 },
      delays,
      3,
      centres,
      6,
      kernel,
    );
    const second = featureMoments(
      { data: data.slice(600), numTrials: 1, numTime: 400, numUnits: 2 },
      delays,
      3,
      centres,
      6,
      kernel,
    );
    assertEquals(cut.numPairs, 297 + 397);
    const sum = first.cross.map((x, p) => (297 * x + 397 * second.cross[p]) / 694);
    assertAllClose(cut.cross, sum, { atol: 1e-12 });
    // One trial has the three pairs across the cut besides.
    assertLess(1e-6, Math.hypot(...long.cross.map((x, p) => x - cut.cross[p])));
  });
});

Deno.test("featureMoments() in small blocks are those of one block", () => {
  fresh((draws) => {
    // 2¹⁹ / 900 centres: blocks of 582 of the 1,799 pairs.
    const numTime = 1800;
    const data = draws.normal(numTime, 1);
    const trials = { data, numTrials: 1, numTime, numUnits: 1 };
    const kernel = { kind: "polynomial", degree: 2, offset: 1, scale: 1 } as const;
    const many = featureMoments(trials, { numDelays: 1 }, 1, data.slice(0, 900), 900, kernel);
    const few = featureMoments(trials, { numDelays: 1 }, 1, data.slice(0, 12), 12, kernel);
    // Three polynomials either way: the kernel's second moments have the same eigenvalues.
    assertEquals([many.numFeatures, few.numFeatures], [3, 3]);
    assertAllClose(
      symmetricEigenvalues(many.auto, 3),
      symmetricEigenvalues(few.auto, 3),
      { rtol: 1e-6 },
    );
  });
});

Deno.test("featureMoments() refuses a Gaussian so narrow that no centre is near another", () => {
  fresh((draws) => {
    const data = draws.normal(30, 1);
    const trials = { data, numTrials: 1, numTime: 30, numUnits: 1 };
    const moments = (bandwidth: number) =>
      featureMoments(trials, { numDelays: 1 }, 1, Float64Array.of(0, 1, 3), 3, {
        kind: "rbf",
        bandwidth,
      });
    assertEquals(moments(0.5).numFeatures, 3);
    assertThrows(
      () => moments(1e-3),
      RangeError,
      "a bandwidth of 0.001 sees no centre near another",
    );
  });
});
