import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { referenceMatch } from "#lib/math/dsa/reference_optimiser.ts";
import { dsa } from "#lib/math/dsa/dsa.ts";
import { determinant } from "#lib/math/linalg/lu.ts";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
} from "@std/assert";
import { fresh, orthonormality } from "../linalg/fresh.ts";
import { conjugate } from "./operators.ts";

Deno.test("referenceMatch() lowers its loss, and its rotation has the loss of the next step", () => {
  fresh((draws) => {
    const n = 4;
    const [a, b] = [draws.normal(n, n), draws.normal(n, n)].map((m) => describeOperator(m, n).unit);
    const longer = referenceMatch(a, b, n, { iterations: 61, group: "special_orthogonal" });
    const { losses, rotation, exchanged } = referenceMatch(a, b, n, {
      iterations: 60,
      group: "special_orthogonal",
    });
    assert(!exchanged);
    assertEquals(losses, longer.losses.slice(0, 60), "the same weights at every length");
    const moved = conjugate(b, rotation, n);
    const loss = moved.reduce((sum, x, p) => sum + (x - a[p]) ** 2, 0);
    assertAlmostEquals(loss, longer.losses[60], 1e-12);
    assertLess(losses[59], losses[0]);
    assertAlmostEquals(determinant(rotation, n), 1, 1e-12);
  });
});

Deno.test("referenceMatch() covers reflections by exchanging two coordinates", () => {
  // A turn against its reverse: only a reflection aligns them.
  const turn = Float64Array.of(0, -Math.SQRT1_2, Math.SQRT1_2, 0), back = turn.map((x) => -x);
  const { rotation, exchanged, losses } = referenceMatch(turn, back, 2);
  assert(exchanged);
  assertAlmostEquals(determinant(rotation, 2), -1, 1e-12);
  assertLess(losses[losses.length - 1], 1e-9);
  assertAlmostEquals(
    Math.hypot(...conjugate(back, rotation, 2).map((x, p) => x - turn[p])),
    0,
    1e-6,
  );
  fresh((draws) => {
    const n = 4; // The loss that is kept belongs to the rotation that is returned.
    const a = describeOperator(draws.normal(n, n), n).unit;
    const b = describeOperator(draws.normal(n, n), n).unit;
    const found = referenceMatch(a, b, n, { iterations: 1500 });
    assertLess(orthonormality(found.rotation, n, n), 1e-10);
    const loss = conjugate(b, found.rotation, n).reduce((sum, x, p) => sum + (x - a[p]) ** 2, 0);
    assertAlmostEquals(loss, found.losses[1499], 1e-3);
  });
});

Deno.test("dsa() with the published optimiser depends on seed and order, as that does", () => {
  fresh((draws) => {
    const n = 5;
    const [a, b] = [draws.normal(n, n), draws.normal(n, n)];
    const options = { optimiser: "reference", iterations: 20 } as const;
    const found = dsa(a, b, n, options);
    assertEquals(dsa(a, b, n, options), found);
    assertNotEquals(dsa(a, b, n, { ...options, seed: 1 }).angle, found.angle);
    assertNotEquals(dsa(b, a, n, options).angle, found.angle);
    assertEquals([found.iterations, found.numStarts], [40, 2]);
    // Identical operators are optimised too.
    assertGreater(dsa(a, a, n, options).angle, 0);
    const long = dsa(a, b, n, { optimiser: "reference", iterations: 400, learningRate: 0.01 });
    assertLess(long.angle, found.angle);
    assertLess(dsa(a, b, n).angle, long.angle + 1e-9);
  });
});
