import { assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { fitPca, projectPca } from "#lib/math/maps/pca.ts";
import { symmetricEigenvalues } from "#lib/math/linalg/symmetric_eigen.ts";
import { centreColumns, gram } from "#lib/math/linalg/gram.ts";
import { assertAllClose } from "#tests/support/close.ts";
import reference from "#tests/reference/dsa/pca.json" with { type: "json" };
import { fresh, orthonormality, withSingularValues } from "../linalg/fresh.ts";
import { representation } from "../rsa/representations.ts";

Deno.test("fitPca() and projectPca() give the stored components and scores up to sign", () => {
  for (const [name, stored] of Object.entries(reference)) {
    const { data, numItems, numFeatures } = representation(name);
    const fit = fitPca(data, numItems, numFeatures, { count: stored.components.length });
    const close = { atol: 1e-9, rtol: 1e-9 };
    assertAllClose(fit.mean, stored.mean, close, `${name} mean`);
    assertAllClose(fit.explainedVariance, stored.explained_variance, close, `${name} variance`);
    assertAllClose(fit.explainedVarianceRatio, stored.explained_variance_ratio, close);
    assertAllClose(fit.singularValues, stored.singular_values, close);
    const scores = projectPca(fit, data, numItems);
    stored.components.forEach((component, k) => {
      const largest = component.reduce((a, b) => Math.abs(b) > Math.abs(a) ? b : a);
      const sign = Math.sign(largest);
      assertAllClose(
        fit.components.subarray(k * numFeatures, (k + 1) * numFeatures),
        component.map((value) => sign * value),
        close,
        `${name} component ${k}`,
      );
      stored.scores_first5.forEach((row, i) => {
        assertAlmostEquals(scores[i * fit.numComponents + k], sign * row[k], 1e-9);
      });
    });
  }
});

Deno.test("fitPca() splits the variance of random clouds, wide and tall", () => {
  fresh((draws) => {
    const [m, p] = [draws.integer(2, 20), draws.integer(1, 20)];
    const x = draws.normal(m, p).map((value, at) => value + 3 * (at % p));
    const fit = fitPca(x, m, p);
    const k = fit.numComponents;
    assertEquals(k, Math.min(m, p));
    const rows = Float64Array.from(
      { length: p * k },
      (_, at) => fit.components[(at % k) * p + Math.floor(at / k)],
    );
    assertLess(orthonormality(rows, p, k), 1e-13);
    const total = fit.explainedVarianceRatio.reduce((sum, value) => sum + value, 0);
    assertAlmostEquals(total, 1, 1e-12);
    const eigenvalues = symmetricEigenvalues(gram(centreColumns(x, m, p), m, p), p);
    assertAllClose(
      fit.explainedVariance,
      eigenvalues.subarray(0, k).map((value) => value / (m - 1)),
      { atol: 1e-11 },
    );
    // Scores have the singular values as their lengths, and the loading of largest magnitude is positive.
    const scores = projectPca(fit, x, m);
    for (let c = 0; c < k; c++) {
      let squares = 0, largest = 0;
      for (let i = 0; i < m; i++) squares += scores[i * k + c] ** 2;
      for (let f = 0; f < p; f++) {
        const loading = fit.components[c * p + f];
        if (Math.abs(loading) > Math.abs(largest)) largest = loading;
      }
      assertAlmostEquals(Math.sqrt(squares), fit.singularValues[c], 1e-11);
      assertLess(0, largest);
    }
  });
});

Deno.test("fitPca() keeps as few components as explain a share, and sees the small ones", () => {
  fresh((draws) => {
    const x = withSingularValues(draws, 30, 6, [1, 1e-3, 1e-6, 1e-9]);
    const s = fitPca(x, 30, 6).singularValues;
    // Centring changes them, but not their sizes.
    assertLess(s[3], 1e-8);
    assertLess(1e-11, s[3]);
    assertEquals(fitPca(x, 30, 6, { share: 0.9 }).numComponents, 1);
    assertEquals(fitPca(x, 30, 6, { share: 1 - 1e-8 }).numComponents, 2);
  });
});

Deno.test("fitPca() and projectPca() refuse what has no components, in words", () => {
  assertThrows(() => fitPca(new Float64Array(4).fill(0.1), 2, 2), RangeError, "nothing varies");
  assertThrows(() => fitPca(Float64Array.of(1, 2), 1, 2), RangeError, "at least 2 × 1");
  assertThrows(() => fitPca(Float64Array.of(1, NaN), 2, 1), RangeError, "finite");
  const x = Float64Array.of(1, 2, 3, 5, 6, 9);
  assertThrows(() => fitPca(x.map((v) => 1e200 * v), 3, 2), RangeError, "common scale");
  const tiny = fitPca(x.map((v) => 1e-200 * v), 3, 2);
  assertAllClose(tiny.explainedVarianceRatio, fitPca(x, 3, 2).explainedVarianceRatio, {
    atol: 1e-12,
  });
  assertThrows(() => fitPca(x, 3, 2, { count: 3 }), RangeError, "take 1 … 2");
  assertThrows(() => projectPca(fitPca(x, 3, 2), x, 2), RangeError, "fitted to 2 features");
});
