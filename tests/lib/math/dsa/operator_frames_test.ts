import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import {
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { fresh, largestDifference, orthonormality } from "../linalg/fresh.ts";
import { conjugate, identity, orthogonal, oscillators } from "./operators.ts";

Deno.test("describeOperator() keeps the operator in every frame", () => {
  fresh((draws) => {
    const n = 9;
    const x = describeOperator(draws.normal(n, n), n);
    assertAlmostEquals(Math.hypot(...x.unit), 1, 1e-14);
    assertLess(largestDifference(conjugate(x.t, x.z, n), x.unit), 1e-14);
    assertEquals(x.eigenframes.map((frame) => frame.name), [
      "symmetric",
      "left",
      "right",
      "mixture",
    ]);
    for (const { name, vectors, operator } of x.eigenframes) {
      assertLess(orthonormality(vectors, n, n), 1e-13, name);
      assertLess(largestDifference(conjugate(operator, vectors, n), x.unit), 1e-14, name);
    }
    assertLess(largestDifference(x.singularValues, singularValues(x.unit, n, n)), 1e-14);
    const parts = [...x.symmetricValues, ...x.skewValues].reduce((sum, v) => sum + v * v, 0);
    assertAlmostEquals(parts, 1, 1e-13);
    assertAlmostEquals(x.normalNorm ** 2 + x.departure ** 2, 1, 1e-13);
  });
});

Deno.test("describeOperator() finds a normal operator's eigenvalues and no departure", () => {
  fresh((draws) => {
    const n = 8;
    const x = describeOperator(oscillators(draws, n, 0), n);
    assertLess(x.departure, 1e-14);
    const expected = eigenvalues(x.unit, n);
    const order = [...x.re.keys()].sort((i, j) => x.re[j] - x.re[i] || x.im[j] - x.im[i]);
    assertLess(largestDifference(order.map((i) => x.re[i]), expected.re), 1e-13);
    for (let i = 0; i < n; i++) {
      assertEquals(x.partner[i] < 0, x.im[i] === 0);
      if (x.partner[i] === i + 1) {
        assertAlmostEquals(x.t[i * n + i + 1], x.turn[i] * x.im[i], 1e-13);
      }
    }
  });
});

Deno.test("describeOperator() gives positive multiples one digest, and other operators another", () => {
  fresh((draws) => {
    const a = draws.normal(4, 4);
    const { digest } = describeOperator(a, 4);
    assertEquals(describeOperator(a.map((x) => 3.7e-150 * x), 4).digest, digest);
    assertNotEquals(describeOperator(a.map((x) => -x), 4).digest, digest);
    assertNotEquals(describeOperator(conjugate(a, orthogonal(draws, 4), 4), 4).digest, digest);
  });
});

Deno.test("describeOperator() brings even the smallest numbers to unit norm", () => {
  const x = describeOperator(Float64Array.of(5e-324, 0, 0, 5e-324), 2);
  assertAlmostEquals(Math.hypot(...x.unit), 1, 1e-15);
});

Deno.test("describeOperator() refuses operators without a direction", () => {
  assertThrows(() => describeOperator(new Float64Array(4), 2), RangeError, "zero");
  assertThrows(() => describeOperator(new Float64Array(0), 0), RangeError, "empty");
  assertThrows(() => describeOperator(identity(2), 3), RangeError);
  assertThrows(() => describeOperator(Float64Array.of(Infinity), 1), RangeError);
});

Deno.test("describeOperator() finds the spectra of operators of odd and even size, equal values included", () => {
  fresh((draws) => {
    // Skew parts have every singular value twice, and 0 if the size is odd.
    for (const n of [21, 50, 51, 51, 51, 51]) {
      const { skewValues } = describeOperator(oscillators(draws, n), n);
      for (let i = 0; i + 1 < n; i += 2) {
        assertLess(Math.abs(skewValues[i] - skewValues[i + 1]), 1e-14, `n = ${n}`);
      }
      if (n % 2 === 1) assertLess(skewValues[n - 1], 1e-14, `n = ${n}`);
    }
  });
});
