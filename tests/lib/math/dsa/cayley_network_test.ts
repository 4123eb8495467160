import { cayleyLoss, type CayleyParameters, cayleyRotation } from "#lib/math/dsa/cayley_network.ts";
import { determinant } from "#lib/math/linalg/lu.ts";
import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { fresh, orthonormality } from "../linalg/fresh.ts";

Deno.test("cayleyLoss() has the gradient that finite differences find, in all four matrices", () => {
  fresh((draws) => {
    for (const n of [1, 2, 3, 5]) {
      const matrix = () => draws.normal(n, n).map((x) => 0.5 * x);
      const parameters: CayleyParameters = [matrix(), matrix(), matrix(), matrix()];
      const [a, b] = [matrix(), matrix()];
      const { gradient } = cayleyLoss(parameters, a, b, n);
      const h = 1e-5;
      for (let m = 0; m < 4; m++) {
        for (let p = 0; p < n * n; p++) {
          const value = parameters[m][p];
          parameters[m][p] = value + h;
          const up = cayleyLoss(parameters, a, b, n).loss;
          parameters[m][p] = value - h;
          const down = cayleyLoss(parameters, a, b, n).loss;
          parameters[m][p] = value;
          const size = 1 + Math.abs(gradient[m][p]);
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
