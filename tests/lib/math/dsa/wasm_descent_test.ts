// Descents in wasm against the same in TypeScript, which says what they mean.

import { descend } from "#lib/math/dsa/descent.ts";
import { matchingError, matchingProblem, pad } from "#lib/math/dsa/matching_problem.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { packSkew, pairBasis } from "#lib/math/dsa/pair_basis.ts";
import { pairTable } from "#lib/math/dsa/pair_table.ts";
import { withDescents } from "#lib/math/dsa/wasm_descent.ts";
import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { type Draws, fresh, largestDifference, orthonormality } from "../linalg/fresh.ts";
import { conjugate, orthogonal, oscillators } from "./operators.ts";

const TO_THE_END = {
  maxIterations: 3000,
  gradientTolerance: 1e-9,
  relativeDecrease: 0,
  target: Infinity,
};

function problemOf(a: Float64Array, b: Float64Array, n: number, draws: Draws) {
  const [x, y] = [a, b].map((m) => describeOperator(m, n));
  const problem = matchingProblem(x.t, y.t, x.partner, n);
  return { problem, start: pad(orthogonal(draws, n), n, problem.stride, 1) };
}

Deno.test("withDescents() takes the steps of descend()", () => {
  fresh((draws) => {
    for (const n of [1, 2, 3, 4, 5, 7, 8, 10, 13, 22, 50]) {
      for (const other of [draws.normal(n, n), oscillators(draws, n)]) {
        const { problem, start } = problemOf(oscillators(draws, n), other, n, draws);
        for (const maxIterations of [0, 1, 2, 8]) {
          const limits = { ...TO_THE_END, maxIterations };
          const [here, there] = [start.slice(), start.slice()];
          const expected = descend(problem, here, limits);
          const found = withDescents(problem, (descend) => descend(there, limits));
          const label = `n = ${n}, ${maxIterations} steps`;
          // Sums in another order differ by 1e-16, and each step may part them tenfold.
          assertLess(largestDifference(here, there), 1e-9, label);
          assertEquals(found.iterations, expected.iterations, label);
          // Less apart than C is: it goes with the slope, which is smaller the further down both have come.
          assertAlmostEquals(found.value, expected.value, 1e-10, label);
          assertAlmostEquals(found.gradientNorm, expected.gradientNorm, 1e-9, label);
        }
      }
    }
  });
});

Deno.test("withDescents() ends at stationary points and keeps C orthogonal", () => {
  fresh((draws) => {
    for (const n of [2, 3, 6, 11, 20, 33]) {
      const { problem, start } = problemOf(oscillators(draws, n), draws.normal(n, n), n, draws);
      const result = withDescents(problem, (descend) => descend(start, TO_THE_END));
      assertLess(result.gradientNorm, 1e-8, `n = ${n}`);
      assertAlmostEquals(matchingError(problem, start), result.value, 1e-13);
      assertLess(orthonormality(start, problem.stride, problem.stride), 1e-12);
    }
  });
});

Deno.test("withDescents() gives up and stops as descend() does, descent by descent", () => {
  fresh((draws) => {
    const n = 9;
    const { problem, start } = problemOf(draws.normal(n, n), draws.normal(n, n), n, draws);
    withDescents(problem, (fast) => {
      const end = fast(start.slice(), TO_THE_END);
      const limits = { ...TO_THE_END, target: end.value / 2 };
      assertEquals(fast(start.slice(), limits).abandoned, true);
      assertEquals(
        fast(start.slice(), limits).iterations,
        descend(problem, start.slice(), limits).iterations,
      );
      const coarse = { ...TO_THE_END, relativeDecrease: 1e-2 };
      assertEquals(
        fast(start.slice(), coarse).iterations,
        descend(problem, start.slice(), coarse).iterations,
      );
      assertEquals(fast(start.slice(), TO_THE_END), end, "nothing is left of earlier descents");
    });
  });
});

Deno.test("withDescents() reaches full precision at rotated copies", () => {
  fresh((draws) => {
    for (const n of [3, 10, 21]) {
      const a = oscillators(draws, n), q = orthogonal(draws, n);
      const [x, y] = [a, conjugate(a, q, n)].map((m) => describeOperator(m, n));
      const problem = matchingProblem(x.t, y.t, x.partner, n);
      const start = pad(new Float64Array(n * n), n, problem.stride, 1);
      // Z_xᵀ Qᵀ Z_y, turned a little in one plane.
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < n; k++) {
            for (let l = 0; l < n; l++) sum += x.z[k * n + i] * q[l * n + k] * y.z[l * n + j];
          }
          start[i * problem.stride + j] = sum;
        }
      }
      for (let j = 0; j < n; j++) {
        const [u, v] = [start[j], start[problem.stride + j]];
        start[j] = Math.cos(0.01) * u - Math.sin(0.01) * v;
        start[problem.stride + j] = Math.sin(0.01) * u + Math.cos(0.01) * v;
      }
      const limits = { ...TO_THE_END, gradientTolerance: 1e-15 };
      assertLess(withDescents(problem, (descend) => descend(start, limits)).value, 1e-26);
    }
  });
});

Deno.test("pairTable() tells the coordinates of packSkew() by their places", () => {
  fresh((draws) => {
    for (const n of [1, 2, 5, 8]) {
      const { partner } = describeOperator(oscillators(draws, n), n);
      const table = pairTable(partner, n);
      const m = draws.normal(n, n);
      const skew = (e: number) => {
        const [i, j] = [table[2 * e] >> 16, table[2 * e] & 0xffff];
        return 0.5 * (m[i * n + j] - m[j * n + i]);
      };
      const found = Array.from({ length: n * (n - 1) / 2 }, (_, e) => {
        const [o, minus] = [table[2 * e + 1] >> 1, table[2 * e + 1] & 1];
        if (o === e) return skew(e);
        return Math.SQRT1_2 * (minus === 1 ? skew(o) - skew(e) : skew(e) + skew(o));
      });
      const basis = pairBasis(partner, n, n);
      const expected = packSkew(basis, m, new Float64Array(basis.size));
      const sorted = (values: Iterable<number>) => Float64Array.from(values).sort();
      assertLess(largestDifference(sorted(found), sorted(expected)), 1e-14, `n = ${n}`);
    }
  });
});
