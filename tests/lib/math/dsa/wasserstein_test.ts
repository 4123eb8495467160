import { eigenvalueWasserstein, singularValueWasserstein } from "#lib/math/dsa/wasserstein.ts";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { conjugate, identity, orthogonal } from "./operators.ts";

Deno.test("both spectral distances are symmetric to the last bit and blind to rotation", () => {
  fresh((draws) => {
    for (const n of [1, 3, 8, 30]) {
      const [a, b] = [draws.normal(n, n), draws.normal(n, n)];
      for (const distance of [eigenvalueWasserstein, singularValueWasserstein]) {
        const there = distance(a, n, b, n);
        assertEquals(distance(b, n, a, n), there);
        const turned = conjugate(b, orthogonal(draws, n), n);
        assertAlmostEquals(distance(a, n, turned, n), there, 1e-10);
        assertAlmostEquals(distance(turned, n, b, n), 0, 1e-20);
      }
    }
  });
});

Deno.test("spectral distances do not normalise and fill up with zeros", () => {
  const a = Float64Array.of(2, 0, 0, 4), b = Float64Array.of(1);
  // Matching 4 with 1 and 2 with the added 0, or 2 with 1 and 4 with 0: the former.
  assertAlmostEquals(eigenvalueWasserstein(a, 2, b, 1), (9 + 4) / 2, 1e-13);
  assertAlmostEquals(singularValueWasserstein(b, 1, a, 2), (9 + 4) / 2, 1e-13);
  assertAlmostEquals(
    eigenvalueWasserstein(identity(2), 2, identity(2).map((x) => -x), 2),
    4,
    1e-13,
  );
  assertThrows(() => eigenvalueWasserstein(a, 2, a, 3), RangeError);
  assertThrows(() => singularValueWasserstein(new Float64Array(0), 0, b, 1), RangeError);
});
