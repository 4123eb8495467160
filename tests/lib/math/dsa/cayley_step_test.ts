import { cayleyStep } from "#lib/math/dsa/cayley_step.ts";
import { solve } from "#lib/math/linalg/lu.ts";
import { assertEquals, assertLess } from "@std/assert";
import { fresh, largestDifference, orthonormality, plainProduct } from "../linalg/fresh.ts";
import { identity, orthogonal, withTranspose } from "./operators.ts";

Deno.test("cayleyStep() is (I − W)⁻¹ (I + W) C and keeps C orthogonal, for small and large W", () => {
  fresh((draws) => {
    for (const n of [2, 4, 6, 10, 24]) {
      for (const size of [1e-8, 0.1, 1, 30]) {
        const w = withTranspose(draws, n, -1).map((x) => size * x);
        const c = orthogonal(draws, n);
        const one = identity(n);
        const plus = plainProduct(one.map((x, p) => x + w[p]), c, n, n, n);
        const expected = solve(one.map((x, p) => x - w[p]), n, plus, n);
        const out = new Float64Array(n * n);
        cayleyStep(w, c, n, new Float64Array(2 * n * n), out);
        assertLess(largestDifference(out, expected), 1e-12, `n = ${n}, size ${size}`);
        assertLess(orthonormality(out, n, n), 1e-12, `n = ${n}, size ${size}`);
        cayleyStep(w, c, n, new Float64Array(2 * n * n), c);
        assertEquals(c, out, "in place");
      }
    }
  });
});
