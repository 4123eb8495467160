import { realEigenbasis } from "#lib/math/dsa/real_eigenbasis.ts";
import { multiply } from "#lib/math/linalg/matmul.ts";
import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { fresh, largestDifference } from "../linalg/fresh.ts";
import { identity, oscillators } from "./operators.ts";

Deno.test("realEigenbasis() turns an operator into its blocks", () => {
  fresh((draws) => {
    for (const n of [1, 2, 5, 9]) {
      const a = oscillators(draws, n);
      const { blocks, vectors, inverse, errors } = realEigenbasis(a, n)!;
      assertLess(largestDifference(multiply(vectors, inverse, n, n, n), identity(n)), 1e-10);
      const seen = multiply(multiply(inverse, a, n, n, n), vectors, n, n, n);
      const expected = new Float64Array(n * n);
      for (const { re, im, column: k } of blocks) {
        expected[k * n + k] = re;
        if (im === 0) continue;
        expected.set([re, im], k * n + k);
        expected.set([-im, re], (k + 1) * n + k);
      }
      assertLess(largestDifference(seen, expected), 1e-9, `n = ${n}`);
      assertEquals(errors.length, blocks.length);
    }
  });
});

Deno.test("realEigenbasis() has none for a defective operator, and knows how well eigenvalues are known", () => {
  assertEquals(realEigenbasis(Float64Array.of(1, 1, 0, 1), 2), undefined);
  assertEquals(realEigenbasis(Float64Array.of(1, 1, 0, 1 + 1e-13), 2), undefined);
  const near = realEigenbasis(Float64Array.of(1, 1, 0, 1 + 1e-4), 2)!;
  const apart = realEigenbasis(Float64Array.of(1, 0, 0, 2), 2)!;
  assertLess(100 * apart.errors[0], near.errors[0]);
  assertAlmostEquals(apart.errors[0], apart.errors[1], 1e-20);
});
