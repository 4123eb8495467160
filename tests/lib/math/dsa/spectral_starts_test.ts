import { randomStream } from "#lib/core/random.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { spectralStarts } from "#lib/math/dsa/spectral_starts.ts";
import { fromFrames } from "#lib/math/dsa/starts.ts";
import { determinant } from "#lib/math/linalg/lu.ts";
import { assertAlmostEquals, assertLess, assertNotEquals } from "@std/assert";
import { fresh, largestDifference, orthonormality } from "../linalg/fresh.ts";
import { conjugate, orthogonal } from "./operators.ts";

Deno.test("spectralStarts() of conjugate operators lead from one to the other as they are", () => {
  fresh((draws) => {
    for (const n of [2, 3, 7]) {
      const a = draws.normal(n, n);
      const [x, y] = [a, conjugate(a, orthogonal(draws, n), n)].map((m) => describeOperator(m, n));
      const start = spectralStarts(x, y, false, randomStream(draws.seed, "test"));
      for (const index of [0, 1, 5]) {
        const c = fromFrames(x, y, start(index));
        assertLess(largestDifference(conjugate(y.unit, c, n), x.unit), 1e-8, `n = ${n}`);
      }
    }
  });
});

Deno.test("spectralStarts() are orthogonal, differ from one another, and are proper where asked", () => {
  fresh((draws) => {
    const n = 5;
    const [x, y] = [draws.normal(n, n), draws.normal(n, n)].map((m) => describeOperator(m, n));
    const start = spectralStarts(x, y, true, randomStream(draws.seed, "test"));
    for (let index = 0; index < 8; index++) {
      const c = fromFrames(x, y, start(index));
      assertLess(orthonormality(c, n, n), 1e-12);
      assertAlmostEquals(determinant(c, n), 1, 1e-12);
    }
    assertNotEquals(start(0), start(1));
  });
});
