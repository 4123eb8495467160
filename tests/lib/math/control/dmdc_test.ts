// DMD with control: the stored cases of the reference, fresh noise-free systems, trial borders, and refusals.

import { fitDmdc, fullDmdc } from "#lib/math/control/dmdc.ts";
import { predictDmdc } from "#lib/math/control/dmdc_prediction.ts";
import type { ControlledTrials } from "#lib/math/control/controlled_trials.ts";
import { controlledResiduals } from "#lib/math/control/residuals.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import { assertAllClose } from "#tests/support/close.ts";
import reference from "#tests/reference/dsa/dmdc.json" with { type: "json" };
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertThrows,
} from "@std/assert";
import { fresh, largestDifference, plainProduct } from "../linalg/fresh.ts";
import {
  drivenTrials,
  randomPlant,
  reordered,
  spectrumDistance,
  storedDriven,
} from "./driven_trials.ts";

interface Stored {
  readonly rank_input: number;
  readonly rank_output: number;
  readonly Omega_singular_values: number[];
  readonly Y_singular_values: number[];
  readonly A_v_eigenvalues: number[][];
  readonly A_v_singular_values: number[];
  readonly B_v_singular_values: number[];
  readonly A_full: number[][];
  readonly B_full: number[][];
  readonly prediction_reseed5_mean_abs: number;
  readonly prediction_reseed5_last: number[];
}

const optionsOf = (params: Readonly<Record<string, number | undefined>>) => ({
  numDelays: params.n_delays!,
  delayInterval: params.delay_interval ?? 1,
  numControlDelays: params.n_control_delays ?? 1,
  ...(params.rank_input === undefined ? {} : { input: { rank: params.rank_input } }),
  ...(params.rank_output === undefined ? {} : { output: { rank: params.rank_output } }),
  ridge: params.lamb ?? 1e-8,
});

Deno.test("fitDmdc() and predictDmdc() give the reference's numbers", () => {
  for (const { data, params, float64 } of reference.cases) {
    const expected = float64 as Stored;
    const trials = storedDriven(data);
    const options = { ...optionsOf(params), compat: "v2" as const };
    const fit = fitDmdc(trials, options);
    const { rankInput: q, rankOutput: r, numFeatures: f, numControlFeatures: g } = fit;
    const label = `${data} ${JSON.stringify(params)}`;
    const near = { atol: 1e-10 };
    assertEquals([q, r], [expected.rank_input, expected.rank_output]);
    assertAllClose(fit.inputSingularValues, expected.Omega_singular_values, near, label);
    assertAllClose(fit.outputSingularValues, expected.Y_singular_values, near, label);
    assertLess(spectrumDistance(eigenvalues(fit.state, r), expected.A_v_eigenvalues), 1e-10, label);
    assertAllClose(singularValues(fit.state, r, r), expected.A_v_singular_values, near, label);
    assertAllClose(singularValues(fit.input, r, g), expected.B_v_singular_values, near, label);
    const full = fullDmdc(fit);
    assertAllClose(full.state, expected.A_full.flat(), near, label);
    assertAllClose(full.input, expected.B_full.flat(), near, label);
    const map = { left: fit.gain, right: fit.modes, size: q };
    const predicted = predictDmdc(map, trials, { ...options, reseed: 5 });
    const mean = predicted.reduce((sum, x) => sum + Math.abs(x), 0) / predicted.length;
    assertAlmostEquals(mean, expected.prediction_reseed5_mean_abs, 1e-10, label);
    assertAllClose(predicted.slice(-3), expected.prediction_reseed5_last, near, label);
    // With one trial there is no border to cross.
    const own = fitDmdc(trials, { ...options, compat: "corrected" });
    const differs = largestDifference(own.inputSingularValues, fit.inputSingularValues);
    if (data === "trial0") assertEquals(differs, 0);
    else assertGreater(differs, 1e-3, "the pairs across borders are gone");
    assertEquals(own.numPairs, fit.numPairs - (trials.states.numTrials - 1));
    assertEquals(f, 3 * (params.n_delays));
  }
});

Deno.test("fitDmdc() recovers noise-free driven systems from trials of unequal length", () => {
  fresh((draws) => {
    const n = draws.integer(1, 6), m = draws.integer(1, 3);
    const plant = randomPlant(draws, n, m);
    const trials = drivenTrials(draws, plant, [40, 25, 33, 2]);
    for (const stepsAhead of [1, 2]) {
      const fit = fitDmdc(trials, { numDelays: 1, ridge: 0, stepsAhead });
      let power = plant.state;
      for (let step = 1; step < stepsAhead; step++) {
        power = plainProduct(power, plant.state, n, n, n);
      }
      if (stepsAhead === 1) {
        const full = fullDmdc(fit);
        assertAllClose(full.state, plant.state, { atol: 1e-9 });
        assertAllClose(full.input, plant.input, { atol: 1e-9 });
        const { re, im } = eigenvalues(plant.state, n);
        const expected = Array.from(re, (value, i) => [value, im[i]]);
        assertLess(spectrumDistance(eigenvalues(fit.state, n), expected), 1e-7);
        const map = { left: fit.gain, right: fit.modes, size: fit.rankInput };
        const free = predictDmdc(map, trials, { numDelays: 1, reseed: 1000 });
        assertAllClose(free, trials.states.data, { atol: 1e-8 }, "free run");
      } // Two steps ahead the input in between is unknown noise; the power of A is still its best guess.
      else assertLess(Math.abs(eigenvalues(fit.state, n).re[0] - eigenvalues(power, n).re[0]), 1);
    }
  });
});

Deno.test("fitDmdc() aligns any numbers of delays, where the reference fails", () => {
  fresh((draws) => {
    // The state depends on the last two inputs: two control delays see it, whatever the delays of the state.
    const numTime = 60, numTrials = 3;
    const u = draws.normal(numTrials * numTime, 1), x = new Float64Array(numTrials * numTime);
    for (let trial = 0; trial < numTrials; trial++) {
      for (let t = trial * numTime + 1; t < (trial + 1) * numTime; t++) {
        const before = t - 2 < trial * numTime ? 0 : u[t - 2];
        x[t] = 0.8 * x[t - 1] + 1.5 * u[t - 1] - 0.7 * before;
      }
    }
    const shape = { numTrials, numTime, numUnits: 1 };
    const trials = { states: { data: x, ...shape }, controls: { data: u, ...shape } };
    for (const [numDelays, numControlDelays] of [[1, 2], [1, 4], [3, 2], [2, 3]]) {
      const options = { numDelays, numControlDelays, ridge: 1e-9 };
      const fit = fitDmdc(trials, options);
      assertEquals([fit.numFeatures, fit.numControlFeatures], [numDelays, numControlDelays]);
      assertEquals(fit.numPairs, numTrials * (numTime - Math.max(numDelays, numControlDelays)));
      const map = { left: fit.gain, right: fit.modes, size: fit.rankInput };
      const predicted = predictDmdc(map, trials, { ...options, reseed: 100 });
      assertAllClose(predicted, x, { atol: 1e-6 }, `${numDelays} and ${numControlDelays} delays`);
      const published = { ...options, compat: "v2" as const };
      assertThrows(() => fitDmdc(trials, published), RangeError, "the published package fails");
    }
  });
});

Deno.test("fitDmdc() never pairs across trials: their order changes nothing", () => {
  fresh((draws) => {
    const noisy = drivenTrials(draws, randomPlant(draws, 3, 2), [20, 31, 17, 26]);
    const { data } = noisy.states;
    const noise = draws.normal(data.length, 1);
    for (let i = 0; i < data.length; i++) data[i] += 0.3 * noise[i];
    const order = [2, 0, 3, 1];
    const options = { numDelays: 3, delayInterval: 2, numControlDelays: 2 };
    const [a, b] = [noisy, reordered(noisy, order)].map((trials) =>
      fullDmdc(fitDmdc(trials, options))
    );
    assertAllClose(b.state, a.state, { atol: 1e-9 });
    assertAllClose(b.input, a.input, { atol: 1e-9 });
    const one = { numDelays: 3, delayInterval: 2, compat: "v2" as const };
    const [c, d] = [noisy, reordered(noisy, order)].map((trials) => fullDmdc(fitDmdc(trials, one)));
    assertGreater(largestDifference(c.state, d.state), 1e-6, "the reference does");
  });
});

Deno.test("fitDmdc() sees a rotated state as the same system", () => {
  fresh((draws) => {
    const n = 4, plant = randomPlant(draws, n, 2);
    const trials = drivenTrials(draws, plant, [50, 50]);
    const turned = turnedStates(draws.normal(n, n), trials, n);
    const options = { numDelays: 2, input: { rank: 8 }, output: { rank: 5 }, ridge: 1e-8 };
    const [a, b] = [trials, turned].map((one) =>
      fitDmdc(one, { ...options, input: {}, output: {} })
    );
    const { re, im } = eigenvalues(a.state, a.rankOutput);
    const expected = Array.from(re, (value, i) => [value, im[i]]);
    // Delays of noise-free data leave directions without variance; only well determined eigenvalues agree.
    const slow = expected.filter(([x, y]) => Math.hypot(x, y) > 0.3);
    const other = eigenvalues(b.state, b.rankOutput);
    for (const [x, y] of slow) {
      const nearest = Math.min(
        ...Array.from(other.re, (value, i) => Math.hypot(value - x, other.im[i] - y)),
      );
      assertLess(nearest, 1e-4);
    }
  });
});

Deno.test("predictDmdc() starts from the data every reseed rows of each trial", () => {
  fresh((draws) => {
    const trials = drivenTrials(draws, randomPlant(draws, 2, 1), [12, 9]);
    const fit = fitDmdc(trials, { numDelays: 2, delayInterval: 2, input: { rank: 3 } });
    const map = { left: fit.gain, right: fit.modes, size: 3 };
    const full = fullDmdc(fit);
    const predicted = predictDmdc(map, trials, { numDelays: 2, delayInterval: 2, reseed: 3 });
    const x = trials.states.data, u = trials.controls.data;
    assertEquals(predicted.slice(0, 6), x.slice(0, 6), "up to the first prediction");
    for (const [first, length] of [[0, 12], [12, 9]]) {
      for (let i = 3; i < length - 2; i += 3) {
        const t = first + 2 + i - 1;
        const h = [x[2 * t], x[2 * t + 1], x[2 * t - 4], x[2 * t - 3]];
        for (let unit = 0; unit < 2; unit++) {
          const expected = h.reduce((sum, value, k) => sum + full.state[4 * unit + k] * value, 0) +
            full.input[unit] * u[t];
          assertAlmostEquals(predicted[2 * (t + 1) + unit], expected, 1e-10);
        }
      }
    }
    assertThrows(() => predictDmdc(map, trials, { numDelays: 1 }), RangeError, "was fitted to");
    assertThrows(() => predictDmdc(map, trials, { numDelays: 2, reseed: 0 }), RangeError, "reseed");
  });
});

Deno.test("controlledResiduals() vanish for the system itself and grow with noise", () => {
  fresh((draws) => {
    const n = 3, m = 2, plant = randomPlant(draws, n, m);
    const rows = 40;
    const present = draws.normal(rows, n), inputs = draws.normal(rows, m);
    const next = new Float64Array(rows * n);
    for (let row = 0; row < rows; row++) {
      const x = plainProduct(plant.state, present.subarray(row * n, row * n + n), n, n, 1);
      const u = plainProduct(plant.input, inputs.subarray(row * m, row * m + m), n, m, 1);
      for (let i = 0; i < n; i++) next[row * n + i] = x[i] + u[i];
    }
    const pairs = { present, inputs, next, numPairs: rows, ...plant };
    const exact = controlledResiduals(pairs);
    for (const residual of exact.residuals) assertLess(residual, 1e-20);
    const noise = draws.normal(rows, n);
    const noisy = controlledResiduals({ ...pairs, next: next.map((x, i) => x + 0.2 * noise[i]) });
    for (const residual of noisy.residuals) assert(residual > 1e-4 && residual < 1);
    const without = controlledResiduals({ ...pairs, inputs: new Float64Array(rows * m) });
    assertGreater(Math.max(...without.residuals), 0.05, "what inputs drive is not the states' own");
  });
});

Deno.test("fitDmdc() refuses what it cannot fit, in words", () => {
  fresh((draws) => {
    const trials = drivenTrials(draws, randomPlant(draws, 2, 1), [10, 10]);
    const refused = (change: Partial<ControlledTrials>, options: object, what: string) => {
      assertThrows(
        () => fitDmdc({ ...trials, ...change }, { numDelays: 1, ...options }),
        RangeError,
        what,
      );
    };
    refused({}, { numDelays: 11 }, "too many delays");
    refused({}, { numControlDelays: 11 }, "too many delays");
    refused({}, { numDelays: 10 }, "no trial has two rows 1 apart");
    refused({}, { stepsAhead: 10 }, "no trial has two rows 10 apart");
    refused({}, { stepsAhead: 0 }, "positive integer");
    refused({}, { ridge: -1 }, "ridge");
    refused({}, { input: { rank: 2, rankThreshold: 1 } }, "2 rules given");
    const { states, controls } = trials;
    refused({ controls: { ...controls, data: new Float64Array(0), numUnits: 0 } }, {}, "0 columns");
    refused({ controls: { ...controls, numTime: [11, 9] } }, {}, "trial 0 has 10 time points");
    refused({ controls: { ...controls, numTrials: 1, numTime: [20] } }, {}, "2 trials of states");
    refused(
      { states: { ...states, data: states.data.map((x, i) => i === 7 ? NaN : x) } },
      {},
      "entry 7 of the states is NaN",
    );
    const zero = { ...states, data: states.data.map(() => 0) };
    refused({ states: zero }, {}, "zero everywhere");
  });
});

function turnedStates(basis: Float64Array, { states, controls }: ControlledTrials, n: number) {
  const data = plainProduct(states.data, basis, states.data.length / n, n, n);
  return { states: { ...states, data }, controls };
}
