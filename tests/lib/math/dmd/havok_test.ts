import { delayEmbedding, type TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { fullOperator } from "#lib/math/dmd/full_operator.ts";
import { fitHavok } from "#lib/math/dmd/havok.ts";
import { whitenByGram } from "#lib/math/dmd/whitening_gram.ts";
import { whitenedMoments } from "#lib/math/dmd/whitened_moments.ts";
import { hankelGram } from "#lib/math/dmd/hankel_gram.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { fresh, largestDifference, plainProduct } from "../linalg/fresh.ts";

const methods = ["qr", "gram", "auto"] as const;

Deno.test("fitHavok() recovers a linear system, s steps ahead, from several short trials", () => {
  fresh((draws) => {
    const a = [0.9, 0.3, 0, -0.3, 0.9, 0, 0.1, 0, 0.7];
    const trials = linearTrials(a, draws.normal(6, 3), 15);
    for (const method of methods) {
      for (const stepsAhead of [1, 3]) {
        const fit = fitHavok(trials, { numDelays: 1, stepsAhead, method });
        let power = Float64Array.from(a);
        for (let step = 1; step < stepsAhead; step++) {
          power = plainProduct(power, Float64Array.from(a), 3, 3, 3) as typeof power;
        }
        assertAllClose(fullOperator(fit), power, { atol: 1e-10 }, method);
        assertEquals(fit.numPairs, 6 * (15 - stepsAhead));
      }
    }
  });
});

Deno.test("fitHavok() routes agree, and the moments are those of the whitened rows", () => {
  fresh((draws) => {
    const trials = { data: draws.normal(4 * 60, 9), numTrials: 4, numTime: 60, numUnits: 9 };
    for (const delays of [{ numDelays: 4 }, { numDelays: 3, delayInterval: 5 }]) {
      const options = { ...delays, rank: 7, maxRank: 10 };
      const qr = fitHavok(trials, { ...options, method: "qr" });
      const gram = fitHavok(trials, { ...options, method: "gram" });
      assertEquals([qr.method, gram.method], ["qr", "gram"]);
      for (const name of ["modes", "auto", "cross", "operator"] as const) {
        assertLess(largestDifference(qr[name], gram[name]), 1e-11, name);
      }
      const { data, numRows, numFeatures, rowsPerTrial } = delayEmbedding(trials, delays);
      const v = plainProduct(data, qr.modes, numRows, numFeatures, 10)
        .map((x, p) => x / qr.singularValues[p % 10]);
      const auto = new Float64Array(100);
      const cross = new Float64Array(100);
      let row = 0;
      for (const rows of rowsPerTrial) {
        for (let p = row; p < row + rows - 1; p++) {
          for (let i = 0; i < 10; i++) {
            for (let j = 0; j < 10; j++) {
              auto[i * 10 + j] += v[p * 10 + i] * v[p * 10 + j];
              cross[i * 10 + j] += v[p * 10 + i] * v[(p + 1) * 10 + j];
            }
          }
        }
        row += rows;
      }
      assertAllClose(qr.auto, auto, { atol: 1e-12 });
      assertAllClose(qr.cross, cross, { atol: 1e-12 });
    }
  });
});

Deno.test("whitenedMoments() agree whether projected or taken from the Gram matrix", () => {
  fresh((draws) => {
    const trials = { data: draws.normal(90, 4), numTrials: 3, numTime: [25, 60, 5], numUnits: 4 };
    const delays = { numDelays: 3, delayInterval: 2 };
    const { modes, singularValues } = whitenByGram(trials, delays, 2, () => 6, 0)!;
    const weights = modes.map((x, p) => x / singularValues[p % 6]);
    const gram = hankelGram(trials, delays);
    for (const steps of [2, 4, 8]) {
      const projected = whitenedMoments(trials, delays, steps, weights, 6, gram, false);
      const shifted = whitenedMoments(trials, delays, steps, weights, 6, gram, true);
      assertEquals(projected.numPairs, shifted.numPairs);
      assertAllClose(shifted.auto, projected.auto, { atol: 1e-12 });
      assertAllClose(shifted.cross, projected.cross, { atol: 1e-12 });
    }
  });
});

Deno.test("fitHavok() does not change with the units' scale by powers of two, and turns with trials' order only by rounding", () => {
  fresh((draws) => {
    const trials = { data: draws.normal(3 * 40, 3), numTrials: 3, numTime: 40, numUnits: 3 };
    const options = { numDelays: 3, rank: 5 };
    const plain = fitHavok(trials, options);
    const scaled = fitHavok({ ...trials, data: trials.data.map((x) => x * 2 ** -20) }, options);
    assertEquals(scaled.operator, plain.operator);
    const turned = new Float64Array(360);
    turned.set(trials.data.subarray(240), 0);
    turned.set(trials.data.subarray(0, 240), 120);
    const other = fitHavok({ ...trials, data: turned }, options);
    assertAllClose(other.operator, plain.operator, { atol: 1e-9 });
  });
});

Deno.test("fitHavok() has the same operator of data near the ends of double precision", () => {
  fresh((draws) => {
    const trials = { data: draws.normal(3 * 40, 4), numTrials: 3, numTime: 40, numUnits: 4 };
    for (const method of ["gram", "leading"] as const) {
      const options = { numDelays: 3, rank: 4, maxRank: 6, method };
      const { operator } = fitHavok(trials, options);
      for (const scale of [2 ** -535, 2 ** 505]) {
        const moved = { ...trials, data: trials.data.map((x) => x * scale) };
        assertEquals(fitHavok(moved, options).operator, operator, `${method} ${scale}`);
      }
    }
  });
});

Deno.test("fitHavok() on auto takes the Gram route only while the last kept component is large enough", () => {
  fresh((draws) => {
    const base = draws.normal(200, 4);
    const graded = {
      data: base.map((x, p) => x * 10 ** (-2 * (p % 4))),
      numTrials: 1,
      numTime: 200,
      numUnits: 4,
    };
    const loose = fitHavok(graded, { numDelays: 1, rank: 2 });
    const tight = fitHavok(graded, { numDelays: 1, rank: 4 });
    const kept = fitHavok(graded, { numDelays: 1, rank: 2, maxRank: 4 });
    assertEquals([loose.method, tight.method, kept.method], ["gram", "qr", "qr"]);
    assert(tight.singularRatio < 1e-5 && loose.singularRatio > 1e-5);
    // Scaling the columns is undone by whitening: the operator at full rank is that of the unscaled data.
    const plain = fitHavok({ ...graded, data: base }, { numDelays: 1, method: "qr" });
    const [a, b] = [eigenvalues(plain.operator, 4), eigenvalues(tight.operator, 4)];
    assertAllClose(b.re, a.re, { atol: 1e-10 });
    assertAllClose(b.im, a.im, { atol: 1e-10 });
  });
});

Deno.test("fitHavok() reports rank deficiency", () => {
  fresh((draws) => {
    const one = draws.normal(100, 1);
    const data = Float64Array.from({ length: 300 }, (_, p) => one[Math.floor(p / 3)] * (1 + p % 3));
    const trials = { data, numTrials: 1, numTime: 100, numUnits: 3 };
    for (const method of ["gram", "qr"] as const) {
      const fit = fitHavok(trials, { numDelays: 2, rank: 2, method });
      assertEquals(fit.numericalRank, 2, method);
      assertAlmostEquals(fit.explainedVariance[1], 1, 1e-12);
    }
  });
});

Deno.test("fitHavok() handles one trial with fewer rows than features", () => {
  fresh((draws) => {
    const trials = { data: draws.normal(12, 4), numTrials: 1, numTime: 12, numUnits: 4 };
    const fit = fitHavok(trials, { numDelays: 6, rank: 3 });
    assertEquals([fit.numRows, fit.numFeatures, fit.singularValues.length], [7, 24, 7]);
    const { data } = delayEmbedding(trials, { numDelays: 6 });
    assertAllClose(fit.singularValues, singularValues(data, 7, 24), { atol: 1e-12 });
    const qr = fitHavok(trials, { numDelays: 6, rank: 3, method: "qr" });
    assertAllClose(qr.operator, fit.operator, { atol: 1e-11 });
    // All components: fewer pairs than components, so only ridge makes the regression solvable.
    assertThrows(() => fitHavok(trials, { numDelays: 6, method: "qr" }), RangeError, "singular");
    assertEquals(fitHavok(trials, { numDelays: 6, ridge: 1e-6, method: "qr" }).rank, 7);
    assertThrows(
      () => fitHavok(trials, { numDelays: 6, rank: 9, compat: "v2" }),
      RangeError,
      "chooses 9 of 7",
    );
  });
});

Deno.test("fitHavok() refuses what it cannot fit and says what would do", () => {
  const data = Float64Array.from({ length: 40 }, (_, p) => Math.sin(p * p));
  const trials = { data, numTrials: 2, numTime: 10, numUnits: 2 };
  assertThrows(
    () => fitHavok(trials, { numDelays: 6 }),
    RangeError,
    "12 features but only 10 rows in 2 trials; reduce the number of delays",
  );
  assertThrows(
    () => fitHavok(trials, { numDelays: 1, stepsAhead: 10 }),
    RangeError,
    "no trial has two rows",
  );
  assertThrows(() => fitHavok(trials, { numDelays: 1, ridge: -1 }), RangeError, "ridge is -1");
  assertThrows(
    () => fitHavok(trials, { numDelays: 1, stepsAhead: 0 }),
    RangeError,
    "steps ahead is 0",
  );
  assertThrows(
    () => fitHavok(trials, { numDelays: 1, rankThreshold: 1e9, compat: "v1" }),
    RangeError,
    "chooses 0",
  );
  assertThrows(
    () => fitHavok({ ...trials, data: new Float64Array(40) }, { numDelays: 1 }),
    RangeError,
    "zero",
  );
  const holes = data.slice();
  holes[7] = NaN;
  assertThrows(
    () => fitHavok({ ...trials, data: holes }, { numDelays: 1 }),
    RangeError,
    "entry 7 of data is NaN",
  );
});

function linearTrials(a: number[], starts: Float64Array, numTime: number): TrialSet {
  const numTrials = starts.length / 3;
  const data = new Float64Array(numTrials * numTime * 3);
  for (let trial = 0; trial < numTrials; trial++) {
    for (let t = 0; t < numTime; t++) {
      const to = (trial * numTime + t) * 3;
      for (let i = 0; i < 3; i++) {
        if (t === 0) data[to + i] = starts[trial * 3 + i];
        else for (let j = 0; j < 3; j++) data[to + i] += a[i * 3 + j] * data[to - 3 + j];
      }
    }
  }
  return { data, numTrials, numTime, numUnits: 3 };
}
