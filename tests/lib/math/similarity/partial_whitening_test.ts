import { compareCca, prepareCca } from "#lib/math/similarity/cca.ts";
import { whitenPartially } from "#lib/math/similarity/partial_whitening.ts";
import { compareProcrustes, prepareProcrustes } from "#lib/math/similarity/procrustes.ts";
import { assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { moved, random, type Representation } from "./representations.ts";

Deno.test("whitenPartially() goes from Procrustes to canonical correlations, and keeps the variance", () => {
  fresh((draws) => {
    const [x, y] = [random(draws, 40, 4), random(draws, 40, 6)];
    const shape = prepareProcrustes(x.data, 40, 4);
    assertEquals(whitenPartially(shape, 1), shape);
    for (const alpha of [0, 0.3, 0.8]) {
      assertAlmostEquals(whitenPartially(shape, alpha).norm / shape.norm, 1, 1e-13);
    }
    const canonical = compareCca(prepareCca(x.data, 40, 4), prepareCca(y.data, 40, 6));
    assertAlmostEquals(compare(x, y, 0).angle, canonical.angle, 1e-12);
    const angles = [1, 0.999, 0.5, 0.001, 0].map((alpha) => compare(x, y, alpha).angle);
    assertLess(Math.abs(angles[1] - angles[0]), 0.02);
    assertAlmostEquals(angles[3], angles[4], 0.2);
  });
});

Deno.test("whitenPartially() in its own scale does not see the states' scale, as they are it does", () => {
  fresh((draws) => {
    const [x, y] = [random(draws, 30, 4), random(draws, 30, 40)];
    const bigger = moved(draws, x, { scale: 50 });
    for (const alpha of [0, 0.2, 0.7]) {
      const { angle } = compare(x, y, alpha, true);
      assertAlmostEquals(compare(bigger, y, alpha, true).angle, angle, 1e-10);
    }
    assertLess(1e-6, Math.abs(compare(bigger, y, 0.2).angle - compare(x, y, 0.2).angle));
  });
});

Deno.test("whitenPartially() leaves directions without content as they are", () => {
  fresh((draws) => {
    const x = random(draws, 20, 3);
    const wide = moved(draws, x, { width: 8 });
    for (const alpha of [0, 0.5]) assertLess(compare(x, wide, alpha).angle, 1e-10);
  });
  const x = prepareProcrustes(Float64Array.of(1, 2, 4), 3, 1);
  assertThrows(() => whitenPartially(x, 1.5), RangeError, "[0, 1]");
});

function compare(a: Representation, b: Representation, alpha: number, unitScale = false) {
  const [x, y] = [a, b].map(({ data, numItems, numFeatures }) =>
    whitenPartially(prepareProcrustes(data, numItems, numFeatures), alpha, { unitScale })
  );
  return compareProcrustes(x, y);
}
