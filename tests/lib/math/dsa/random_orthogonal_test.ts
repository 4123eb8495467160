import { randomStream } from "#lib/core/random.ts";
import { randomOrthogonal } from "#lib/math/dsa/random_orthogonal.ts";
import { determinant } from "#lib/math/linalg/lu.ts";
import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { orthonormality } from "../linalg/fresh.ts";

Deno.test("randomOrthogonal() has the determinant asked for and depends on the index alone", () => {
  const stream = randomStream(5, "tests/rotations");
  for (const n of [1, 2, 5, 10]) {
    for (const det of [1, -1] as const) {
      const q = randomOrthogonal(stream, 3, n, det);
      assertLess(orthonormality(q, n, n), 1e-14);
      assertAlmostEquals(determinant(q, n), det, 1e-13);
      assertEquals(randomOrthogonal(stream, 3, n, det), q);
    }
  }
});

Deno.test("randomOrthogonal() has no preferred direction", () => {
  // Over the Haar measure every entry has mean 0 and mean square 1/n.
  const n = 3, count = 2000;
  const mean = new Float64Array(n * n), square = new Float64Array(n * n);
  const stream = randomStream(6, "tests/rotations");
  for (let k = 0; k < count; k++) {
    randomOrthogonal(stream, k, n, k % 2 ? 1 : -1).forEach((x, p) => {
      mean[p] += x / count;
      square[p] += x * x / count;
    });
  }
  for (let p = 0; p < n * n; p++) {
    assertAlmostEquals(mean[p], 0, 0.06);
    assertAlmostEquals(square[p], 1 / n, 0.04);
  }
});
