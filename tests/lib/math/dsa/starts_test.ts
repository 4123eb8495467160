import { matchEigenvalues } from "#lib/math/dsa/eigenvalue_matching.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import {
  fromFrames,
  givenStarts,
  structuredStarts,
  unstructuredStarts,
} from "#lib/math/dsa/starts.ts";
import { determinant } from "#lib/math/linalg/lu.ts";
import { assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { fresh, largestDifference, orthonormality } from "../linalg/fresh.ts";
import { conjugate, identity, orthogonal, oscillators } from "./operators.ts";

Deno.test("structuredStarts() from eigenframes are exact for rotated copies", () => {
  fresh((draws) => {
    for (const n of [2, 3, 4, 7, 12]) {
      const x = describeOperator(draws.normal(n, n), n);
      const y = describeOperator(conjugate(x.unit, orthogonal(draws, n), n), n);
      const starts = structuredStarts(x, y, matchEigenvalues(x, y), "orthogonal").slice(1);
      assertEquals(starts.length, 4);
      for (const { name, rotation } of starts) {
        const moved = conjugate(y.unit, fromFrames(x, y, rotation), n);
        assertLess(largestDifference(moved, x.unit), 1e-6, `${name}, n = ${n}`);
      }
    }
  });
});

Deno.test("all starts are orthogonal, and proper where asked", () => {
  fresh((draws) => {
    for (const n of [1, 2, 5, 6]) {
      const x = describeOperator(oscillators(draws, n), n);
      const y = describeOperator(draws.normal(n, n), n);
      for (const group of ["orthogonal", "special_orthogonal"] as const) {
        const starts = [
          ...structuredStarts(x, y, matchEigenvalues(x, y), group),
          ...unstructuredStarts(x, y, 8, group, 0),
        ];
        for (const { name, rotation } of starts) {
          const c = fromFrames(x, y, rotation);
          assertLess(orthonormality(c, n, n), 1e-12, name);
          if (group === "special_orthogonal") assertAlmostEquals(determinant(c, n), 1, 1e-12, name);
        }
      }
    }
  });
});

Deno.test("unstructuredStarts() begin with identity and reflection in the original coordinates", () => {
  fresh((draws) => {
    const n = 5;
    const [x, y] = [draws.normal(n, n), draws.normal(n, n)].map((m) => describeOperator(m, n));
    const starts = [...unstructuredStarts(x, y, 9, "orthogonal", 3)];
    const [one, mirror, ...random] = starts.map(({ rotation }) => fromFrames(x, y, rotation));
    assertLess(largestDifference(one, identity(n)), 1e-13);
    assertLess(largestDifference(mirror, identity(n).map((v, p) => p === 0 ? -1 : v)), 1e-13);
    const signs = random.filter((_, k) => k % 4 !== 3).map((c) => Math.round(determinant(c, n)));
    assertEquals(signs, [-1, 1, -1, 1, -1, 1, -1]);
    assertEquals([...unstructuredStarts(x, y, 9, "orthogonal", 3)], starts);
    assertEquals([...unstructuredStarts(x, y, 4, "orthogonal", 3)], starts.slice(0, 6));
    const [, , other] = [...unstructuredStarts(x, y, 6, "orthogonal", 4)].map((s) => s.rotation);
    assertEquals(largestDifference(other, starts[2].rotation) > 1e-3, true);
  });
});

Deno.test("givenStarts() are the given matrices, checked", () => {
  fresh((draws) => {
    const n = 4;
    const [x, y] = [draws.normal(n, n), draws.normal(n, n)].map((m) => describeOperator(m, n));
    const c = orthogonal(draws, n);
    const [start] = givenStarts(x, y, [c]);
    assertLess(largestDifference(fromFrames(x, y, start.rotation), c), 1e-13);
    assertThrows(() => givenStarts(x, y, [identity(3)]), RangeError, "starts[0]");
  });
});
