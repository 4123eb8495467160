import { cholesky, choleskySolve } from "#lib/math/linalg/cholesky.ts";
import { gram } from "#lib/math/linalg/gram.ts";
import { solve } from "#lib/math/linalg/lu.ts";
import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { fresh, largestDifference, plainProduct } from "./fresh.ts";

Deno.test("cholesky() rebuilds a Gram matrix; choleskySolve() agrees with solve()", () => {
  fresh((draws) => {
    for (const n of [1, 4, 30, 90]) {
      const a = gram(draws.normal(n + 5, n), n + 5, n);
      const l = cholesky(a, n)!;
      const lt = Float64Array.from({ length: n * n }, (_, p) => l[(p % n) * n + Math.floor(p / n)]);
      assertLess(largestDifference(plainProduct(l, lt, n, n, n), a), 1e-13 * (n + 5));
      const b = draws.normal(n, 2);
      const x = choleskySolve(a, n, b, 2);
      assertLess(largestDifference(plainProduct(a, x, n, n, 2), b), 1e-11);
      assertLess(largestDifference(x, solve(a, n, b, 2)), 1e-9);
    }
  });
});

Deno.test("cholesky() returns null for indefinite or NaN matrices and choleskySolve() throws", () => {
  assertEquals(cholesky(Float64Array.of(1, 0, 0, -1), 2), null);
  assertEquals(cholesky(Float64Array.of(NaN), 1), null);
  assertThrows(() => choleskySolve(new Float64Array(1), 1, new Float64Array(1)), RangeError);
});
