import { realSchur } from "#lib/math/linalg/real_schur.ts";
import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { fresh, largestDifference, orthonormality } from "./fresh.ts";
import { conjugate, identity, orthogonal, withTranspose } from "../dsa/operators.ts";

function check(a: Float64Array, n: number, label: string): void {
  const { t, z } = realSchur(a, n);
  const size = Math.max(1, ...a.map(Math.abs));
  assertLess(orthonormality(z, n, n), 1e-13, label);
  assertLess(largestDifference(conjugate(t, z, n), a), 1e-14 * n * size, label);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i - 1; j++) assertEquals(t[i * n + j], 0, label);
    if (i === 0 || t[i * n + i - 1] === 0) continue;
    assertEquals(t[i * n + i], t[(i - 1) * n + i - 1], label);
    assertLess(t[i * n + i - 1] * t[(i - 1) * n + i], 0, `${label}: complex eigenvalues`);
    if (i > 1) assertEquals(t[(i - 1) * n + i - 2], 0, `${label}: blocks apart`);
  }
}

Deno.test("realSchur() is an orthogonal similarity to standard quasi triangular form", () => {
  fresh((draws) => {
    for (const n of [1, 2, 3, 4, 7, 20, 45]) {
      check(draws.normal(n, n), n, `normal, n = ${n}`);
      check(withTranspose(draws, n, 1), n, `symmetric, n = ${n}`);
      check(withTranspose(draws, n, -1), n, `skew, n = ${n}`);
      check(orthogonal(draws, n), n, `orthogonal, n = ${n}`);
    }
  });
});

Deno.test("realSchur() ends on zero, defective and cyclic matrices", () => {
  for (const n of [2, 5, 9]) {
    check(new Float64Array(n * n), n, "zero");
    check(identity(n).map((_, p) => p % n === Math.floor(p / n) + 1 ? 1 : 0), n, "shift up");
    check(identity(n).map((_, p) => p % n === Math.floor(p / n) - 1 ? 1 : 0), n, "shift down");
    check(identity(n).map((_, p) => p % n === (Math.floor(p / n) + 1) % n ? 1 : 0), n, "cycle");
  }
  assertThrows(() => realSchur(Float64Array.of(NaN), 1), RangeError);
});
