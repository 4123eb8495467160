// Binning, smoothing, scaling, monomials and grid cells of rows against the plainest way.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { binRows } from "#lib/math/preprocessing/bin_rows.ts";
import { smoothRows } from "#lib/math/preprocessing/gaussian_smoothing.ts";
import { oneHotBins } from "#lib/math/preprocessing/one_hot_bins.ts";
import { monomials, polynomialFeatures } from "#lib/math/preprocessing/polynomial_features.ts";
import { scaleColumns } from "#lib/math/preprocessing/scale_columns.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { fresh } from "../linalg/fresh.ts";

Deno.test("binRows() averages windows that may overlap, and drops what fills none", () => {
  fresh((draws) => {
    const [rows, width, step] = [draws.integer(9, 30), draws.integer(2, 6), draws.integer(1, 6)];
    const data = draws.normal(rows, 2);
    const found = binRows(data, rows, 2, { width, step });
    const expected: number[] = [];
    for (let from = 0; from + width <= rows; from += step) {
      for (const unit of [0, 1]) {
        let sum = 0;
        for (let t = from; t < from + width; t++) sum += data[2 * t + unit];
        expected.push(sum / width);
      }
    }
    assertAllClose(found, expected, { atol: 1e-14 });
  });
  assertThrows(
    () => binRows(new Float64Array(4), 4, 1, { width: 5, step: 1 }),
    RangeError,
    "width 5",
  );
});

Deno.test("smoothRows() weighs by a Gaussian, keeps constants, and causally sees no future", () => {
  fresh((draws) => {
    const [rows, sigma] = [25, 1.7];
    const data = draws.normal(rows, 2);
    for (const causal of [false, true]) {
      const found = smoothRows(data, rows, 2, { sigma, causal });
      const t = draws.integer(0, rows - 1);
      let [sum, total] = [0, 0];
      for (let s = 0; s < rows; s++) {
        if (Math.abs(s - t) > 7 || (causal && s > t)) continue;
        const weight = Math.exp(-0.5 * ((s - t) / sigma) ** 2);
        sum += weight * data[2 * s + 1];
        total += weight;
      }
      assertAllClose([found[2 * t + 1]], [sum / total], { atol: 1e-13 });
    }
    const later = data.slice();
    later.fill(9, 2 * 10);
    const [a, b] = [data, later].map((x) => smoothRows(x, rows, 2, { sigma, causal: true }));
    assertEquals(a.subarray(0, 20), b.subarray(0, 20));
  });
  assertAllClose(smoothRows(new Float64Array(8).fill(3), 8, 1, { sigma: 2 }), Array(8).fill(3), {
    rtol: 1e-14,
  });
  assertThrows(() => smoothRows(new Float64Array(8), 8, 1, { sigma: 0 }), RangeError, "sigma");
});

Deno.test("scaleColumns() gives mean 0 and, if wanted, standard deviation 1 over all rows", () => {
  fresh((draws) => {
    const data = draws.normal(30, 3).map((x, i) => 5 * x + i % 3);
    const scaled = scaleColumns(data, 30, 3, { scale: true });
    const centred = scaleColumns(data, 30, 3);
    for (let j = 0; j < 3; j++) {
      const column = Array.from({ length: 30 }, (_, i) => scaled[3 * i + j]);
      const mean = column.reduce((a, b) => a + b, 0) / 30;
      assertAllClose([mean, column.reduce((a, x) => a + x * x, 0) / 30], [0, 1], { atol: 1e-12 });
      assertAllClose([centred[3 + j] - centred[j]], [data[3 + j] - data[j]], { atol: 1e-12 });
    }
  });
});

Deno.test("polynomialFeatures() are all monomials, each once", () => {
  assertEquals(monomials(3, 3).length, 3 + 6 + 10);
  assertEquals(new Set(monomials(4, 3).map(String)).size, 34);
  fresh((draws) => {
    const [x, y] = draws.normal(1, 2);
    assertAllClose(
      polynomialFeatures(Float64Array.of(x, y), 1, 2, 3),
      [x, y, x * x, x * y, y * y, x ** 3, x * x * y, x * y * y, y ** 3],
      { rtol: 1e-14 },
    );
  });
  assertThrows(() => monomials(100, 4), RangeError, "are 4598125, more than 4096");
});

Deno.test("oneHotBins() marks one cell of the grid for each row", () => {
  fresh((draws) => {
    const data = draws.normal(50, 2);
    const found = oneHotBins(data, 50, 2, 4);
    for (let row = 0; row < 50; row++) {
      const cells = found.subarray(row * 16, (row + 1) * 16);
      assertEquals(cells.reduce((a, b) => a + b, 0), 1);
    }
    const columns = [0, 1].map((j) => Array.from({ length: 50 }, (_, i) => data[2 * i + j]));
    const highest = columns[0].indexOf(Math.max(...columns[0]));
    assert(found.subarray(highest * 16 + 12, highest * 16 + 16).includes(1));
  });
  assertThrows(() => oneHotBins(new Float64Array(14), 2, 7, 4), RangeError, "16384 cells");
});
