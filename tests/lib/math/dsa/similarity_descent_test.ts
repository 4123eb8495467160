import { descendSimilarity } from "#lib/math/dsa/similarity_descent.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { identity } from "./operators.ts";

Deno.test("descendSimilarity() never rises and ends where the gradient is small", () => {
  fresh((draws) => {
    for (const n of [2, 4, 6]) {
      const [a, b] = [draws.normal(n, n), draws.normal(n, n)].map((m) => {
        const norm = Math.hypot(...m);
        return m.map((x) => x / norm);
      });
      const begin = 0.5 * a.reduce((sum, x, p) => sum + (x - b[p]) ** 2, 0);
      const few = descendSimilarity(a, b, n, identity(n), 5)!;
      const many = descendSimilarity(a, b, n, identity(n))!;
      assertLess(few.value, begin);
      assertLessOrEqual(many.value, few.value);
      assertLess(many.gradientNorm, 1e-3);
      assert(many.condition < 1e6);
    }
  });
});

Deno.test("descendSimilarity() leaves out transforms that are singular or nearly so", () => {
  const a = identity(2);
  assertEquals(descendSimilarity(a, a, 2, Float64Array.of(1, 1, 1, 1)), undefined);
  assertEquals(descendSimilarity(a, a, 2, Float64Array.of(1, 0, 0, 1e-8)), undefined);
  assertEquals(descendSimilarity(a, a, 2, Float64Array.of(2, 1, 0, 1))!.value, 0);
});
