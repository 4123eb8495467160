import {
  cayleyLoss,
  type CayleyParameters,
  cayleyRotation,
  freeLoss,
  freeTransform,
} from "#lib/math/dsa/cayley_network.ts";
import { determinant, solve } from "#lib/math/linalg/lu.ts";
import { multiply } from "#lib/math/linalg/matmul.ts";
import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { fresh, orthonormality } from "../linalg/fresh.ts";
import { identity } from "./operators.ts";

for (const [name, lossOf] of Object.entries({ cayleyLoss, freeLoss })) {
  Deno.test(`${name}() has the gradient that finite differences find, in all four matrices`, () => {
    fresh((draws) => {
      for (const n of [1, 2, 3, 5]) {
        // Near the identity, so that X is well conditioned.
        const matrix = (diagonal: number) =>
          draws.normal(n, n).map((x, p) => 0.2 * x + (p % (n + 1) === 0 ? diagonal : 0));
        const parameters: CayleyParameters = [matrix(1), matrix(1), matrix(1), matrix(1)];
        const [a, b] = [matrix(0), matrix(0)];
        const { gradient } = lossOf(parameters, a, b, n);
        const h = 1e-5;
        for (let m = 0; m < 4; m++) {
          for (let p = 0; p < n * n; p++) {
            const value = parameters[m][p];
            parameters[m][p] = value + h;
            const up = lossOf(parameters, a, b, n).loss;
            parameters[m][p] = value - h;
            const down = lossOf(parameters, a, b, n).loss;
            parameters[m][p] = value;
            // Differences are off by the third derivative, which grows with the gradient's own size.
            const size = 1 + Math.hypot(...gradient.flatMap((g) => [...g])) ** 2;
            assertAlmostEquals(
              (up - down) / (2 * h),
              gradient[m][p],
              1e-6 * size,
              `${n}: ${m}, ${p}`,
            );
          }
        }
      }
    });
  });
}

Deno.test("freeLoss() is 0 where X moves B onto A", () => {
  fresh((draws) => {
    const n = 4;
    const parameters = [0, 1, 2, 3].map(() => draws.normal(n, n)) as unknown as CayleyParameters;
    const b = draws.normal(n, n);
    const c = freeTransform(parameters, n);
    const moved = multiply(multiply(c, b, n, n, n), solve(c, n, identity(n), n), n, n, n);
    assertLess(freeLoss(parameters, moved, b, n).loss, 1e-12);
    assertEquals(freeLoss(parameters, moved, b, n).rotation, c);
  });
});

Deno.test("cayleyRotation() is a proper rotation", () => {
  fresh((draws) => {
    const n = 6;
    const parameters = [0, 1, 2, 3].map(() => draws.normal(n, n));
    const c = cayleyRotation(parameters as unknown as CayleyParameters, n);
    assertLess(orthonormality(c, n, n), 1e-12);
    assertAlmostEquals(determinant(c, n), 1, 1e-12);
    assertEquals(cayleyLoss(parameters as unknown as CayleyParameters, c, c, n).rotation, c);
  });
});
