// Eigenfunctions: they advance by their eigenvalues and give the components back.

import { delayModel, encodeTrials, plainModel } from "#lib/math/dmd/delay_model.ts";
import { eigenfunctions } from "#lib/math/dmd/eigenfunctions.ts";
import { fitHavok } from "#lib/math/dmd/havok.ts";
import { eigenpairs } from "#lib/math/linalg/eigen.ts";
import { multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";

Deno.test("eigenfunctions() of noise-free data advance by their eigenvalues", () => {
  fresh((draws) => {
    const n = draws.integer(1, 5), numTime = 8;
    const a = draws.normal(n, n).map((value) => value / Math.sqrt(n));
    const data = new Float64Array(numTime * n);
    data.set(draws.normal(n, 1));
    for (let t = 1; t < numTime; t++) {
      data.set(multiplyTransposeB(data.subarray((t - 1) * n, t * n), a, 1, n, n), t * n);
    }
    const trials = { data, numTrials: 1, numTime, numUnits: n };
    const { re, im, valuesRe, valuesIm } = eigenfunctions(
      trials,
      plainModel(a, { numDelays: 1 }, n, 1),
    );
    for (let t = 0; t + 1 < numTime; t++) {
      for (let j = 0; j < n; j++) {
        const [vr, vi] = [valuesRe[t * n + j], valuesIm[t * n + j]];
        // Rounding grows with the condition of the eigenvectors, a few hundred at most here.
        assertAlmostEquals(valuesRe[(t + 1) * n + j], re[j] * vr - im[j] * vi, 1e-8);
        assertAlmostEquals(valuesIm[(t + 1) * n + j], re[j] * vi + im[j] * vr, 1e-8);
      }
    }
  });
});

Deno.test("eigenfunctions() times eigenvectors are the components of the fit", () => {
  fresh((draws) => {
    const numUnits = 2, lengths = [20, 33], rank = 5;
    const data = draws.normal(53, numUnits);
    const trials = { data, numTrials: 2, numTime: lengths, numUnits };
    const options = { numDelays: 3, delayInterval: 2, rank };
    const model = delayModel({ ...fitHavok(trials, options), ...options, numUnits });
    const { valuesRe, valuesIm, rowsPerTrial } = eigenfunctions(trials, model);
    assertEquals(rowsPerTrial, [16, 29]);
    const { vectorsRe, vectorsIm } = eigenpairs(model.operator, rank);
    const real = multiplyTransposeB(valuesRe, vectorsRe, 45, rank, rank);
    const other = multiplyTransposeB(valuesIm, vectorsIm, 45, rank, rank);
    assertAllClose(
      real.map((value, p) => value - other[p]),
      encodeTrials(trials, model).codes,
      { atol: 1e-9 },
    );
    const mixed = multiplyTransposeB(valuesRe, vectorsIm, 45, rank, rank);
    const back = multiplyTransposeB(valuesIm, vectorsRe, 45, rank, rank);
    assertAllClose(mixed.map((value, p) => value + back[p]), new Float64Array(45 * rank), {
      atol: 1e-9,
    });
  });
});

Deno.test("eigenfunctions() keeps pairs of eigenvalues apart that are equal", () => {
  // Two copies of one rotation: eigenvalues ±i, each twice.
  const a = Float64Array.of(0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0);
  const data = Float64Array.of(1, 2, 3, 4);
  const trials = { data, numTrials: 1, numTime: 1, numUnits: 4 };
  const { valuesRe, valuesIm } = eigenfunctions(trials, plainModel(a, { numDelays: 1 }, 4, 1));
  const { vectorsRe, vectorsIm } = eigenpairs(a, 4);
  const real = multiplyTransposeB(valuesRe, vectorsRe, 1, 4, 4);
  const other = multiplyTransposeB(valuesIm, vectorsIm, 1, 4, 4);
  assertAllClose(real.map((value, p) => value - other[p]), data, { atol: 1e-14 });
});
