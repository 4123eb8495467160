// Features against the kernel that they approximate, and kernel components against kernel PCA done directly.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import { symmetricEigen } from "#lib/math/linalg/symmetric_eigen.ts";
import {
  fourierFeatures,
  kernelComponents,
  medianDistance,
} from "#lib/math/preprocessing/rbf_features.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { fresh } from "../linalg/fresh.ts";

const [m, n] = [40, 3];

function kernelOf(rows: Float64Array, lengthScale: number): Float64Array {
  return Float64Array.from({ length: m * m }, (_, at) => {
    const [i, j] = [Math.floor(at / m), at % m];
    let squares = 0;
    for (let k = 0; k < n; k++) squares += (rows[i * n + k] - rows[j * n + k]) ** 2;
    return Math.exp(-squares / (2 * lengthScale ** 2));
  });
}

Deno.test("fourierFeatures() have products near the kernel, nearer with more of them", () => {
  fresh((draws) => {
    const rows = draws.normal(m, n);
    const kernel = kernelOf(rows, 1.5);
    const errors = [200, 20000].map((numFeatures) => {
      const features = fourierFeatures(rows, m, n, {
        numFeatures,
        lengthScale: 1.5,
        seed: draws.seed,
      });
      const products = multiplyTransposeB(features, features, m, numFeatures, m);
      return Math.sqrt(products.reduce((sum, x, i) => sum + (x - kernel[i]) ** 2, 0) / m ** 2);
    });
    // The error of one product is at most of standard deviation 1/√D.
    assert(errors[0] < 3 / Math.sqrt(200) && errors[1] < 3 / Math.sqrt(20000), `${errors}`);
    assert(errors[1] < errors[0] / 3, `${errors}`);
  });
});

Deno.test("kernelComponents() with all rows as centres are kernel PCA", () => {
  fresh((draws) => {
    const rows = draws.normal(m, n);
    const options = { numCentres: m, numComponents: 5, lengthScale: 1.5, seed: 0 };
    const { scores, variances, totalVariance } = kernelComponents(rows, m, n, options);
    const kernel = kernelOf(rows, 1.5);
    const means = Float64Array.from(
      { length: m },
      (_, i) => kernel.subarray(i * m, (i + 1) * m).reduce((a, b) => a + b, 0) / m,
    );
    const mean = means.reduce((a, b) => a + b, 0) / m;
    const centred = kernel.map((x, at) => x - means[Math.floor(at / m)] - means[at % m] + mean);
    const { values, vectors } = symmetricEigen(centred, m);
    assertAllClose(variances, values.slice(0, 5).map((x) => x / m), { rtol: 1e-8 });
    assertAllClose(
      [totalVariance],
      [values.reduce((a, b) => a + Math.max(0, b), 0) / m],
      { rtol: 1e-8 },
    );
    for (let j = 0; j < 5; j++) {
      const direct = Float64Array.from(
        { length: m },
        (_, i) => Math.sqrt(values[j]) * vectors[i * m + j],
      );
      const found = Float64Array.from({ length: m }, (_, i) => scores[i * 5 + j]);
      const sign = Math.sign(direct.reduce((sum, x, i) => sum + x * found[i], 0));
      assertAllClose(found, direct.map((x) => sign * x), { atol: 1e-5 }, `component ${j}`);
    }
  });
});

Deno.test("kernelComponents() draw centres by the seed, and say when they span too little", () => {
  fresh((draws) => {
    const rows = draws.normal(m, n);
    const by = (seed: number) =>
      kernelComponents(rows, m, n, { numCentres: 10, numComponents: 3, lengthScale: 2, seed })
        .scores;
    assertEquals(by(1), by(1));
    assert(by(1).some((x, i) => x !== by(2)[i]));
  });
  const same = new Float64Array(10).fill(1);
  const options = { numCentres: 10, numComponents: 2, lengthScale: 1, seed: 0 };
  assertThrows(() => kernelComponents(same, 10, 1, options), RangeError, "10 centres span 1");
});

Deno.test("medianDistance() is the median over pairs, and wants rows that differ", () => {
  fresh((draws) => {
    const rows = draws.normal(m, n);
    const all: number[] = [];
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < i; j++) {
        all.push(
          Math.hypot(...Array.from({ length: n }, (_, k) => rows[i * n + k] - rows[j * n + k])),
        );
      }
    }
    all.sort((a, b) => a - b);
    assertAllClose([medianDistance(rows, m, n)], [all[all.length >> 1]], { rtol: 1e-12 });
  });
  assertThrows(() => medianDistance(new Float64Array(4), 4, 1), RangeError, "give a length scale");
});
