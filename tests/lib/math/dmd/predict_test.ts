// Prediction: the stored predictions, and laws on fresh systems.

import { decodeNpy } from "#lib/core/npy.ts";
import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { delayModel, plainModel } from "#lib/math/dmd/delay_model.ts";
import { fullOperator } from "#lib/math/dmd/full_operator.ts";
import { fitHavok, type HavokOptions } from "#lib/math/dmd/havok.ts";
import { numCopied, predict } from "#lib/math/dmd/predict.ts";
import { multiply } from "#lib/math/linalg/matmul.ts";
import reference from "#tests/reference/dsa/predictions.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Draws, fresh, largestDifference, orthonormalMatrix } from "../linalg/fresh.ts";
import { storedTrials } from "./trial_sets.ts";

function fitted(trials: TrialSet, options: HavokOptions) {
  const { numUnits } = trials;
  return delayModel({ ...fitHavok(trials, options), ...options, numUnits });
}

/** Noise-free x(t + 1) = A x(t) with A a slightly damped orthogonal matrix: any start stays of order 1. */
function linearTrials(draws: Draws, lengths: readonly number[], numUnits: number): TrialSet {
  const a = orthonormalMatrix(draws, numUnits, numUnits).map((value) => 0.995 * value);
  const data: number[] = [];
  for (const length of lengths) {
    let x = draws.normal(numUnits, 1);
    for (let t = 0; t < length; t++, x = multiply(a, x, numUnits, numUnits, 1)) data.push(...x);
  }
  return { data: Float64Array.from(data), numTrials: lengths.length, numTime: lengths, numUnits };
}

Deno.test("predict() reproduces the 16 stored predictions", () => {
  for (const { file, input, params, reseed } of reference.cases) {
    const trials = storedTrials(input);
    const model = fitted(trials, {
      numDelays: params.n_delays,
      delayInterval: params.delay_interval,
      rank: params.rank,
      stepsAhead: params.steps_ahead ?? 1,
    });
    const stored = decodeNpy(
      Deno.readFileSync(new URL(`../../../reference/dsa/${file}`, import.meta.url)),
    );
    const atol = (reseed ?? 1) <= 4 ? 1e-8 : 1e-6;
    assertAllClose(
      predict(trials, model, reseed ?? 1),
      stored.data as Float64Array,
      { atol },
      `${file} ${JSON.stringify(params)} reseed ${reseed}`,
    );
  }
});

Deno.test("predict() of a noise-free linear system is the system, one step ahead and free", () => {
  fresh((draws) => {
    const numUnits = draws.integer(2, 5);
    const trials = linearTrials(draws, [30, 41, 25, 60], numUnits);
    for (const [numDelays, delayInterval, stepsAhead] of [[1, 1, 1], [3, 2, 1], [2, 1, 3]]) {
      const options = { numDelays, delayInterval, stepsAhead, rank: numUnits };
      const model = fitted(trials, options);
      for (const reseed of [1, 3, Infinity]) {
        // Errors of a free run grow with its length, and rounding with 1/σ: sizes here are of order 1.
        assertAllClose(
          predict(trials, model, reseed),
          trials.data,
          { atol: 1e-7 },
          `${JSON.stringify(options)} reseed ${reseed}`,
        );
      }
    }
  });
});

Deno.test("predict() says what the operator of the whole embedding says", () => {
  fresh((draws) => {
    const numUnits = 3, numTime = 40, s = draws.integer(1, 3);
    const trials = { data: draws.normal(numTime, numUnits), numTrials: 1, numTime, numUnits };
    const options = { numDelays: 3, delayInterval: 2, stepsAhead: s, rank: draws.integer(1, 9) };
    const fit = fitHavok(trials, options);
    const whole = plainModel(fullOperator(fit), options, numUnits, s);
    for (const reseed of [1, 2, 5, Infinity]) {
      assertAllClose(
        predict(trials, delayModel({ ...fit, ...options, numUnits }), reseed),
        predict(trials, whole, reseed),
        { atol: 1e-9 },
        `reseed ${reseed}`,
      );
    }
  });
});

Deno.test("predict() copies (d − 1)τ + s samples and lets nothing cross from trial to trial", () => {
  fresh((draws) => {
    const numUnits = 2;
    const lengths = [12, 30, 7, 19];
    const data = draws.normal(68, numUnits);
    const trials: TrialSet = { data, numTrials: 4, numTime: lengths, numUnits };
    const options = { numDelays: 2, delayInterval: 3, stepsAhead: draws.integer(1, 3), rank: 3 };
    const model = fitted(trials, options);
    const copied = numCopied(options);
    const reseed = draws.integer(1, 6);
    const together = predict(trials, model, reseed);
    let from = 0;
    for (const length of lengths) {
      const part = data.slice(from * numUnits, (from + length) * numUnits);
      const alone = predict(
        { data: part, numTrials: 1, numTime: length, numUnits },
        model,
        reseed,
      );
      assertAllClose(together.subarray(from * numUnits, (from + length) * numUnits), alone, {
        atol: 1e-13,
      });
      assertEquals(
        alone.slice(0, copied * numUnits),
        part.slice(0, copied * numUnits),
      );
      if (length > copied) {
        assert(alone[copied * numUnits] !== part[copied * numUnits], "nothing was predicted");
      }
      from += length;
    }
  });
});

Deno.test("predict() with s steps ahead runs s interleaved chains", () => {
  fresh((draws) => {
    const s = draws.integer(2, 4), numUnits = 2, numTime = 40;
    const data = draws.normal(numTime, numUnits);
    const trials = { data, numTrials: 1, numTime, numUnits };
    const operator = draws.normal(numUnits, numUnits).map((value) => 0.5 * value);
    const model = plainModel(operator, { numDelays: 1 }, numUnits, s);
    const free = predict(trials, model, Infinity);
    // Chain c starts from sample c and takes every s-th one: a free run of the same operator with one step.
    const slow = plainModel(operator, { numDelays: 1 }, numUnits, 1);
    for (let chain = 0; chain < s; chain++) {
      const every = (values: Float64Array) =>
        values.filter((_, p) => Math.floor(p / numUnits) % s === chain);
      const own = every(data);
      const alone = { data: own, numTrials: 1, numTime: own.length / numUnits, numUnits };
      assertAllClose(
        every(free),
        predict(alone, slow, Infinity),
        { atol: 1e-14 },
        `chain ${chain}`,
      );
    }
  });
});

Deno.test("predict() is told the truth at multiples of reseed only", () => {
  fresh((draws) => {
    const numTime = 30, numUnits = 2, reseed = draws.integer(2, 7);
    const data = draws.normal(numTime, numUnits);
    const trials = { data, numTrials: 1, numTime, numUnits };
    const model = fitted(trials, { numDelays: 1, rank: 2 });
    const base = predict(trials, model, reseed);
    const told = draws.integer(1, numTime - 2);
    const changed = data.map((value, p) => Math.floor(p / numUnits) === told ? value + 1 : value);
    const after = predict({ ...trials, data: changed }, model, reseed);
    const isUsed = (told + 1) % reseed === 0;
    assertEquals(largestDifference(base, after) > 0, isUsed, `sample ${told}, reseed ${reseed}`);
  });
});

Deno.test("predict() refuses other units, and a reseed that is no count", () => {
  const model = plainModel(Float64Array.of(1), { numDelays: 1 }, 1, 1);
  const two = { data: new Float64Array(4), numTrials: 1, numTime: 2, numUnits: 2 };
  assertThrows(() => predict(two, model), RangeError, "fitted to 1 units, the trajectories have 2");
  const one = { ...two, numTime: 4, numUnits: 1 };
  for (const reseed of [0, 1.5, -1, NaN]) {
    assertThrows(() => predict(one, model, reseed), RangeError, "positive integer");
  }
});
