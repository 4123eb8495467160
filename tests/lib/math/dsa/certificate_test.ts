import { angleBetween } from "#lib/math/dsa/angle.ts";
import { angleLowerBound } from "#lib/math/dsa/certificate.ts";
import { matchEigenvalues } from "#lib/math/dsa/eigenvalue_matching.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { assertAlmostEquals, assertLessOrEqual } from "@std/assert";
import { fresh } from "../linalg/fresh.ts";
import { conjugate, orthogonal, oscillators, withTranspose } from "./operators.ts";

Deno.test("angleLowerBound() lies below the angle at every rotation", () => {
  fresh((draws) => {
    for (const n of [1, 2, 3, 8, 15]) {
      const kinds = [
        () => draws.normal(n, n),
        () => oscillators(draws, n, 0.02),
        () => orthogonal(draws, n),
        () => withTranspose(draws, n, 1),
      ];
      for (const [k, make] of kinds.entries()) {
        const a = describeOperator(make(), n);
        const b = describeOperator(k === 3 ? make() : oscillators(draws, n, 0.02), n);
        const bound = angleLowerBound(a, b, matchEigenvalues(a, b).bound);
        for (let repeat = 0; repeat < 5; repeat++) {
          const angle = angleBetween(a.unit, conjugate(b.unit, orthogonal(draws, n), n));
          assertLessOrEqual(bound, angle, `kind ${k}, n = ${n}`);
        }
        // The rotated copy itself: the bound has to give way to rounding.
        const copy = describeOperator(conjugate(a.unit, orthogonal(draws, n), n), n);
        assertLessOrEqual(angleLowerBound(a, copy, matchEigenvalues(a, copy).bound), 0);
      }
    }
  });
});

Deno.test("angleLowerBound() takes the best of its three bounds", () => {
  const of = (...entries: number[]) =>
    describeOperator(Float64Array.from(entries), Math.sqrt(entries.length));
  // Equal singular values, unequal symmetric parts.
  const apart = angleLowerBound(of(1, 0, 0, -1), of(0, 1, -1, 0), 0);
  assertAlmostEquals(apart, Math.PI / 2, 1e-12);
  // Equal symmetric and equal skew parts' spectra, which commute in one operator only: singular values √2 against 2 and 0.
  const commuting = of(1, -1, 0, 0, 1, 1, 0, 0, 0, 0, -1, -1, 0, 0, 1, -1);
  const sheared = of(1, 0, -1, 0, 0, 1, 0, -1, 1, 0, -1, 0, 0, 1, 0, -1);
  assertAlmostEquals(angleLowerBound(commuting, sheared, 0), Math.PI / 4, 1e-12);
  assertAlmostEquals(angleLowerBound(of(1, 0, 0, 1), of(1, 0, 0, 1), 0.25), 0.25, 1e-12);
});
