import { determinant, solve } from "#lib/math/linalg/lu.ts";
import { assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { determinant as otherDeterminant, Matrix } from "ml-matrix";
import { fresh, largestDifference, plainProduct, rowsOf } from "./fresh.ts";

Deno.test("solve() has a small residual for several right-hand sides", () => {
  fresh((draws) => {
    for (const n of [1, 2, 5, 40, 131]) {
      const a = draws.normal(n, n);
      const b = draws.normal(n, 3);
      const x = solve(a, n, b, 3);
      const size = Math.max(1, ...x.map(Math.abs));
      assertLess(largestDifference(plainProduct(a, x, n, n, 3), b), 1e-13 * n * size);
    }
  });
});

Deno.test("solve() pivots, and refuses singular matrices", () => {
  assertEquals(
    solve(Float64Array.of(0, 1, 1, 0), 2, Float64Array.of(1, 2), 1),
    Float64Array.of(2, 1),
  );
  const tiny = solve(Float64Array.of(1e-20, 1, 1, 1), 2, Float64Array.of(1, 2), 1);
  assertLess(largestDifference(tiny, [1, 1]), 1e-15);
  assertThrows(
    () => solve(Float64Array.of(1, 2, 2, 4), 2, Float64Array.of(1, 2), 1),
    RangeError,
    "singular",
  );
  assertThrows(() => solve(Float64Array.of(NaN), 1, Float64Array.of(1), 1), RangeError, "singular");
  assertThrows(
    () => solve(new Float64Array(4), 2, new Float64Array(3), 1),
    RangeError,
    "3 entries",
  );
});

Deno.test("determinant() agrees with ml-matrix, is multiplicative, and 0 for singular matrices", () => {
  fresh((draws) => {
    const n = 6;
    const a = draws.normal(n, n);
    const b = draws.normal(n, n);
    const det = determinant(a, n);
    assertAlmostEquals(det / otherDeterminant(new Matrix(rowsOf(a, n, n))), 1, 1e-10);
    assertAlmostEquals(
      determinant(plainProduct(a, b, n, n, n), n) / (det * determinant(b, n)),
      1,
      1e-9,
    );
  });
  assertEquals(determinant(Float64Array.of(1, 2, 2, 4), 2), 0);
  assertEquals(determinant(Float64Array.of(0, 1, 1, 0), 2), -1);
  assertEquals(determinant(new Float64Array(0), 0), 1);
});
