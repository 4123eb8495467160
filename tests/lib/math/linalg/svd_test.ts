import { qr } from "#lib/math/linalg/qr.ts";
import { singularValues, svd, tallSvd } from "#lib/math/linalg/svd.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import {
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertThrows,
} from "@std/assert";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { fresh, largestDifference, orthonormality, rowsOf, withSingularValues } from "./fresh.ts";

Deno.test("svd() rebuilds random matrices of all shapes and agrees with ml-matrix", () => {
  fresh((draws) => {
    for (
      const [m, n] of [[1, 1], [2, 2], [3, 3], [9, 4], [4, 9], [31, 31], [120, 17], [1, 6], [
        90,
        40,
      ], [13, 70]]
    ) {
      const a = draws.normal(m, n);
      const s = checkSvd(a, m, n);
      const other = new SingularValueDecomposition(new Matrix(rowsOf(a, m, n)), {
        autoTranspose: true,
      });
      assertLess(largestDifference(s, other.diagonal), 1e-14 * s[0] * Math.max(m, n));
    }
  });
});

Deno.test("svd() finds prescribed singular values with relative error eps·σ₁/σ down to 1e-14", () => {
  fresh((draws) => {
    const s = Float64Array.from({ length: 15 }, (_, i) => 10 ** -i);
    for (const m of [15, 80, 900]) {
      const found = checkSvd(withSingularValues(draws, m, 15, s), m, 15);
      for (let i = 0; i < 15; i++) assertLess(Math.abs(found[i] - s[i]), 2e-15, `σ ${s[i]}`);
    }
  });
});

Deno.test("svd() keeps relative accuracy when columns are scaled over forty orders", () => {
  fresh((draws) => {
    for (const [m, n] of [[30, 12], [9, 9], [25, 25], [300, 24]]) {
      const q = draws.normal(m, n);
      const step = 44 / (n - 1);
      const a = q.map((x, p) => x * 10 ** (-step * (p % n)));
      const s = checkSvd(a, m, n);
      // The determinant of AᵀA scales exactly: Π s = Π of the unscaled values · Π scales.
      const plain = singularValues(q, m, n);
      let ratio = 0;
      for (let i = 0; i < n; i++) ratio += Math.log(s[i] / plain[i]) + step * i * Math.LN10;
      assertLess(Math.abs(ratio), 1e-11);
      // Rows scaled instead: the transposed problem.
      assertLess(relativeDifference(singularValues(transpose(a, m, n), n, m), s), 1e-11);
    }
  });
});

Deno.test("svd() keeps columns apart whose squares underflow beside the others", () => {
  fresh((draws) => {
    for (const [m, n] of [[9, 3], [3, 3], [40, 15], [15, 15], [700, 15]]) {
      const order = (p: number) => (7 * (p % n) % n) % 3;
      const a = draws.normal(m, n).map((x, p) => x * [1, 1e-90, 1e-180][order(p)]);
      const s = checkSvd(a, m, n);
      const plain = singularValues(a.map((x, p) => x * [1, 1e90, 1e180][order(p)]), m, n);
      let ratio = 0;
      for (let i = 0; i < n; i++) ratio += Math.log(s[i] / plain[i]) + 90 * order(i) * Math.LN10;
      assertLess(Math.abs(ratio), 1e-10);
      assertLess(relativeDifference(singularValues(a, m, n), s), 1e-12);
    }
  });
});

Deno.test("svd() has orthonormal factors for rank-deficient, zero and repeated spectra", () => {
  fresh((draws) => {
    const low = checkSvd(withSingularValues(draws, 40, 25, [3, 2, 1]), 40, 25);
    assertLess(low[3], 1e-14);
    checkSvd(withSingularValues(draws, 20, 10, new Array(10).fill(1)), 20, 10);
    checkSvd(new Float64Array(35), 7, 5);
    checkSvd(new Float64Array(35), 5, 7);
    checkSvd(new Float64Array(20 * 14), 20, 14);
    checkSvd(withSingularValues(draws, 30, 30, new Array(30).fill(1)), 30, 30);
    checkSvd(draws.normal(30, 18).map((x, p) => p % 18 < 9 ? x : 0), 30, 18);
    checkSvd(draws.normal(24, 16).map((x, p) => Math.floor(p / 16) % 3 === 0 ? x : 0), 24, 16);
    const duplicate = draws.normal(10, 1);
    checkSvd(Float64Array.from({ length: 40 }, (_, p) => duplicate[p >> 2]), 10, 4);
  });
});

Deno.test("svd() is exact under scaling by powers of two, also where squares would overflow", () => {
  fresh((draws) => {
    const a = draws.normal(8, 5);
    const plain = svd(a, 8, 5);
    for (const factor of [2 ** 900, 2 ** -900]) {
      const scaled = svd(a.map((x) => x * factor), 8, 5);
      assertEquals(scaled.u, plain.u);
      assertEquals(scaled.s, plain.s.map((x) => x * factor));
      assertEquals(singularValues(a.map((x) => x * factor), 8, 5), scaled.s);
    }
  });
});

Deno.test("tallSvd() to absolute accuracy has the same values to eps·σ₁, and the leading vectors that are wanted", () => {
  fresh((draws) => {
    for (const [m, n] of [[5, 5], [40, 20], [30, 30], [600, 20]]) {
      const values = Float64Array.from({ length: n }, (_, i) => 10 ** (-15 * i / n));
      const a = withSingularValues(draws, m, n, values);
      const wanted = (s: Float64Array) => s.filter((x) => x > 1e-8).length;
      const { left, s, right } = tallSvd(a, m, n, { numLeft: wanted, accuracy: "absolute" });
      assertLess(largestDifference(s, values), 1e-15 * (10 + n));
      const r = wanted(s);
      assertEquals([left.length, right.length], [m * r, n * n]);
      assertLess(orthonormality(left, m, r), 1e-15 * (10 + m));
      assertLess(orthonormality(right, n, n), 1e-15 * (10 + n));
      for (let j = 0; j < r; j++) {
        for (let i = 0; i < m; i++) {
          let residual = -s[j] * left[i * r + j];
          for (let k = 0; k < n; k++) residual += a[i * n + k] * right[k * n + j];
          assertLess(Math.abs(residual), 1e-15 * (10 + n));
        }
      }
    }
    assertThrows(() => tallSvd(new Float64Array(2), 1, 2), RangeError, "fewer rows");
    assertThrows(() => tallSvd(new Float64Array(2), 2, 1, { numLeft: 2 }), RangeError, "2 left");
  });
});

Deno.test("svd() takes entries of 1e±150 in no order: factors orthonormal, the matrix rebuilt", () => {
  fresh((draws) => {
    for (const n of [3, 7, 14, 26]) {
      // Nothing is left of relative accuracy, but laws hold.
      const a = draws.normal(n, n).map((x, p) => x * 10 ** (150 * (((p * 7919) % 13) / 6 - 1)));
      checkSvd(a, n, n);
    }
  });
});

Deno.test("singularValues() equals svd().s, for the matrix and its transpose", () => {
  fresh((draws) => {
    const a = draws.normal(23, 11);
    const { s } = svd(a, 23, 11);
    assertLess(largestDifference(singularValues(a, 23, 11), s), 1e-14 * s[0]);
    assertLess(largestDifference(singularValues(transpose(a, 23, 11), 11, 23), s), 1e-14 * s[0]);
  });
});

Deno.test("svd() refuses infinite entries and wrong sizes", () => {
  assertThrows(() => svd(Float64Array.of(Infinity), 1, 1), RangeError, "must be finite");
  assertThrows(() => singularValues(new Float64Array(5), 2, 3), RangeError, "5 entries");
});

function checkSvd(a: Float64Array, m: number, n: number): Float64Array {
  const { u, s, v } = svd(a, m, n);
  const k = Math.min(m, n);
  assertEquals([u.length, s.length, v.length], [m * k, k, n * k]);
  assertLess(orthonormality(u, m, k), 1e-15 * (10 + m), "U");
  assertLess(orthonormality(v, n, k), 1e-15 * (10 + n), "V");
  for (let i = 1; i < k; i++) assertGreaterOrEqual(s[i - 1], s[i]);
  const rebuilt = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < k; p++) rebuilt[i * n + j] += u[i * k + p] * s[p] * v[j * k + p];
    }
  }
  assertGreaterOrEqual(2e-15 * (5 + k) * s[0], largestDifference(rebuilt, a));
  for (let j = 0; j < k; j++) {
    let largest = 0;
    for (let i = 0; i < n; i++) {
      if (Math.abs(v[i * k + j]) > Math.abs(largest)) largest = v[i * k + j];
    }
    assertGreater(largest, 0);
  }
  return s;
}

function relativeDifference(a: Float64Array, b: Float64Array): number {
  return largestDifference(a.map((x, i) => x / b[i]), new Float64Array(a.length).fill(1));
}

Deno.test("svd() and singularValues() keep relative accuracy of columns whose squares underflow beside others", () => {
  fresh((draws) => {
    for (const [m, n] of [[4, 4], [9, 4], [9, 9], [60, 9]]) {
      // Columns this far apart are as good as orthogonal to those before them: singular values are R's diagonal.
      const factor = 2 ** -100;
      const a = draws.normal(m, n);
      const { r } = qr(a, m, n);
      const scaled = a.map((x, p) => x * factor ** (p % n));
      for (const found of [svd(scaled, m, n).s, singularValues(scaled, m, n)]) {
        for (let j = 0; j < n; j++) {
          const expected = Math.abs(r[j * n + j]) * factor ** j;
          assertLess(Math.abs(found[j] / expected - 1), 1e-12, `${m}×${n}, value ${j}`);
        }
      }
    }
  });
});
