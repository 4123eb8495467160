// Residual DMD: the stored sweep, exact eigenpairs, and inputs taken off.

import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { delayModel, plainModel } from "#lib/math/dmd/delay_model.ts";
import { fitHavok } from "#lib/math/dmd/havok.ts";
import { nonNormality } from "#lib/math/dmd/operator_facts.ts";
import { predict } from "#lib/math/dmd/predict.ts";
import { predictionStatistics } from "#lib/math/dmd/prediction_statistics.ts";
import { pairedCodes, residualSummary, spectrumResiduals } from "#lib/math/dmd/residuals.ts";
import { multiply, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import reference from "#tests/reference/dsa/sweep_resdmd.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { storedTrials } from "./trial_sets.ts";

/** The first or last trials of a set. */
function part({ data, numTime, numUnits }: TrialSet, from: number, to: number): TrialSet {
  const size = (numTime as number) * numUnits;
  return { data: data.slice(from * size, to * size), numTrials: to - from, numTime, numUnits };
}

Deno.test("spectrumResiduals() and the scores reproduce the stored sweep to 1e-6", () => {
  const all = storedTrials(reference.input);
  const { numTrials, numUnits } = all;
  const train = part(all, 0, reference.train_trials);
  const test = part(all, reference.train_trials, numTrials);
  for (const stored of reference.cases) {
    const { n_delays: numDelays, rank, valid } = stored;
    assertEquals(rank <= numDelays * numUnits, valid);
    if (!valid) continue;
    const label = `${numDelays} delays, rank ${rank}`;
    const fit = fitHavok(train, { numDelays, rank, ridge: reference.lamb });
    const model = delayModel({ ...fit, numDelays, numUnits });
    const scores = predictionStatistics(test, predict(test, model, reference.reseed), { rank });
    assertAlmostEquals(scores.aic, stored.AIC!, 1e-6, label);
    assertAlmostEquals(scores.mase, stored.MASE!, 1e-6, label);
    assertAlmostEquals(scores.mse, stored.MSE!, 1e-6, label);
    assertAlmostEquals(nonNormality(fit.operator, rank), stored.nonnormality!, 1e-6, label);
    const found = spectrumResiduals(pairedCodes(test, model), fit.operator, rank);
    for (let j = 0; j < rank; j++) {
      const nearest = stored.eigenvalues!
        .map(([re, im], k) => ({ k, far: Math.hypot(found.re[j] - re, found.im[j] - im) }))
        .reduce((a, b) => b.far < a.far ? b : a);
      assertLess(nearest.far, 1e-6, label);
      assertAlmostEquals(found.residuals[j], stored.residuals![nearest.k], 1e-6, label);
      assertAlmostEquals(found.normalized[j], stored.normalized_residuals![nearest.k], 1e-6, label);
    }
    const { average, inverseParticipation } = residualSummary(found.residuals);
    assertAlmostEquals(average, stored.average_residual!, 1e-6, label);
    assertAlmostEquals(inverseParticipation, stored.inverse_participation!, 1e-6, label);
  }
});

Deno.test("spectrumResiduals() are 0 for the eigenpairs of noise-free data, and only for those", () => {
  fresh((draws) => {
    const n = draws.integer(2, 6), numPairs = 50;
    const a = draws.normal(n, n).map((value) => value / Math.sqrt(n));
    const x = draws.normal(numPairs, n);
    const pairs = { x, y: multiplyTransposeB(x, a, numPairs, n, n), numPairs };
    const exact = spectrumResiduals(pairs, a, n);
    // Squared relative residuals: rounding squared, grown by ill-conditioned eigenvectors.
    assert(exact.residuals.every((value) => value < 1e-20), `${exact.residuals}`);
    const other = a.map((value, p) => p === 0 ? value + 0.3 : value);
    assertLess(1e-6, residualSummary(spectrumResiduals(pairs, other, n).residuals).average);
  });
});

Deno.test("spectrumResiduals() are the quadratic form of the definition", () => {
  fresh((draws) => {
    const n = 2, numPairs = 20;
    const x = draws.normal(numPairs, n), y = draws.normal(numPairs, n);
    // Aᵀ g = λ g with λ = c ± is and g = (1, ±i)/√2 for A = [[c, s], [−s, c]]ᵀ.
    const [c, s] = draws.normal(2, 1);
    const { re, im, residuals, normalized } = spectrumResiduals(
      { x, y, numPairs },
      Float64Array.of(c, -s, s, c),
      n,
    );
    const dot = (a: Float64Array, i: number, b: Float64Array, j: number) => {
      let sum = 0;
      for (let t = 0; t < numPairs; t++) sum += a[t * n + i] * b[t * n + j];
      return sum;
    };
    for (let k = 0; k < n; k++) {
      assertAlmostEquals(re[k], c, 1e-12);
      assertAlmostEquals(Math.abs(im[k]), Math.abs(s), 1e-12);
      const turn = Math.sign(im[k]) * Math.sign(s);
      // gᴴ M g for g = (1, i·turn): M00 + M11 + i·turn·(M01 − M10).
      const form = (a: Float64Array, b: Float64Array) => [
        dot(a, 0, b, 0) + dot(a, 1, b, 1),
        turn * (dot(a, 0, b, 1) - dot(a, 1, b, 0)),
      ];
      const xx = form(x, x)[0], yy = form(y, y)[0], xy = form(x, y);
      const at = (lr: number, li: number) =>
        (yy - 2 * (lr * xy[0] + li * xy[1]) + (lr * lr + li * li) * xx) / xx;
      assertAlmostEquals(residuals[k], at(re[k], im[k]), 1e-10);
      assertAlmostEquals(normalized[k], at(re[k], im[k]) / (at(1, 0) + 1e-10), 1e-10);
    }
  });
});

Deno.test("spectrumResiduals() of a system with inputs are 0 once the inputs are taken off", () => {
  fresh((draws) => {
    const n = 3, m = 2, numPairs = 40;
    const a = draws.normal(n, n), b = draws.normal(n, m);
    const x = draws.normal(numPairs, n), u = draws.normal(numPairs, m);
    const driven = multiplyTransposeB(u, b, numPairs, m, n);
    const y = multiplyTransposeB(x, a, numPairs, n, n).map((value, p) => value + driven[p]);
    const freed = y.map((value, p) => value - driven[p]);
    const average = (rows: Float64Array) =>
      residualSummary(spectrumResiduals({ x, y: rows, numPairs }, a, n).residuals).average;
    assertLess(average(freed), 1e-20);
    assertLess(1e-6, average(y));
  });
});

Deno.test("spectrumResiduals() in blocks of rows are those of all rows", () => {
  fresh((draws) => {
    // Rows said three times have the residuals of rows said once, and do not fit into one block.
    const n = 3, numPairs = draws.integer(1400, 4000);
    const a = draws.normal(n, n), x = draws.normal(numPairs, n), y = draws.normal(numPairs, n);
    const thrice = (rows: Float64Array) => Float64Array.from([...rows, ...rows, ...rows]);
    const long = { x: thrice(x), y: thrice(y), numPairs: 3 * numPairs };
    assertAllClose(
      spectrumResiduals(long, a, n).residuals,
      spectrumResiduals({ x, y, numPairs }, a, n).residuals,
      { rtol: 1e-12 },
    );
  });
});

Deno.test("pairedCodes() pairs rows within trials, s apart", () => {
  const trials: TrialSet = {
    data: Float64Array.of(1, 2, 3, 10, 20, 30, 40, 7),
    numTrials: 3,
    numTime: [3, 4, 1],
    numUnits: 1,
  };
  const { x, y, numPairs } = pairedCodes(
    trials,
    plainModel(Float64Array.of(1), { numDelays: 1 }, 1, 2),
  );
  assertEquals([numPairs, [...x], [...y]], [3, [1, 10, 20], [3, 30, 40]]);
  assertThrows(
    () => pairedCodes(trials, plainModel(Float64Array.of(1), { numDelays: 1 }, 1, 4)),
    RangeError,
    "two embedded rows 4 apart; the longest has 4",
  );
});

Deno.test("residualSummary() counts who shares the small residuals", () => {
  assertAllClose(
    Object.values(residualSummary(Float64Array.of(1, 0.5))),
    [0.75, (1 + 2) ** 2 / (1 + 4)],
    { atol: 1e-15 },
  );
  assertEquals(residualSummary(Float64Array.of(0, 0, 3)).inverseParticipation, 2);
  assertEquals(residualSummary(Float64Array.of(1e-200, 1)).inverseParticipation, 1);
});

Deno.test("spectrumResiduals() of rotations with the truth are those of the noise", () => {
  fresh((draws) => {
    // y = A x + e with e of variance σ² per entry and x white: residual ≈ 2-norm of noise over that of x, σ².
    const numPairs = 20_000, n = 2, sigma = 0.1;
    const a = Float64Array.of(0.6, -0.8, 0.8, 0.6);
    const x = draws.normal(numPairs, n), e = draws.normal(numPairs, n);
    const y = multiply(x, Float64Array.of(0.6, 0.8, -0.8, 0.6), numPairs, n, n)
      .map((value, p) => value + sigma * e[p]);
    const { residuals } = spectrumResiduals({ x, y, numPairs }, a, n);
    // Relative standard error of a mean of 40,000 squares: √(2/40,000) = 0.7 %, five of them.
    for (const value of residuals) assertAlmostEquals(value / sigma ** 2, 1, 0.05);
  });
});
