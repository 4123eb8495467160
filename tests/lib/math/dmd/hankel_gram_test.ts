import { delayEmbedding } from "#lib/math/dmd/delay_embedding.ts";
import { hankelGram } from "#lib/math/dmd/hankel_gram.ts";
import { edgeRows, shiftedGram } from "#lib/math/dmd/shifted_gram.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import { assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { type Draws, fresh, plainProduct } from "../linalg/fresh.ts";
import { integerTrials, rowsWithin } from "./trial_sets.ts";

// Integer data: every sum is exact, so both ways must give the very bits of the plain product.
Deno.test("hankelGram() by recursion and by trial equals HᵀH exactly on integers", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 12; repeat++) {
      const { trials, delays } = randomCase(draws);
      const { data, numRows: m, numFeatures: f } = delayEmbedding(trials, delays);
      const expected = plainProduct(transpose(data, m, f), data, f, m, f);
      const label = JSON.stringify({ ...delays, numTime: trials.numTime, units: trials.numUnits });
      assertEquals(hankelGram(trials, delays, true), expected, `recursion ${label}`);
      assertEquals(hankelGram(trials, delays, false), expected, `by trial ${label}`);
      assertEquals(hankelGram(trials, delays), expected, `default ${label}`);
    }
  });
});

Deno.test("hankelGram() by recursion is as exact as by rows, on real numbers of very unequal units", () => {
  fresh((draws) => {
    const [numTrials, numTime, numUnits] = [6, 400, 24];
    const delays = { numDelays: 12, delayInterval: 2 };
    const data = draws.normal(numTrials * numTime, numUnits);
    const scales = Array.from({ length: numUnits }, () => 10 ** draws.integer(-6, 6));
    for (let p = 0; p < data.length; p++) data[p] *= scales[p % numUnits];
    const trials = { data, numTrials, numTime, numUnits };
    const [quick, plain] = [hankelGram(trials, delays, true), hankelGram(trials, delays, false)];
    const f = delays.numDelays * numUnits;
    for (let i = 0; i < f; i++) {
      for (let j = 0; j < f; j++) {
        const bound = 1e-14 * Math.sqrt(plain[i * f + i] * plain[j * f + j]);
        assertLessOrEqual(Math.abs(quick[i * f + j] - plain[i * f + j]), bound);
        assertEquals(quick[i * f + j], quick[j * f + i]);
      }
    }
  });
});

Deno.test("shiftedGram() equals H₋ᵀH₊ exactly on integers, also with trials too short for a pair", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 20; repeat++) {
      const { trials, delays } = randomCase(draws);
      const multiple = draws.integer(1, delays.numDelays + 1);
      const steps = multiple * delays.delayInterval;
      const { data, rowsPerTrial, numFeatures: f } = delayEmbedding(trials, delays);
      const pairs = (count: number) => Math.max(0, count - steps);
      const before = rowsWithin(data, rowsPerTrial, f, (count) => [0, pairs(count)]);
      const after = rowsWithin(data, rowsPerTrial, f, (count) => [count - pairs(count), count]);
      const numPairs = before.length / f;
      const expected = plainProduct(transpose(before, numPairs, f), after, f, numPairs, f);
      const label = JSON.stringify({ ...delays, steps, numTime: trials.numTime });
      assertEquals(shiftedGram(trials, delays, steps, hankelGram(trials, delays)), expected, label);
    }
  });
});

Deno.test("edgeRows() are the rows that no pair ends or starts with", () => {
  const trials = {
    data: Float64Array.of(1, 2, 3, 4, 5, 6),
    numTrials: 2,
    numTime: [5, 1],
    numUnits: 1,
  };
  assertEquals(edgeRows(trials, { numDelays: 1 }, 2, "first").rows, Float64Array.of(1, 2, 6));
  assertEquals(edgeRows(trials, { numDelays: 1 }, 2, "last").rows, Float64Array.of(4, 5, 6));
});

Deno.test("shiftedGram() refuses steps between delays", () => {
  const trials = { data: new Float64Array(9), numTrials: 1, numTime: 9, numUnits: 1 };
  assertThrows(
    () => shiftedGram(trials, { numDelays: 2, delayInterval: 3 }, 2, new Float64Array(4)),
    RangeError,
    "no positive multiple of the delay interval 3",
  );
});

function randomCase(draws: Draws) {
  const delays = { numDelays: draws.integer(1, 5), delayInterval: draws.integer(1, 4) };
  const least = (delays.numDelays - 1) * delays.delayInterval + 1;
  const numTrials = draws.integer(1, 4);
  const lengths = Array.from({ length: numTrials }, () => least + draws.integer(0, 25));
  return { delays, trials: integerTrials(draws, lengths, numTrials, draws.integer(1, 9)) };
}
