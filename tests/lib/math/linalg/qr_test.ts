import { factorColumns, orthonormalColumns, upperTriangle } from "#lib/math/linalg/householder.ts";
import { qr, triangularFactor } from "#lib/math/linalg/qr.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import { assertAlmostEquals, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { Matrix, QrDecomposition } from "ml-matrix";
import { fresh, largestDifference, orthonormality, plainProduct, rowsOf } from "./fresh.ts";

Deno.test("qr() is orthonormal and triangular with non-negative diagonal, whatever shape and rank", () => {
  fresh((draws) => {
    for (const [m, n] of [[1, 1], [6, 6], [20, 7], [4, 9], [300, 11], [90, 70], [400, 33]]) {
      checkQr(draws.normal(m, n), m, n);
    }
    const column = draws.normal(12, 1);
    checkQr(Float64Array.from({ length: 36 }, (_, p) => column[Math.floor(p / 3)]), 12, 3);
    checkQr(new Float64Array(12), 4, 3);
    const a = draws.normal(9, 4);
    const plain = qr(a, 9, 4);
    const scaled = qr(a.map((x) => x * 2 ** 900), 9, 4);
    assertLess(largestDifference(scaled.q, plain.q), 1e-14);
    assertLess(largestDifference(scaled.r.map((x) => x * 2 ** -900), plain.r), 1e-13);
  });
});

function checkQr(a: Float64Array, m: number, n: number): void {
  const k = Math.min(m, n);
  const { q, r } = qr(a, m, n);
  assertEquals([q.length, r.length], [m * k, k * n]);
  assertLess(orthonormality(q, m, k), 1e-15 * (10 + m));
  assertLess(largestDifference(plainProduct(q, r, m, k, n), a), 1e-14 * (10 + m));
  for (let i = 0; i < k; i++) {
    assertGreaterOrEqual(r[i * n + i], 0);
    for (let j = 0; j < i; j++) assertEquals(r[i * n + j], 0);
  }
  assertEquals(triangularFactor(a, m, n), r);
}

Deno.test("qr() on wasm agrees with one reflector after the other, from where it is used on", () => {
  fresh((draws) => {
    for (const [m, n] of [[80, 40], [400, 16], [50, 60]]) {
      const a = draws.normal(m, n);
      // Well away from singular: R moves with the condition.
      for (let i = 0; i < Math.min(m, n); i++) a[i * n + i] += 20;
      const factor = factorColumns(transpose(a, m, n), m, n);
      const { q, r } = qr(a, m, n);
      const k = Math.min(m, n);
      assertLess(largestDifference(r, upperTriangle(factor)), 1e-11);
      assertLess(largestDifference(q, transpose(orthonormalColumns(factor), k, m)), 1e-11);
    }
  });
});

Deno.test("qr() of entries near the ends of f64 loses nothing", () => {
  fresh((draws) => {
    for (const [m, n] of [[9, 4], [80, 40]]) {
      const a = draws.normal(m, n);
      const plain = qr(a, m, n);
      for (const exponent of [-1000, -900, 900, 1000]) {
        const scaled = qr(a.map((x) => x * 2 ** exponent), m, n);
        assertLess(largestDifference(scaled.q, plain.q), 1e-13);
        assertLess(largestDifference(scaled.r.map((x) => x / 2 ** exponent), plain.r), 1e-12);
      }
    }
  });
  const smallest = qr(Float64Array.of(0, 5e-324), 2, 1);
  assertEquals([Math.abs(smallest.q[1]), smallest.r[0]], [1, 5e-324]);
});

Deno.test("triangularFactor() agrees with ml-matrix up to signs", () => {
  fresh((draws) => {
    for (const [m, n] of [[12, 5], [90, 40]]) {
      const a = draws.normal(m, n);
      const other = new QrDecomposition(new Matrix(rowsOf(a, m, n))).upperTriangularMatrix;
      const r = triangularFactor(a, m, n);
      for (let i = 0; i < n; i++) {
        const sign = Math.sign(other.get(i, i));
        for (let j = i; j < n; j++) assertAlmostEquals(r[i * n + j], sign * other.get(i, j), 1e-10);
      }
    }
  });
});
