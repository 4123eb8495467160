import { randomStream } from "#lib/core/random.ts";
import { hop } from "#lib/math/dsa/hop.ts";
import { determinant } from "#lib/math/linalg/lu.ts";
import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { fresh, orthonormality } from "../linalg/fresh.ts";
import { orthogonal } from "./operators.ts";

Deno.test("hop() keeps rows, orthogonality and padding, and the determinant where asked", () => {
  fresh((draws) => {
    const stream = randomStream(draws.seed, "test");
    for (const n of [2, 3, 5, 10]) {
      const stride = n + (n & 1);
      const c = orthogonal(draws, n);
      for (const [index, proper] of [[0, true], [1, true], [0, false], [1, false]] as const) {
        const padded = new Float64Array(stride * stride).fill(7);
        for (let i = 0; i < n; i++) padded.set(c.subarray(i * n, i * n + n), i * stride);
        const before = padded.slice();
        hop(padded, n, stride, stream, index, proper);
        const out = new Float64Array(n * n);
        for (let i = 0; i < n; i++) out.set(padded.subarray(i * stride, i * stride + n), i * n);
        assertLess(orthonormality(out, n, n), 1e-13);
        const flipped = !proper && index === 0 ? -1 : 1;
        assertAlmostEquals(determinant(out, n) / determinant(c, n), flipped, 1e-12);
        const same = [...before.keys()].filter((p) => padded[p] === before[p]).length;
        const moved = Math.max(2, Math.round(0.6 * n));
        assertEquals(
          same,
          stride * stride - moved * n,
          `n = ${n}: other rows and the padding stay`,
        );
      }
    }
  });
});

Deno.test("hop() does nothing in one dimension", () => {
  const c = Float64Array.of(1, 0, 0, 1);
  hop(c, 1, 2, randomStream(1, "test"), 0, false);
  assert(c.every((x, p) => x === [1, 0, 0, 1][p]));
});
