import {
  leadingEigen,
  symmetricEigen,
  symmetricEigenvalues,
} from "#lib/math/linalg/symmetric_eigen.ts";
import {
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertThrows,
} from "@std/assert";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import {
  type Draws,
  fresh,
  largestDifference,
  orthonormality,
  orthonormalMatrix,
  rowsOf,
} from "./fresh.ts";

Deno.test("symmetricEigen() rebuilds random matrices and agrees with ml-matrix", () => {
  fresh((draws) => {
    for (const n of [1, 2, 3, 4, 7, 24, 61]) {
      const a = withSpectrum(draws, draws.normal(1, n));
      checkDecomposition(a, n, 1);
      const other = new EigenvalueDecomposition(new Matrix(rowsOf(a, n, n)), {
        assumeSymmetric: true,
      });
      const expected = Float64Array.from(other.realEigenvalues).sort().reverse();
      assertLess(largestDifference(symmetricEigen(a, n).values, expected), 1e-13 * n);
    }
  });
});

Deno.test("symmetricEigen() finds a prescribed clustered, graded or rank-deficient spectrum", () => {
  fresh((draws) => {
    const spectra = [
      Array.from({ length: 20 }, (_, i) => 1 + 1e-13 * i),
      Array.from({ length: 20 }, (_, i) => 10 ** -i),
      Array.from({ length: 20 }, (_, i) => i < 5 ? 1 + i : 0),
      Array.from({ length: 20 }, (_, i) => i % 2 === 0 ? 3 : -3),
    ];
    for (const spectrum of spectra) {
      const a = withSpectrum(draws, Float64Array.from(spectrum));
      const { values } = checkDecomposition(a, 20, Math.max(...spectrum.map(Math.abs)));
      const expected = Float64Array.from(spectrum).sort().reverse();
      assertLess(largestDifference(values, expected), 2e-14 * expected[0]);
    }
  });
});

Deno.test("symmetricEigen() is exact under scaling by powers of two, also near overflow", () => {
  fresh((draws) => {
    const a = withSpectrum(draws, draws.normal(1, 9));
    const plain = symmetricEigen(a, 9);
    for (const factor of [2 ** 900, 2 ** -900]) {
      const scaled = symmetricEigen(a.map((x) => x * factor), 9);
      assertEquals(scaled.vectors, plain.vectors);
      assertEquals(scaled.values, plain.values.map((x) => x * factor));
    }
  });
});

Deno.test("symmetricEigen() handles zero, diagonal and identity matrices and fixes signs", () => {
  assertEquals(symmetricEigen(new Float64Array(0), 0).values.length, 0);
  assertEquals(symmetricEigen(new Float64Array(9), 3).values, new Float64Array(3));
  const { values, vectors } = symmetricEigen(Float64Array.of(1, 0, 0, 0, 5, 0, 0, 0, 3), 3);
  assertEquals(values, Float64Array.of(5, 3, 1));
  assertEquals(vectors, Float64Array.of(0, 0, 1, 1, 0, 0, 0, 1, 0));
});

Deno.test("symmetricEigen() converges on matrices graded in any direction, with or without noise below", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 20; repeat++) {
      const n = draws.integer(3, 30);
      const g = draws.normal(n, n);
      const sizes = draws.normal(1, n).map((x) => 10 ** (-6 * Math.abs(x)));
      const order = [sizes, sizes.slice().sort(), sizes.slice().sort().reverse()][repeat % 3];
      const largest = Math.max(...order) ** 2;
      const graded = symmetrised(n, (i, j) => g[i * n + j] * order[i] * order[j]);
      checkDecomposition(graded, n, 10 * largest);
      const noisy = symmetrised(n, (i, j) => graded[i * n + j] + 1e-17 * g[j * n + i] * largest);
      checkDecomposition(noisy, n, 10 * largest);
      // A Gram matrix of smooth rows: eigenvalues fall to rounding within a few places.
      const gramOfDecays = symmetrised(n, (i, j) => {
        let sum = 0;
        for (let k = 0; k < 50; k++) sum += Math.exp(-0.002 * k * (i + j)) * (1 + g[0] * k * 0.01);
        return sum;
      });
      checkDecomposition(gramOfDecays, n, 500);
    }
  });
});

Deno.test("symmetricEigen() takes entries whose squares underflow for what they are: nothing", () => {
  const tiny = symmetricEigen(
    Float64Array.of(1, 1e-170, 1e-170, 1e-170, 1, 1e-170, 1e-170, 1e-170, 2),
    3,
  );
  assertEquals(tiny.values, Float64Array.of(2, 1, 1));
});

Deno.test("symmetricEigenvalues() equals the values of symmetricEigen()", () => {
  fresh((draws) => {
    const a = withSpectrum(draws, draws.normal(1, 30));
    assertLess(largestDifference(symmetricEigenvalues(a, 30), symmetricEigen(a, 30).values), 1e-13);
  });
});

Deno.test("leadingEigen() gives all values and the leading vectors, also of clusters and graded matrices", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 12; repeat++) {
      const n = draws.integer(1, 40);
      const r = draws.integer(0, n);
      const g = draws.normal(n, n);
      const sizes = draws.normal(1, n).map((x) => 10 ** (-4 * Math.abs(x)));
      const matrices = [
        symmetrised(n, (i, j) => g[i * n + j]),
        symmetrised(n, (i, j) => g[i * n + j] * sizes[i] * sizes[j]),
        symmetrised(n, (i, j) => Math.round(g[i * n + j] * 0.6)),
        symmetrised(n, (i, j) => i === j ? Math.abs(i - (n - 1) / 2) : j === i + 1 ? 1 : 0),
        symmetrised(n, () => 1),
        new Float64Array(n * n),
        withSpectrum(draws, Float64Array.from({ length: n }, (_, i) => i < 3 ? 5 - i : 0)),
      ];
      for (const [kind, a] of matrices.entries()) {
        const { values, vectors } = leadingEigen(a, n, r);
        const norm = Math.max(...a.map(Math.abs)) * n;
        assertEquals(vectors.length, n * r);
        assertLess(largestDifference(values, symmetricEigen(a, n).values), 1e-14 * norm + 1e-300);
        assertLess(orthonormality(vectors, n, r), 1e-14, `kind ${kind}, n ${n}, r ${r}`);
        for (let j = 0; j < r; j++) {
          for (let i = 0; i < n; i++) {
            let residual = -values[j] * vectors[i * r + j];
            for (let k = 0; k < n; k++) residual += a[i * n + k] * vectors[k * r + j];
            assertLess(
              Math.abs(residual),
              1e-14 * norm + 1e-300,
              `kind ${kind}, n ${n}, pair ${j}`,
            );
          }
        }
      }
    }
  });
});

Deno.test("leadingEigen() agrees with symmetricEigen() and can choose the count by the values", () => {
  fresh((draws) => {
    const spectrum = Float64Array.from({ length: 25 }, (_, i) => 2 ** -i);
    const a = withSpectrum(draws, spectrum);
    const full = symmetricEigen(a, 25);
    const some = leadingEigen(a, 25, (values) => values.filter((value) => value > 0.01).length);
    assertEquals(some.vectors.length, 25 * 7);
    for (let i = 0; i < 25; i++) {
      for (let j = 0; j < 7; j++) {
        assertLess(Math.abs(some.vectors[i * 7 + j] - full.vectors[i * 25 + j]), 1e-12);
      }
    }
    assertThrows(() => leadingEigen(a, 25, 26), RangeError, "26 vectors");
  });
});

Deno.test("symmetricEigen() refuses NaN and wrong sizes", () => {
  assertThrows(() => symmetricEigen(Float64Array.of(NaN), 1), RangeError, "must be finite");
  assertThrows(() => symmetricEigen(new Float64Array(3), 2), RangeError, "3 entries");
});

function checkDecomposition(a: Float64Array, n: number, scale: number) {
  const result = symmetricEigen(a, n);
  const { values, vectors } = result;
  assertLess(orthonormality(vectors, n, n), 1e-15 * (10 + n));
  for (let j = 0; j < n; j++) {
    if (j > 0) assertGreaterOrEqual(values[j - 1], values[j]);
    let largest = 0;
    for (let i = 0; i < n; i++) {
      let residual = -values[j] * vectors[i * n + j];
      for (let k = 0; k < n; k++) residual += a[i * n + k] * vectors[k * n + j];
      assertLess(Math.abs(residual), 4e-15 * (10 + n) * scale, `residual of pair ${j}, n ${n}`);
      if (Math.abs(vectors[i * n + j]) > Math.abs(largest)) largest = vectors[i * n + j];
    }
    assertGreater(largest, 0);
  }
  return result;
}

function symmetrised(n: number, entry: (i: number, j: number) => number): Float64Array {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) a[i * n + j] = a[j * n + i] = entry(i, j);
  }
  return a;
}

function withSpectrum(draws: Draws, spectrum: Float64Array): Float64Array {
  const n = spectrum.length;
  const q = orthonormalMatrix(draws, n, n);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += q[i * n + k] * spectrum[k] * q[j * n + k];
      a[i * n + j] = a[j * n + i] = sum;
    }
  }
  return a;
}
