// Subspace DMD with control: the stored cases of the reference, fresh noise-free systems that are seen in part, missing
// observations, short trials, and refusals.

import { predictKalman } from "#lib/math/control/kalman.ts";
import { markovParameters } from "#lib/math/control/markov_parameters.ts";
import { controlledResiduals } from "#lib/math/control/residuals.ts";
import { fitSubspaceDmdc } from "#lib/math/control/subspace_dmdc.ts";
import type { SubspaceBackend } from "#lib/math/control/subspace_projection.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { multiply, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { assertAllClose } from "#tests/support/close.ts";
import reference from "#tests/reference/dsa/subspace_dmdc.json" with { type: "json" };
import {
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertThrows,
} from "@std/assert";
import { fresh, largestDifference } from "../linalg/fresh.ts";
import {
  drivenTrials,
  randomPlant,
  reordered,
  spectrumDistance,
  storedDriven,
} from "./driven_trials.ts";

Deno.test("fitSubspaceDmdc() and predictKalman() give the reference's numbers", () => {
  const trials = storedDriven("trials");
  for (const one of reference.cases) {
    const { n_delays, rank, lamb } = one.params;
    const fit = fitSubspaceDmdc(trials, {
      numDelays: n_delays,
      ...(rank === null ? {} : { order: { rank } }),
      ridge: lamb,
      backend: one.backend as SubspaceBackend,
    });
    const label = `${one.backend} ${JSON.stringify(one.params)}`;
    const near = { atol: 1e-9 };
    const { order: n, numUnits } = fit;
    assertEquals(n, one.rank_used, label);
    assertAllClose(fit.singularValues, one.singular_values_O, near, label);
    assertLess(spectrumDistance(eigenvalues(fit.state, n), one.A_eigenvalues), 1e-9, label);
    const markov = [...one.CB.flat(), ...one.CAB.flat(), ...one.CA2B.flat()];
    assertAllClose(markovParameters(fit, 3), markov, near, label);
    assertAllClose(fit.outputCovariance, one.R_hat.flat(), near, label);
    const cq = multiply(fit.output, fit.processCovariance, numUnits, n, n);
    assertAllClose(
      multiplyTransposeB(cq, fit.output, numUnits, n, numUnits),
      one.CQCt.flat(),
      near,
      label,
    );
    const predicted = predictKalman(fit, trials, { reseed: 3, compat: "v2" });
    const mean = predicted.reduce((sum, x) => sum + Math.abs(x), 0) / predicted.length;
    assertAlmostEquals(mean, one.prediction_reseed3_mean_abs, 1e-9, label);
    assertAllClose(predicted.slice(-3), one.prediction_reseed3_last, near, label);
  }
});

Deno.test("fitSubspaceDmdc() by n4sid recovers noise-free systems that are seen in part", () => {
  fresh((draws) => {
    const order = draws.integer(1, 5), numInputs = draws.integer(1, 2);
    const numUnits = draws.integer(1, 3);
    const plant = randomPlant(draws, order, numInputs, numUnits === order ? order + 1 : numUnits);
    const trials = drivenTrials(draws, plant, [160, 140, 7]);
    const fit = fitSubspaceDmdc(trials, { numDelays: 6, order: { rank: order }, ridge: 0 });
    const scale = Math.max(1, ...plant.output.map(Math.abs));
    const markov = markovParameters(plant, 8);
    assertAllClose(markovParameters(fit, 8), markov, { atol: 1e-6 * scale }, `order ${order}`);
    assertLess(spectrumDistance(eigenvalues(fit.state, order), spectrum(plant.state, order)), 1e-4);
    assertLess(fit.singularValues[order] ?? 0, 1e-8 * fit.singularValues[0], "the order shows");
    assertEquals(fit.rowsPerTrial, [148, 128, 0]);
    for (const value of fit.outputCovariance) assertLess(Math.abs(value), 1e-12 * scale ** 2);
    const { residuals } = controlledResiduals({ ...fit.pairs, ...fit });
    for (const residual of residuals) assertLess(residual, 1e-10);
  });
});

Deno.test("fitSubspaceDmdc() sees one system in any basis of its outputs and in any order of trials", () => {
  fresh((draws) => {
    const trials = drivenTrials(draws, randomPlant(draws, 3, 2, 3), [60, 50, 70]);
    const noise = draws.normal(180, 3);
    for (let i = 0; i < 540; i++) trials.states.data[i] += 0.1 * noise[i];
    const basis = draws.normal(3, 3).map((x, p) => (p % 4 === 0 ? 2 : 0) + 0.3 * x);
    const seen = { ...trials.states, data: multiply(trials.states.data, basis, 180, 3, 3) };
    for (const backend of ["n4sid", "custom"] as const) {
      const options = { numDelays: 3, order: { rank: 3 }, backend };
      const fit = fitSubspaceDmdc(trials, options);
      const again = fitSubspaceDmdc(reordered(trials, [2, 0, 1]), options);
      assertAllClose(markovParameters(again, 5), markovParameters(fit, 5), { atol: 1e-8 }, backend);
      const nine = { ...options, order: { rank: 9 }, ridge: 0 };
      const [a, b] = [trials, { ...trials, states: seen }].map((one) => fitSubspaceDmdc(one, nine));
      // C AᵏB in the other outputs: basisᵀ C AᵏB. At full order nothing is cut off, so it is exact.
      const expected = new Float64Array(a.numUnits * a.numInputs * 3);
      const markov = markovParameters(a, 3);
      for (let k = 0; k < 3; k++) {
        const block = markov.subarray(k * 6, (k + 1) * 6);
        for (let i = 0; i < 3; i++) {
          for (let j = 0; j < 2; j++) {
            for (let p = 0; p < 3; p++) {
              expected[k * 6 + i * 2 + j] += basis[p * 3 + i] * block[p * 2 + j];
            }
          }
        }
      }
      assertAllClose(markovParameters(b, 3), expected, { atol: 1e-7 }, backend);
    }
  });
});

Deno.test("predictKalman() treats what is not observed as missing", () => {
  fresh((draws) => {
    const plant = randomPlant(draws, 3, 1, 2);
    const trials = drivenTrials(draws, plant, [120, 120]);
    const fit = fitSubspaceDmdc(trials, { numDelays: 5, order: { rank: 3 } });
    const late = (predicted: Float64Array) => {
      let worst = 0;
      for (let i = 2 * 60; i < 2 * 120; i++) {
        worst = Math.max(worst, Math.abs(predicted[i] - trials.states.data[i]));
      }
      return worst;
    };
    const scale = Math.max(...trials.states.data.map(Math.abs));
    for (const estimate of ["filtered", "predicted"] as const) {
      const missing = late(predictKalman(fit, trials, { reseed: 4, estimate }));
      const zeros = late(predictKalman(fit, trials, { reseed: 4, estimate, compat: "v2" }));
      assertLess(missing, 0.05 * scale, "inputs carry the state on");
      assertGreater(zeros, 2 * missing, "taking gaps for zeros pulls to zero");
    }
    // What is not observed is not looked at.
    const data = trials.states.data.map((x, i) => Math.floor(i / 2) % 4 === 0 ? x : 1e6);
    const holed = { ...trials, states: { ...trials.states, data } };
    assertEquals(
      predictKalman(fit, holed, { reseed: 4 }),
      predictKalman(fit, trials, { reseed: 4 }),
    );
    // With every output observed both conventions are one, but for the reference's least variance of noise.
    assertAllClose(
      predictKalman(fit, trials),
      predictKalman(fit, trials, { compat: "v2" }),
      { atol: 1e-5 * scale },
    );
  });
});

Deno.test("predictKalman() before an observation knows nothing of it", () => {
  fresh((draws) => {
    const trials = drivenTrials(draws, randomPlant(draws, 2, 1, 2), [40]);
    const fit = fitSubspaceDmdc(trials, { numDelays: 3, order: { rank: 2 } });
    const before = predictKalman(fit, trials, { estimate: "predicted" });
    const changed = trials.states.data.slice();
    changed[2 * 30] += 5;
    const other = predictKalman(
      fit,
      { ...trials, states: { ...trials.states, data: changed } },
      { estimate: "predicted" },
    );
    assertEquals(other.slice(0, 62), before.slice(0, 62));
    assertGreater(largestDifference(other.slice(62), before.slice(62)), 0.1);
  });
});

Deno.test("fitSubspaceDmdc() chooses its order by the rules, 99.9 % by default", () => {
  fresh((draws) => {
    const trials = drivenTrials(draws, randomPlant(draws, 4, 2, 3), [200]);
    const order = (rule?: SubspaceRule) =>
      fitSubspaceDmdc(trials, { numDelays: 4, ...(rule === undefined ? {} : { order: rule }) });
    const { singularValues: s, order: chosen } = order();
    const share = (n: number) => sumOfSquares(s.subarray(0, n)) / sumOfSquares(s);
    assertEquals(share(chosen) >= 0.999 && (chosen === 1 || share(chosen - 1) < 0.999), true);
    assertEquals(order({ rankThreshold: Math.sqrt(s[1] * s[2]) }).order, 2);
    assertEquals(order({ rank: 500 }).order, 12, "no more than there are");
  });
});

Deno.test("fitSubspaceDmdc() refuses what it cannot fit, in words", () => {
  fresh((draws) => {
    const trials = drivenTrials(draws, randomPlant(draws, 2, 1), [12, 14]);
    const refused = (options: object, what: string, change = {}) => {
      assertThrows(
        () => fitSubspaceDmdc({ ...trials, ...change }, { numDelays: 2, ...options }),
        RangeError,
        what,
      );
    };
    refused({ numDelays: 7 }, "longest has 14, take fewer delays");
    refused({ numDelays: 5 }, 'or backend "custom"');
    refused({ numDelays: 0 }, "positive integer");
    refused({ ridge: NaN }, "ridge");
    const { states, controls } = trials;
    refused({}, "zero", { states: { ...states, data: states.data.map(() => 0) } });
    refused({}, "0 columns", { controls: { ...controls, data: new Float64Array(0), numUnits: 0 } });
    refused({}, "is Infinity", {
      controls: { ...controls, data: controls.data.map((x, i) => i === 3 ? Infinity : x) },
    });
    assertThrows(
      () => predictKalman(fitSubspaceDmdc(trials, { numDelays: 2 }), { states, controls: states }),
      RangeError,
      "1 inputs",
    );
  });
});

type SubspaceRule = { readonly rank?: number; readonly rankThreshold?: number };

function spectrum(a: Float64Array, n: number): number[][] {
  const { re, im } = eigenvalues(a, n);
  return Array.from(re, (value, i) => [value, im[i]]);
}

function sumOfSquares(s: Float64Array): number {
  return s.reduce((sum, value) => sum + value * value, 0);
}
