// What a HAVOK fit must not care for, on fresh random systems: coordinates, order and company of trials, the route taken.

import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { fullOperator } from "#lib/math/dmd/full_operator.ts";
import { fitHavok } from "#lib/math/dmd/havok.ts";
import { hankelGram } from "#lib/math/dmd/hankel_gram.ts";
import { scaledGram } from "#lib/math/dmd/whitening_gram.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { svd } from "#lib/math/linalg/svd.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { type Draws, fresh, plainProduct } from "../linalg/fresh.ts";
import { assertSameSet } from "./stored_fits.ts";

const regressions = ["principal_component", "reduced_rank"] as const;

function complex(a: Float64Array, n: number): number[][] {
  const { re, im } = eigenvalues(a, n);
  return Array.from(re, (x, i) => [x, im[i]]);
}

/** Trials of unequal length of a random stable linear system; noise drives it from its second moment on. */
function driven(draws: Draws, numUnits: number, lengths: readonly number[], noise: number) {
  const { u, s, v } = svd(draws.normal(numUnits, numUnits), numUnits, numUnits);
  // Singular values in [0.5, 0.98]: every mode lasts, none grows.
  const shrunk = u.map((x, p) => x * (0.5 + 0.48 * s[p % numUnits] / s[0]));
  const transposed = v.map((_, p) => v[(p % numUnits) * numUnits + Math.floor(p / numUnits)]);
  const a = plainProduct(shrunk, transposed, numUnits, numUnits, numUnits);
  const data: number[] = [];
  for (const length of lengths) {
    let x = draws.normal(numUnits, 1);
    const input = draws.normal(length, numUnits);
    for (let t = 0; t < length; t++) {
      data.push(...x);
      x = plainProduct(a, x, numUnits, numUnits, 1)
        .map((value, i) => value + noise * input[t * numUnits + i]);
    }
  }
  const trials: TrialSet = {
    data: Float64Array.from(data),
    numTrials: lengths.length,
    numTime: lengths,
    numUnits,
  };
  return { a, trials };
}

/** The same trials in other units: x' = x M. */
function mixed(trials: TrialSet, m: Float64Array, numUnits: number): TrialSet {
  const rows = trials.data.length / trials.numUnits;
  return {
    ...trials,
    data: plainProduct(trials.data, m, rows, trials.numUnits, numUnits),
    numUnits,
  };
}

Deno.test("fitHavok() recovers a noiseless linear system from short trials of unequal length, by either regression", () => {
  fresh((draws) => {
    const n = draws.integer(2, 5);
    const lengths = Array.from({ length: n + 2 }, () => draws.integer(5, 9));
    const { a, trials } = driven(draws, n, lengths, 0);
    for (const regression of regressions) {
      for (const method of ["qr", "gram"] as const) {
        const fit = fitHavok(trials, { numDelays: 1, regression, method });
        assertAllClose(fullOperator(fit), a, { atol: 1e-6 }, `${regression} ${method}`);
      }
    }
  });
});

Deno.test("fitHavok() at full rank has the same eigenvalues in any coordinates of the units", () => {
  fresh((draws) => {
    const { trials } = driven(draws, 3, [40, 25, 33], 1);
    const other = mixed(trials, draws.normal(3, 3).map((x, p) => x + (p % 4 === 0 ? 3 : 0)), 3);
    for (const regression of regressions) {
      const options = { numDelays: 2, delayInterval: 2, regression };
      const [x, y] = [fitHavok(trials, options), fitHavok(other, options)];
      assertSameSet(eigenvalues(y.operator, 6), complex(x.operator, 6), 1e-7, `${regression}`);
    }
  });
});

Deno.test("fitHavok() at any rank has the same operator in turned coordinates, up to signs of components", () => {
  fresh((draws) => {
    const { trials } = driven(draws, 4, [50, 61], 1);
    const graded = { ...trials, data: trials.data.map((x, p) => x * 1.7 ** -(p % 4)) };
    const { u: turn } = svd(draws.normal(6, 4), 6, 4);
    // Into six units, where two directions stay empty.
    const inSix = turn.map((_, p) => turn[(p % 6) * 4 + Math.floor(p / 6)]);
    const other = mixed(graded, inSix, 6);
    const options = { numDelays: 2, rank: 3, ridge: 0.05 } as const;
    const [x, y] = [fitHavok(graded, options), fitHavok(other, options)];
    assertAllClose(y.singularValues.slice(0, 8), x.singularValues, { rtol: 1e-9 });
    assertAllClose(y.operator.map(Math.abs), x.operator.map(Math.abs), { atol: 1e-7 });
    assertEquals(y.singularValues.length, 12);
  });
});

Deno.test("fitHavok() of trials adds up over trials: Gram matrices, pairs, and no pair across", () => {
  fresh((draws) => {
    const lengths = [draws.integer(9, 30), draws.integer(9, 30), draws.integer(9, 30)];
    const { trials } = driven(draws, 3, lengths, 1);
    const delays = { numDelays: 3, delayInterval: 2 };
    const sum = new Float64Array(81);
    let from = 0;
    for (const length of lengths) {
      const data = trials.data.slice(from, from + length * 3);
      const one = hankelGram({ data, numTrials: 1, numTime: length, numUnits: 3 }, delays);
      for (let p = 0; p < 81; p++) sum[p] += one[p];
      from += length * 3;
    }
    assertAllClose(hankelGram(trials, delays), sum, { atol: 1e-9 });
    const fit = fitHavok(trials, { ...delays, rank: 4, stepsAhead: 2 });
    assertEquals(fit.numPairs, lengths.reduce((total, length) => total + length - 4 - 2, 0));
    // A trial cut in two loses the pairs across the cut; equal trials doubled change nothing.
    const doubled = {
      data: Float64Array.of(...trials.data, ...trials.data),
      numTrials: 6,
      numTime: [...lengths, ...lengths],
      numUnits: 3,
    };
    const twice = fitHavok(doubled, { ...delays, rank: 4, stepsAhead: 2 });
    assertAllClose(twice.operator, fit.operator, { atol: 1e-8 });
    assertAllClose(twice.singularValues, fit.singularValues.map((s) => s * Math.SQRT2), {
      rtol: 1e-9,
    });
  });
});

Deno.test("fitHavok() is the same by QR and by Gram, for reduced rank and its newest block too", () => {
  fresh((draws) => {
    const { trials } = driven(draws, 4, [45, 30, 62], 1);
    for (const delays of [{ numDelays: 1 }, { numDelays: 3, delayInterval: 4 }]) {
      for (const regress of ["all", "newest_block"] as const) {
        const options = { ...delays, rank: 2, regression: "reduced_rank", regress } as const;
        const qr = fitHavok(trials, { ...options, method: "qr" });
        const gram = fitHavok(trials, { ...options, method: "gram" });
        assertAllClose(gram.projectorEigenvalues!, qr.projectorEigenvalues!, { atol: 1e-10 });
        assertAllClose(fullOperator(gram), fullOperator(qr), { atol: 1e-7 }, regress);
      }
    }
  });
});

Deno.test("fitHavok() with a given Gram matrix has the bits of one without, and refuses a foreign one", () => {
  fresh((draws) => {
    const { trials } = driven(draws, 5, [45, 30], 1);
    const delays = { numDelays: 3, delayInterval: 2 };
    const gram = scaledGram(trials, delays);
    for (const method of ["auto", "gram", "leading"] as const) {
      const options = { ...delays, rank: 4, maxRank: 6, method };
      assertEquals(fitHavok(trials, { ...options, gram }), fitHavok(trials, options));
    }
    assertThrows(() => fitHavok(trials, { numDelays: 2, gram }), RangeError, "belongs to others");
    const other = { ...trials, data: trials.data.map((x) => 8 * x) };
    assertThrows(() => fitHavok(other, { ...delays, gram }), RangeError, "belongs to others");
  });
});
