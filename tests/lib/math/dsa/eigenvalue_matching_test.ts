import { angleBetween } from "#lib/math/dsa/angle.ts";
import { matchEigenvalues } from "#lib/math/dsa/eigenvalue_matching.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { assertAlmostEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { fresh, orthonormality } from "../linalg/fresh.ts";
import { conjugate, orthogonal, oscillators, withTranspose } from "./operators.ts";

Deno.test("matchEigenvalues() matches normal operators and proves it where the matching is real", () => {
  fresh((draws) => {
    for (const n of [2, 4, 7, 12]) {
      // All pairs with one operator, two of them real in the other for odd partners: skew plus a multiple of the unit.
      const [x, y] = [0.5, -0.3].map((shift) => {
        const skew = withTranspose(draws, n, -1);
        for (let i = 0; i < n; i++) skew[i * n + i] = shift;
        return describeOperator(conjugate(skew, orthogonal(draws, n), n), n);
      });
      const { bound, rotation } = matchEigenvalues(x, y);
      assertLess(orthonormality(rotation, n, n), 1e-15);
      const angle = angleBetween(x.t, conjugate(y.t, rotation, n));
      assertAlmostEquals(angle, bound, 1e-11, `n = ${n}`);
    }
  });
});

Deno.test("matchEigenvalues() joins a conjugate pair with two real eigenvalues", () => {
  const pair = describeOperator(Float64Array.of(0.5, -0.7, 0.7, 0.5), 2);
  const reals = describeOperator(Float64Array.of(0.9, 0, 0, 0.2), 2);
  for (const [x, y] of [[pair, reals], [reals, pair]]) {
    const { bound, rotation } = matchEigenvalues(x, y);
    assertAlmostEquals(angleBetween(x.t, conjugate(y.t, rotation, 2)), bound, 1e-12);
  }
});

Deno.test("matchEigenvalues() takes both operators' angles to their normal parts off its bound", () => {
  const normal = describeOperator(Float64Array.of(1, 0, 0, 0), 2);
  const sheared = describeOperator(Float64Array.of(1, 1, 0, 0), 2);
  assertAlmostEquals(matchEigenvalues(normal, sheared).bound, -Math.PI / 4, 1e-12);
  assertAlmostEquals(matchEigenvalues(sheared, normal).bound, -Math.PI / 4, 1e-12);
  assertAlmostEquals(matchEigenvalues(sheared, sheared).bound, -Math.PI / 2, 1e-12);
});

Deno.test("matchEigenvalues() always gives an orthogonal matrix and a valid bound", () => {
  fresh((draws) => {
    for (const n of [1, 3, 6, 11]) {
      const x = describeOperator(draws.normal(n, n), n);
      const y = describeOperator(oscillators(draws, n), n);
      const { bound, rotation } = matchEigenvalues(x, y);
      assertLess(orthonormality(rotation, n, n), 1e-15);
      assertLessOrEqual(bound, angleBetween(x.t, conjugate(y.t, rotation, n)) + 1e-12);
    }
  });
});
