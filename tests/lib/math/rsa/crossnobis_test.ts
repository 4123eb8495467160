import { assert, assertThrows } from "@std/assert";
import { crossnobis } from "#lib/math/rsa/crossnobis.ts";
import { noiseCovariance } from "#lib/math/rsa/noise_precision.ts";
import { rdmOf } from "#lib/math/rsa/rdm.ts";
import { averageRepeats, residualsOf } from "#lib/math/rsa/repeats.ts";
import { solve } from "#lib/math/linalg/lu.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { type Draws, fresh } from "../linalg/fresh.ts";

const folded = (draws: Draws, numItems: number, numFolds: number, numFeatures: number) => {
  const numRows = numItems * numFolds;
  return {
    data: draws.normal(numRows, numFeatures),
    numItems: numRows,
    numFeatures,
    itemOf: Int32Array.from({ length: numRows }, (_, row) => row % numItems),
    foldOf: Int32Array.from({ length: numRows }, (_, row) => Math.floor(row / numItems)),
  };
};

Deno.test("crossnobis() is the mean over folds of left-out against the others, with noise precision", () => {
  fresh((draws) => {
    const [n, folds, p] = [draws.integer(2, 6), draws.integer(2, 5), draws.integer(1, 5)];
    const rows = folded(draws, n, folds, p);
    const { data: residuals, degreesOfFreedom } = residualsOf(rows, n);
    const covariance = noiseCovariance(residuals, n * folds, p, degreesOfFreedom, { ridge: 0.3 });
    const wanted: number[] = [];
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        let sum = 0;
        for (let f = 0; f < folds; f++) {
          const here = new Float64Array(p), others = new Float64Array(p);
          for (let g = 0; g < folds; g++) {
            for (let k = 0; k < p; k++) {
              const d = rows.data[(g * n + i) * p + k] - rows.data[(g * n + j) * p + k];
              if (g === f) here[k] = d;
              else others[k] += d / (folds - 1);
            }
          }
          const weighted = solve(covariance, p, others, 1);
          for (let k = 0; k < p; k++) sum += here[k] * weighted[k] / (folds * p);
        }
        wanted.push(sum);
      }
    }
    assertAllClose(crossnobis(rows, n, folds, covariance), wanted, { atol: 1e-11, rtol: 1e-9 });
  });
});

Deno.test("crossnobis() is unbiased where the plain distance is not", () => {
  fresh((draws) => {
    // Two items that do not differ: the mean of crossnobis over 400 repetitions is 0 within 5 standard errors.
    const values = Array.from({ length: 400 }, () => crossnobis(folded(draws, 2, 3, 8), 2, 3)[0]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / 400;
    assert(Math.abs(mean) < 5 * spread, `${mean} ± ${spread}`);
    const rows = folded(draws, 2, 3, 8);
    assert(rdmOf(averageRepeats(rows, 2), "squared_euclidean")[0] > 0);
  });
});

Deno.test("crossnobis() equals the plain distance where folds agree, and refuses missing items", () => {
  fresh((draws) => {
    const once = draws.normal(4, 3);
    const rows = {
      ...folded(draws, 4, 2, 3),
      data: Float64Array.from([...once, ...once]),
    };
    assertAllClose(
      crossnobis(rows, 4, 2),
      rdmOf({ data: once, numItems: 4, numFeatures: 3 }, "squared_euclidean"),
      { rtol: 1e-14 },
    );
    const gap = { ...rows, itemOf: rows.itemOf.map((item, row) => row === 5 ? 0 : item) };
    assertThrows(() => crossnobis(gap, 4, 2), RangeError, "item 1 is not measured in fold 1");
    assertThrows(() => crossnobis(rows, 4, 1), RangeError, "at least 2 folds");
  });
});
