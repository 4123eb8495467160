import { kernelAngle } from "#lib/math/similarity/centred_kernel.ts";
import { compareLinearCka, prepareLinearCka } from "#lib/math/similarity/linear_cka.ts";
import { MOST_RBF_ITEMS, prepareRbfCka } from "#lib/math/similarity/rbf_cka.ts";
import reference from "#tests/reference/dsa/rep_similarity.json" with { type: "json" };
import { assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { moved, random, type Representation, stored } from "./representations.ts";

Deno.test("prepareRbfCka() reproduces the stored pairs, to the last bit either way round", () => {
  for (const { a, b, cka_rbf } of reference.pairs) {
    for (const [bandwidth, expected] of Object.entries(cka_rbf)) {
      const [x, y] = [a, b].map((name) => prepare(stored(name), Number(bandwidth)));
      assertAlmostEquals(kernelAngle(x, y).cka, expected, 1e-13, `${a} ${b} ${bandwidth}`);
      assertEquals(kernelAngle(x, y), kernelAngle(y, x));
    }
  }
});

Deno.test("prepareRbfCka() follows the definition with HKH, and does not see rotation, scale and shift", () => {
  fresh((draws) => {
    const [x, y] = [random(draws, 15, 3), random(draws, 15, 20)];
    const [k, l] = [x, y].map((one) => centredKernel(one, 0.8));
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    const expected = dot(k, l) / Math.sqrt(dot(k, k) * dot(l, l));
    assertAlmostEquals(compare(x, y, 0.8).cka, expected, 1e-12);
    for (const scale of [1e-120, 3, 1e120]) {
      const other = moved(draws, x, { scale, width: 7 });
      assertAlmostEquals(compare(other, y, 0.8).cka, expected, 1e-11);
      assertLess(compare(other, x, 0.8).angle, 1e-11);
    }
  });
});

Deno.test("prepareRbfCka() with a wide kernel is linear CKA", () => {
  fresh((draws) => {
    const [x, y] = [random(draws, 20, 3), random(draws, 20, 4)];
    const [a, b] = [x, y].map(({ data, numFeatures }) => prepareLinearCka(data, 20, numFeatures));
    // What a Gaussian has beyond d² is of the size of its width to the power −2.
    assertAlmostEquals(compare(x, y, 1e3).cka, compareLinearCka(a, b).cka, 1e-5);
  });
});

Deno.test("prepareRbfCka() knows its median distance, and refuses what has none", () => {
  const x = { data: Float64Array.of(0, 3, 7, 15), numItems: 4, numFeatures: 1 };
  // Squares 9, 16, 49, 64, 144, 225.
  assertAlmostEquals(prepare(x, 1).medianDistance, Math.sqrt(56.5), 1e-14);
  const repeated = { ...x, data: Float64Array.of(1, 1, 1, 1, 2), numItems: 5 };
  assertThrows(() => prepare(repeated, 1), RangeError, "most pairs of the 5 items are equal");
  assertThrows(() => prepare(x, 0), RangeError, "positive");
  assertThrows(() => prepare(x, 1e8), RangeError, "nearer 1");
  // Each item sees itself alone, so that any two systems would be perfectly alike.
  assertThrows(() => prepare(x, 1e-3), RangeError, "nearer 1");
  const m = MOST_RBF_ITEMS + 1;
  const many = { data: new Float64Array(m), numItems: m, numFeatures: 1 };
  assertThrows(() => prepare(many, 1), RangeError, "4.3 GB");
});

function prepare({ data, numItems, numFeatures }: Representation, bandwidth: number) {
  return prepareRbfCka(data, numItems, numFeatures, { bandwidth });
}

function compare(a: Representation, b: Representation, bandwidth: number) {
  return kernelAngle(prepare(a, bandwidth), prepare(b, bandwidth));
}

function centredKernel({ data, numItems: m, numFeatures: p }: Representation, fraction: number) {
  const squares = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      for (let c = 0; c < p; c++) squares[i * m + j] += (data[i * p + c] - data[j * p + c]) ** 2;
    }
  }
  const upper = [...squares].filter((_, at) => at % m > Math.floor(at / m)).sort((a, b) => a - b);
  const half = upper.length / 2;
  const median = upper.length % 2 === 1 ? upper[half - 0.5] : 0.5 * (upper[half - 1] + upper[half]);
  const k = squares.map((d) => Math.exp(-d / (2 * fraction ** 2 * median)));
  const rows = Array.from({ length: m }, (_, i) =>
    k.subarray(i * m, i * m + m)
      .reduce((sum, v) => sum + v / m, 0));
  const all = rows.reduce((sum, v) => sum + v / m, 0);
  return k.map((v, at) => v - rows[Math.floor(at / m)] - rows[at % m] + all);
}
