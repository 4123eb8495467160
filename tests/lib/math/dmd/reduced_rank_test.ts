import { delayEmbedding, type TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { fullOperator } from "#lib/math/dmd/full_operator.ts";
import { fitHavok, type HavokFit } from "#lib/math/dmd/havok.ts";
import { operatorAtRank } from "#lib/math/dmd/operator_at_rank.ts";
import { explainedVariance, selectRank } from "#lib/math/dmd/rank_rules.ts";
import { reducedRankOperator } from "#lib/math/dmd/reduced_rank.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { type Draws, fresh, plainProduct } from "../linalg/fresh.ts";

const regression = "reduced_rank";

function noise(draws: Draws, numTrials = 3, numTime = 50, numUnits = 3): TrialSet {
  const data = draws.normal(numTrials * numTime, numUnits);
  // Slow enough to be predicted in part.
  for (let p = numUnits; p < data.length; p++) {
    if (Math.floor(p / numUnits) % numTime > 0) data[p] += 0.8 * data[p - numUnits];
  }
  return { data, numTrials, numTime, numUnits };
}

// Σ |v₊ − A v₋|² + λ |A|² from the moments alone, less the constant Σ |v₊|².
function loss({ auto, cross, maxRank: k, ridge }: HavokFit, a: Float64Array): number {
  let sum = 0;
  const pa = plainProduct(a, auto, k, k, k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      const at = i * k + j;
      sum += a[at] * (pa[at] - 2 * cross[j * k + i] + ridge * a[at]);
    }
  }
  return sum;
}

Deno.test("fitHavok() by reduced rank at full rank is the principal component regression", () => {
  fresh((draws) => {
    const trials = noise(draws);
    for (const ridge of [0, 0.1]) {
      for (const regress of ["all", "newest_block"] as const) {
        const options = { numDelays: 3, delayInterval: 2, ridge };
        const plain = fitHavok(trials, options);
        const reduced = fitHavok(trials, { ...options, regression, regress });
        assertEquals(reduced.numComponents, 9);
        assertEquals(reduced.rank, regress === "all" ? 9 : 3);
        assertAllClose(reduced.operator, plain.operator, { atol: 1e-12 }, regress);
      }
    }
  });
});

Deno.test("fitHavok() by reduced rank has that rank and predicts better than any other of it", () => {
  fresh((draws) => {
    const trials = noise(draws, 3, 60, 4);
    for (const ridge of [0, 0.3]) {
      const fit = fitHavok(trials, { numDelays: 1, rank: 2, regression, ridge });
      const spread = singularValues(fit.operator, 4, 4);
      assert(spread[1] > 1e-3 && spread[2] < 1e-12, `${spread}`);
      const best = loss(fit, fit.operator);
      for (let repeat = 0; repeat < 50; repeat++) {
        // Of rank 2 by construction, near and far.
        const scale = 10 ** -(repeat % 4);
        const left = draws.normal(4, 4).map((x, p) => (p % 5 === 0 ? 1 : 0) + scale * x);
        const right = draws.normal(4, 4).map((x, p) => (p % 5 === 0 ? 1 : 0) + scale * x);
        const other = plainProduct(plainProduct(left, fit.operator, 4, 4, 4), right, 4, 4, 4);
        assertLess(best, loss(fit, other) + 1e-12);
      }
      const components = operatorAtRank(fit, 2);
      const padded = new Float64Array(16);
      for (let i = 0; i < 2; i++) padded.set(components.subarray(2 * i, 2 * i + 2), 4 * i);
      assertLess(best, loss(fit, padded) + 1e-12);
    }
  });
});

Deno.test("fitHavok() by reduced rank: ranks nest, and the projector's eigenvalues are shares where there is no ridge", () => {
  fresh((draws) => {
    const trials = noise(draws);
    const options = { numDelays: 2, delayInterval: 3, regression } as const;
    const whole = fitHavok(trials, options);
    const values = whole.projectorEigenvalues!;
    assertEquals(values.length, 6);
    for (let i = 1; i < 6; i++) assert(values[i - 1] >= values[i]);
    assert(values[0] <= 1 + 1e-12 && values[5] >= -1e-12, `${values}`);
    for (let rank = 1; rank <= 6; rank++) {
      const fit = fitHavok(trials, { ...options, rank });
      // What the rank gains is what the eigenvalues say: loss = −Σ of the leading ones.
      const gained = values.subarray(0, rank).reduce((sum, value) => sum + value, 0);
      assertLess(Math.abs(loss(fit, fit.operator) + gained), 1e-10);
    }
  });
});

Deno.test("fitHavok() by reduced rank for the newest block copies the older samples and reduces the rest", () => {
  fresh((draws) => {
    const trials = noise(draws, 4, 60, 3);
    const [n, f] = [3, 9];
    const options = { numDelays: 3, regression, regress: "newest_block" } as const;
    const fit = fitHavok(trials, { ...options, rank: 2 });
    assertEquals([fit.rank, fit.projectorEigenvalues!.length], [2, 3]);
    const full = fullOperator(fit);
    for (let i = n; i < f; i++) {
      for (let j = 0; j < f; j++) {
        assertLess(Math.abs(full[i * f + j] - (j === i - n ? 1 : 0)), 1e-9);
      }
    }
    const spread = singularValues(full.slice(0, n * f), n, f);
    assert(spread[1] > 1e-3 && spread[2] < 1e-10, `${spread}`);
    // A rank above the units' number is all of them.
    assertEquals(fitHavok(trials, { ...options, rank: 8 }).rank, 3);
  });
});

Deno.test("fitHavok() by reduced rank for the newest block does not care for the units' scale and mixture", () => {
  fresh((draws) => {
    const trials = noise(draws, 3, 60, 3);
    const mixing = draws.normal(3, 3);
    const mixed = {
      ...trials,
      data: plainProduct(trials.data, mixing, trials.data.length / 3, 3, 3),
    };
    const options = { numDelays: 2, regression, regress: "newest_block", rank: 2 } as const;
    const a = fitHavok(trials, options), b = fitHavok(mixed, options);
    assertAllClose(b.projectorEigenvalues!, a.projectorEigenvalues!, { atol: 1e-8 });
    // h' = h M for every block, so A' = Mᵀ A M⁻ᵀ on the embedding: both predict the same moments.
    const { data, numRows } = delayEmbedding(trials, options);
    const other = delayEmbedding(mixed, options).data;
    const next = plainProduct(data, transpose(fullOperator(a), 6, 6), numRows, 6, 6);
    const expected = new Float64Array(next.length);
    for (let block = 0; block < 2; block++) {
      for (let i = 0; i < numRows; i++) {
        for (let j = 0; j < 3; j++) {
          for (let k = 0; k < 3; k++) {
            expected[i * 6 + block * 3 + j] += next[i * 6 + block * 3 + k] * mixing[k * 3 + j];
          }
        }
      }
    }
    const found = plainProduct(other, transpose(fullOperator(b), 6, 6), numRows, 6, 6);
    assertAllClose(found, expected, { atol: 1e-7 });
  });
});

Deno.test("fitHavok() by reduced rank leaves components out that are rounding, and says where a regression is singular", () => {
  fresh((draws) => {
    const one = noise(draws, 1, 60, 2).data;
    // The third unit is the sum of the others.
    const data = Float64Array.from({ length: 180 }, (_, p) => {
      const t = Math.floor(p / 3);
      return p % 3 === 2 ? one[2 * t] + one[2 * t + 1] : one[2 * t + p % 3];
    });
    const trials = { data, numTrials: 1, numTime: 60, numUnits: 3 };
    const fit = fitHavok(trials, { numDelays: 2, delayInterval: 3, rank: 2, regression });
    assertEquals([fit.numComponents, fit.rank], [4, 2]);
    const some = fitHavok(trials, { numDelays: 2, regression, numComponents: 3 });
    assertEquals(some.operator.length, 9);
    const newest = fitHavok(trials, {
      numDelays: 2,
      delayInterval: 3,
      rank: 3,
      regression,
      regress: "newest_block",
    });
    assertEquals(newest.rank, 2);
    const short = { ...trials, data: data.slice(0, 15), numTime: 5, numUnits: 3 };
    assertThrows(
      () => fitHavok(short, { numDelays: 3, regression }),
      RangeError,
      "choose a ridge > 0 or fewer components",
    );
    assertThrows(
      () => fitHavok(trials, { numDelays: 2, rank: 2, regression, method: "leading" }),
      RangeError,
      "takes all components",
    );
  });
});

Deno.test("fitHavok() by reduced rank uses v2's rules on the projector, v1's explained variance on the data", () => {
  fresh((draws) => {
    const trials = noise(draws, 3, 80, 4);
    const options = { numDelays: 1, regression, rankExplainedVariance: 0.9 } as const;
    const v2 = fitHavok(trials, { ...options, compat: "v2" });
    const squares = v2.projectorEigenvalues!.map((x) => x * x);
    const total = squares.reduce((sum, x) => sum + x, 0);
    const share = (r: number) => squares.subarray(0, r).reduce((sum, x) => sum + x, 0) / total;
    assert(share(v2.rank) >= 0.9 && share(v2.rank - 1) < 0.9);
    assertEquals(fitHavok(trials, options).rank, v2.rank);
    const c = v2.explainedVariance;
    const v1 = c.findIndex((value) => value > 0.9);
    if (v1 > 0) assertEquals(fitHavok(trials, { ...options, compat: "v1" }).rank, v1);
    const middle = (v2.projectorEigenvalues![1] + v2.projectorEigenvalues![2]) / 2;
    for (const compat of ["v1", "v2", "corrected"] as const) {
      const fit = fitHavok(trials, { numDelays: 1, regression, rankThreshold: middle, compat });
      assertEquals(fit.rank, 2, compat);
    }
  });
});

Deno.test("fitHavok() by reduced rank for the newest block is the same at any scale of the data, and without empty components", () => {
  fresh((draws) => {
    const trials = noise(draws);
    const options = { numDelays: 2, regression, regress: "newest_block", rank: 2 } as const;
    const { operator } = fitHavok(trials, options);
    for (const scale of [2 ** -600, 2 ** 480]) {
      const other = { ...trials, data: trials.data.map((x) => x * scale) };
      assertEquals(fitHavok(other, options).operator, operator, `${scale}`);
    }
    // A unit that never fires: v1 and v2 keep its empty component, which has no newest sample to write.
    const dead = { ...trials, data: trials.data.map((x, p) => p % 3 === 2 ? 0 : x) };
    for (const compat of ["v1", "v2", "corrected"] as const) {
      const fit = fitHavok(dead, { ...options, compat });
      assertEquals([fit.numComponents, fit.projectorEigenvalues!.length], [4, 2]);
      assert(fit.operator.every(Number.isFinite));
    }
  });
});

Deno.test("reducedRankOperator() refuses a rank that it cannot have", () => {
  const moments = { auto: Float64Array.of(1), cross: Float64Array.of(0.5), maxRank: 1, ridge: 0 };
  assertThrows(() => reducedRankOperator(moments, () => 2), RangeError, "rank 2 of 1");
});

Deno.test("fitHavok() by reduced rank explains the variance of the data in v1, of the projector's squares in v2", () => {
  fresh((draws) => {
    const trials = noise(draws, 3, 60, 4);
    // Of very different size, so that the data's variance says other than what can be predicted.
    for (let p = 0; p < trials.data.length; p++) trials.data[p] *= 4 ** (p % 4);
    for (const compat of ["v1", "v2"] as const) {
      for (const rankExplainedVariance of [0.5, 0.9, 0.99]) {
        const options = { numDelays: 1, regression, compat } as const;
        const all = fitHavok(trials, options);
        const spectrum = compat === "v1" ? all.singularValues : all.projectorEigenvalues!;
        const choice = { rankExplainedVariance };
        const rank = selectRank(spectrum, explainedVariance(spectrum), choice, 4, compat);
        if (rank < 1) continue;
        assertEquals(fitHavok(trials, { ...options, ...choice }).rank, rank, compat);
      }
    }
  });
});
