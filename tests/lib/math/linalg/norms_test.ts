import { frobeniusNorm, innerProduct } from "#lib/math/linalg/norms.ts";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { fresh } from "./fresh.ts";

Deno.test("frobeniusNorm() neither overflows nor underflows, and innerProduct() is bilinear", () => {
  assertAlmostEquals(frobeniusNorm(Float64Array.of(3e200, 4e200)) / 5e200, 1, 1e-15);
  assertAlmostEquals(frobeniusNorm(Float64Array.of(3e-180, 4e-180)) / 5e-180, 1, 1e-15);
  assertEquals(frobeniusNorm(new Float64Array(4)), 0);
  assertEquals(frobeniusNorm(Float64Array.of(1, NaN)), NaN);
  assertEquals(frobeniusNorm(Float64Array.of(1, -Infinity)), Infinity);
  fresh((draws) => {
    const a = draws.normal(1, 11), b = draws.normal(1, 11), c = draws.normal(1, 11);
    const sum = a.map((x, i) => 2 * x + b[i]);
    assertAlmostEquals(innerProduct(sum, c), 2 * innerProduct(a, c) + innerProduct(b, c), 1e-12);
  });
});
