import { qr, triangularFactor } from "#lib/math/linalg/qr.ts";
import { assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { fresh, largestDifference, orthonormality, plainProduct } from "./fresh.ts";

Deno.test("qr() is orthonormal and triangular with non-negative diagonal, whatever shape and rank", () => {
  fresh((draws) => {
    for (const [m, n] of [[1, 1], [6, 6], [20, 7], [4, 9], [300, 11]]) {
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
