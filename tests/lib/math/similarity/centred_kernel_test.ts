import {
  centreKernel,
  kernelAngle,
  kernelProduct,
  rowStart,
} from "#lib/math/similarity/centred_kernel.ts";
import { visitGramRows } from "#lib/math/similarity/gram_rows.ts";
import { kernelDistance } from "#lib/math/similarity/kernel_distance.ts";
import { middleValue } from "#lib/math/similarity/middle_value.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { type Draws, fresh, plainProduct } from "../linalg/fresh.ts";

Deno.test("centreKernel() makes row sums zero, with a diagonal or without", () => {
  fresh((draws) => {
    const m = draws.integer(4, 20);
    for (const diagonal of [null, draws.normal(1, m)]) {
      const { upper, diagonal: centred } = centreKernel(
        draws.normal(1, m * (m - 1) / 2),
        diagonal,
        m,
      );
      const sums = new Float64Array(m);
      for (let i = 0; i < m; i++) {
        sums[i] += centred?.[i] ?? 0;
        for (let j = i + 1; j < m; j++) {
          const value = upper[rowStart(i, m) + j - i - 1];
          sums[i] += value;
          sums[j] += value;
        }
      }
      assertAllClose(sums, new Float64Array(m), { atol: 1e-12 }, `${m} items`);
    }
  });
  assertThrows(() => centreKernel(new Float64Array(3), null, 3), RangeError, "at least 4 items");
});

Deno.test("kernelAngle() is symmetric to the last bit and exact near 0", () => {
  fresh((draws) => {
    const m = 9;
    const [x, bump] = [draws.normal(1, 36), draws.normal(1, 36)];
    const centred = (h: number) => centreKernel(x.map((v, i) => v + h * bump[i]), null, m);
    const [k, l] = [centred(0), centred(0.5)];
    assertEquals(kernelAngle(k, l), kernelAngle(l, k));
    assertEquals(kernelProduct(k, l), kernelProduct(l, k));
    assertEquals(kernelAngle(k, centred(0)).angle, 0);
    const slope = kernelAngle(k, centred(1e-6)).angle / 1e-6;
    assertAlmostEquals(kernelAngle(k, centred(1e-9)).angle / 1e-9 / slope, 1, 1e-4);
  });
});

Deno.test("visitGramRows() gives the upper triangle of XXᵀ, over several blocks", () => {
  fresh((draws) => {
    for (const [m, p] of [[1, 3], [5, 1], [300, 7]]) {
      const data = draws.normal(m, p);
      const transposed = Float64Array.from(
        data,
        (_, at) => data[(at % m) * p + Math.floor(at / m)],
      );
      const all = plainProduct(data, transposed, m, p, m);
      let seen = 0;
      visitGramRows({ data, numItems: m, numFeatures: p }, (i, row) => {
        assertEquals(i, seen++);
        assertAllClose(row, all.subarray(i * m + i, (i + 1) * m), { atol: 1e-12 });
      });
      assertEquals(seen, m);
    }
  });
});

Deno.test("kernelDistance() is the Frobenius distance of two kernels, without cancellation", () => {
  fresh((draws) => {
    const [m, p, q] = [draws.integer(2, 12), draws.integer(1, 6), draws.integer(1, 16)];
    const [x, y] = [features(draws, m, p), features(draws, m, q)];
    let squares = 0;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) squares += (4 * dot(x, i, j) - 9 * dot(y, i, j)) ** 2;
    }
    assertAlmostEquals(kernelDistance(x, y, 2, 3) / Math.sqrt(squares), 1, 1e-12);
    assertLess(kernelDistance(x, x, 1, 1), 1e-12 * Math.sqrt(squares) + 1e-12);
  });
});

Deno.test("middleValue() is what sorting gives, for repeated and ordered values too", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 200; repeat++) {
      const n = draws.integer(1, 40);
      const most = draws.integer(0, 20);
      const values = Float64Array.from({ length: n }, () => draws.integer(0, most));
      if (repeat % 3 === 0) values.sort();
      const sorted = values.toSorted();
      const expected = 0.5 * (sorted[(n - 1) >> 1] + sorted[n >> 1]);
      assertEquals(middleValue(values.slice()), expected, `${values}`);
    }
  });
  assertThrows(() => middleValue(new Float64Array(0)), RangeError, "at least one");
});

function features(draws: Draws, numItems: number, numFeatures: number) {
  return { data: draws.normal(numItems, numFeatures), numItems, numFeatures };
}

function dot({ data, numFeatures: p }: ReturnType<typeof features>, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < p; k++) sum += data[i * p + k] * data[j * p + k];
  return sum;
}
