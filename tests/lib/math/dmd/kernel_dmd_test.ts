import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { fitHavok } from "#lib/math/dmd/havok.ts";
import { countPairs, fitKernelDmd, type KernelDmdOptions } from "#lib/math/dmd/kernel_dmd.ts";
import { featureMoments, startingRows } from "#lib/math/dmd/kernel_features.ts";
import { dsa } from "#lib/math/dsa/dsa.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import reference from "#tests/reference/dsa/kernel_dmd.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { assert, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { assertSameSet } from "./stored_fits.ts";
import { storedTrials } from "./trial_sets.ts";

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
const complex = ({ re, im }: { re: Float64Array; im: Float64Array }) =>
  Array.from(re, (x, i) => [x, im[i]]);

Deno.test("fitKernelDmd() reproduces the 16 stored fits to 1e-6", () => {
  const { data, numUnits } = storedTrials(reference.input);
  const trials = {
    data: data.slice(0, reference.rows_used * numUnits),
    numTrials: 1,
    numTime: reference.rows_used,
    numUnits,
  };
  const delays = { numDelays: reference.n_delays };
  assertEquals(reference.cases.length, 16);
  for (const stored of reference.cases) {
    const centres = stored.centres === "all rows"
      ? upTo(countPairs(trials, delays, 1))
      : JSON.parse(stored.centres.slice("rows ".length)) as number[];
    const fit = fitKernelDmd(trials, {
      ...delays,
      centres,
      kernel: { kind: "rbf", bandwidth: stored.length_scale },
      ridge: stored.lamb,
      rank: stored.rank,
      regression: stored.variant as "reduced_rank" | "principal_component",
    });
    const label = JSON.stringify([stored.centres, stored.length_scale, stored.rank]);
    const close = { atol: 1e-9 };
    assertEquals(fit.rank, stored.rank);
    assertAllClose(fit.spectrum.slice(0, fit.rank), stored.spectrum, close, label);
    const found = eigenvalues(fit.operator, fit.rank);
    assertSameSet(found, stored.A_v_eigenvalues, 1e-6, label);
    const spread = singularValues(fit.operator, fit.rank, fit.rank);
    assertAllClose(spread, stored.A_v_singular_values, { atol: 1e-6 }, label);
  }
});

Deno.test("fitKernelDmd() with products at full rank is least squares, whichever regression", () => {
  fresh((draws) => {
    const lengths = [18, 30, 25, 12];
    const trials = { data: draws.normal(85, 3), numTrials: 4, numTime: lengths, numUnits: 3 };
    const delays = { numDelays: 2, stepsAhead: 2 };
    const plain = complex(eigenvalues(fitHavok(trials, delays).operator, 6));
    const centres = upTo(countPairs(trials, delays, 2));
    for (const regression of ["principal_component", "reduced_rank"] as const) {
      for (
        const kernel of [
          { kind: "dot" },
          { kind: "polynomial", degree: 1, offset: 0, scale: 0.3 },
        ] as const
      ) {
        const fit = fitKernelDmd(trials, { ...delays, kernel, centres, ridge: 0, regression });
        assertEquals([fit.rank, fit.numFeatures], [6, 6]);
        assertSameSet(eigenvalues(fit.operator, 6), plain, 1e-7, regression);
      }
    }
  });
});

Deno.test("fitKernelDmd() sees products of states that linear DMD cannot: y' = 0.6 y + x² has eigenvalue 0.81", () => {
  fresh((draws) => {
    const starts = draws.normal(12, 2);
    const data = new Float64Array(12 * 10 * 2);
    for (let trial = 0; trial < 12; trial++) {
      let [x, y] = [starts[2 * trial], starts[2 * trial + 1]];
      for (let t = 0; t < 10; t++) {
        data.set([x, y], (trial * 10 + t) * 2);
        [x, y] = [0.9 * x, 0.6 * y + 0.2 * x * x];
      }
    }
    const trials = { data, numTrials: 12, numTime: 10, numUnits: 2 };
    // x, y and x² span an invariant space of polynomials up to degree 2.
    const fit = fitKernelDmd(trials, {
      numDelays: 1,
      kernel: { kind: "polynomial", degree: 2, offset: 1, scale: 1 },
      centres: upTo(108),
      ridge: 0,
      regression: "principal_component",
    });
    const { re, im } = eigenvalues(fit.operator, fit.rank);
    for (const value of [1, 0.9, 0.81, 0.6]) {
      const nearest = Math.min(...re.map((x, i) => Math.hypot(x - value, im[i])));
      assertLess(nearest, 1e-5, `${value} among ${re}`);
    }
  });
});

Deno.test("fitKernelDmd() is what the definition says, written out with all rows as centres", () => {
  fresh((draws) => {
    const trials = coupled(draws.normal(3, 3), [14, 9, 11]);
    const options: KernelDmdOptions = {
      numDelays: 2,
      kernel: { kind: "rbf", bandwidth: 1.5 },
      centres: upTo(28),
      ridge: 1e-3,
      rank: 4,
    };
    assertEquals(countPairs(trials, options, 1), 28);
    const z = startingRows(trials, options, 1, options.centres);
    const { auto, numFeatures: q, numPairs } = featureMoments(trials, options, 1, z, 28, {
      kind: "rbf",
      bandwidth: 1.5,
    });
    assertEquals(numPairs, 28);
    // tr(C_x) = Σ k(x, x)/n = 1, and φ(a)·φ(b) = k(a, b): the eigenvalues of C_x are those of K/n.
    let trace = 0;
    for (let i = 0; i < q; i++) trace += auto[i * q + i];
    assertLess(Math.abs(trace - 1), 1e-8);
    const pc = fitKernelDmd(trials, { ...options, regression: "principal_component" });
    const k = new Float64Array(28 * 28);
    for (let i = 0; i < 28; i++) {
      for (let j = 0; j < 28; j++) {
        let d = 0;
        for (let c = 0; c < 6; c++) d += (z[i * 6 + c] - z[j * 6 + c]) ** 2;
        k[i * 28 + j] = Math.exp(-d / 4.5) / 28;
      }
    }
    const expected = singularValues(k, 28, 28).slice(0, 8).map((x) => x + 1e-3);
    assertAllClose(pc.spectrum.slice(0, 8), expected, { atol: 1e-9 });
  });
});

Deno.test("fitKernelDmd() never pairs across trials: order and company of trials do not matter", () => {
  fresh((draws) => {
    const lengths = [9, 14, 11];
    const starts = draws.normal(3, 3);
    const trials = coupled(starts, lengths);
    const options = { numDelays: 2, kernel: { kind: "rbf", bandwidth: 2 } as const, rank: 5 };
    const fit = fitKernelDmd(trials, { ...options, centres: upTo(28), ridge: 1e-6 });
    const turned = coupled(
      Float64Array.of(...starts.subarray(6), ...starts.subarray(0, 6)),
      [11, 9, 14],
    );
    const other = fitKernelDmd(turned, { ...options, centres: upTo(28), ridge: 1e-6 });
    assertAllClose(other.spectrum, fit.spectrum, { atol: 1e-10 });
    assertSameSet(
      eigenvalues(other.operator, 5),
      complex(eigenvalues(fit.operator, 5)),
      1e-6,
      "turned",
    );
  });
});

Deno.test("fitKernelDmd() turns and shifts of the data change nothing with rbf; blocks of rows neither", () => {
  fresh((draws) => {
    const trials = coupled(draws.normal(1, 3), [300]);
    const options = {
      numDelays: 1,
      kernel: { kind: "rbf", bandwidth: 1 } as const,
      centres: upTo(40),
      rank: 4,
      ridge: 1e-4,
    };
    const fit = fitKernelDmd(trials, options);
    const shifted = { ...trials, data: trials.data.map((x) => x + 3) };
    const other = fitKernelDmd(shifted, options);
    assertAllClose(other.spectrum, fit.spectrum, { atol: 1e-10 });
    assertAllClose(singularValues(other.operator, 4, 4), singularValues(fit.operator, 4, 4), {
      atol: 1e-7,
    });
    assert(fit.conditioning > 1);
  });
});

Deno.test("fitKernelDmd() refuses what it cannot fit and says what would do", () => {
  const trials = coupled(Float64Array.of(1, 2, 3), [10]);
  const options = { numDelays: 1, kernel: { kind: "dot" } as const, centres: [0, 1, 2] };
  assertThrows(
    () => fitKernelDmd(trials, { ...options, centres: [9] }),
    RangeError,
    "there are 9 of them",
  );
  assertThrows(() => fitKernelDmd(trials, { ...options, centres: [] }), RangeError, "no centres");
  assertThrows(() => fitKernelDmd(trials, { ...options, stepsAhead: 10 }), RangeError, "10 apart");
  assertThrows(() => fitKernelDmd(trials, { ...options, rank: 0 }), RangeError, "rank 0");
  assertThrows(() => fitKernelDmd(trials, { ...options, ridge: NaN }), RangeError, "ridge is NaN");
  const zero = { ...trials, data: new Float64Array(30) };
  assertThrows(() => fitKernelDmd(zero, options), RangeError, "zero between all centres");
});

// A damped turn in three dimensions from each start, with a quadratic term: trials of the given lengths.
function coupled(starts: Float64Array, lengths: readonly number[]): TrialSet {
  const data: number[] = [];
  lengths.forEach((length, trial) => {
    let [x, y, z] = starts.subarray(trial * 3, trial * 3 + 3);
    for (let t = 0; t < length; t++) {
      data.push(x, y, z);
      [x, y, z] = [
        0.9 * x - 0.4 * y + 0.1 * Math.sin(z + t),
        0.4 * x + 0.85 * y,
        0.7 * z + 0.2 * Math.cos(x + 0.3 * t),
      ];
    }
  });
  return {
    data: Float64Array.from(data),
    numTrials: lengths.length,
    numTime: lengths,
    numUnits: 3,
  };
}

Deno.test("fitKernelDmd() maps the present to the future, not the future to the present", () => {
  fresh((draws) => {
    const numTime = 4000, e = draws.normal(numTime, 3), data = new Float64Array(3 * numTime);
    for (let t = 0; t + 1 < numTime; t++) {
      const [x, y, z] = data.subarray(3 * t, 3 * t + 3);
      const next = [0.2 * x + 0.9 * y + 0.3 * z, 0.7 * y - 0.5 * z, -0.4 * z];
      next.forEach((value, unit) => data[3 * t + 3 + unit] = value + e[3 * t + unit]);
    }
    const trials: TrialSet = { data, numTrials: 1, numTime, numUnits: 3 };
    const centres = [5, 16, 27, 38];
    const fit = fitKernelDmd(trials, { numDelays: 1, kernel: { kind: "dot" }, centres, rank: 3 });
    const { operator } = fitHavok(trials, { numDelays: 1, rank: 3 });
    assertLess(dsa(fit.operator, operator, 3).angle, 0.01);
    assertGreater(dsa(transpose(fit.operator, 3, 3), operator, 3).angle, 0.05);
  });
});
