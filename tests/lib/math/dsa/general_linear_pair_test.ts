import { compareOperators } from "#lib/math/dsa/dsa.ts";
import { compareGeneralLinear } from "#lib/math/dsa/general_linear_pair.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { solve } from "#lib/math/linalg/lu.ts";
import { multiply } from "#lib/math/linalg/matmul.ts";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { conjugate, identity, orthogonal, oscillators } from "./operators.ts";

Deno.test("compareGeneralLinear() is symmetric to the last bit and at most the orthogonal angle", () => {
  fresh((draws) => {
    for (const n of [1, 2, 5]) {
      const [a, b] = [oscillators(draws, n), draws.normal(n, n)].map((m) => describeOperator(m, n));
      const there = compareGeneralLinear(a, b), back = compareGeneralLinear(b, a);
      for (const name of ["angle", "euclidean", "lowerBound", "condition", "iterations"] as const) {
        assertEquals(back[name], there[name], `${name}, n = ${n}`);
      }
      assertEquals(compareGeneralLinear(a, b), there, "and repeatable");
      assertLessOrEqual(there.angle, compareOperators(a, b).angle + 1e-12);
      assertLessOrEqual(there.lowerBound, there.angle);
      assertEquals(there.gap, there.angle - there.lowerBound);
      assertAlmostEquals(2 * Math.sin(there.angle / 2), Math.min(2, there.euclidean), 1e-12);
    }
  });
});

Deno.test("compareGeneralLinear() of an operator and its rotated copy is 0", () => {
  fresh((draws) => {
    for (const n of [2, 5, 9]) {
      const a = draws.normal(n, n);
      const [x, y] = [a, conjugate(a, orthogonal(draws, n), n)].map((m) => describeOperator(m, n));
      const { angle, condition } = compareGeneralLinear(x, y, { effort: "pruned" });
      assertLess(angle, 1e-9);
      assert(condition >= 1 - 1e-9);
      assertEquals(compareGeneralLinear(x, x).angle, 0);
    }
  });
});

Deno.test("compareGeneralLinear() gives the C that moves the second operator, in the order given", () => {
  fresh((draws) => {
    const n = 3;
    const [a, b] = [draws.normal(n, n), draws.normal(n, n)].map((m) => describeOperator(m, n));
    for (const [x, y] of [[a, b], [b, a]]) {
      const { rotation: c, euclidean } = compareGeneralLinear(x, y, { asPublished: true });
      const moved = multiply(multiply(c, y.unit, n, n, n), solve(c, n, identity(n), n), n, n, n);
      assertAlmostEquals(Math.hypot(...moved.map((v, p) => v - x.unit[p])), euclidean, 1e-9);
    }
  });
});

Deno.test("compareGeneralLinear() as published keeps the norm of B, so that its cosine may exceed 1", () => {
  fresh((draws) => {
    const n = 4;
    const a = describeOperator(oscillators(draws, n), n);
    const b = describeOperator(oscillators(draws, n), n);
    const published = compareGeneralLinear(a, b, { asPublished: true });
    const c = published.rotation;
    const moved = multiply(multiply(c, b.unit, n, n, n), solve(c, n, identity(n), n), n, n, n);
    const cosine = moved.reduce((sum, x, p) => sum + x * a.unit[p], 0);
    assertAlmostEquals(published.angle, Math.acos(Math.max(-1, Math.min(1, cosine))), 1e-7);
    assertEquals(published.lowerBound, 0);
    assertLessOrEqual(published.euclidean, compareGeneralLinear(a, b).euclidean + 1e-12);
  });
  // A scaled down by its nilpotent part, against its diagonal: moved onto it, B is longer than A says.
  const a = describeOperator(Float64Array.of(1, 0, 0, -1), 2);
  const b = describeOperator(Float64Array.of(1, 0, 0, -0.9), 2);
  assertLess(compareGeneralLinear(a, b, { asPublished: true }).angle, 0.1);
});

Deno.test("compareGeneralLinear() with the published optimiser is no better than its bound", () => {
  fresh((draws) => {
    const n = 3;
    const [a, b] = [oscillators(draws, n), oscillators(draws, n)].map((m) =>
      describeOperator(m, n)
    );
    const options = { optimiser: "reference", iterations: 400, learningRate: 0.01 } as const;
    const found = compareGeneralLinear(a, b, options);
    assertEquals([found.bestStart, found.iterations], ["network", 400]);
    assertLessOrEqual(found.lowerBound, found.angle);
    assertEquals(compareGeneralLinear(a, b, options), found);
  });
});

Deno.test("compareGeneralLinear() refuses operators of different size", () => {
  const [a, b] = [2, 3].map((n) => describeOperator(identity(n), n));
  assertThrows(() => compareGeneralLinear(a, b), RangeError, "differ");
});
