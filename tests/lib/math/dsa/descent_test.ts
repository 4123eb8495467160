import { descend } from "#lib/math/dsa/descent.ts";
import { matchingError, matchingProblem, pad } from "#lib/math/dsa/matching_problem.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { fresh, orthonormality } from "../linalg/fresh.ts";
import { orthogonal, oscillators } from "./operators.ts";

// No rotation is farther than the negative operator.
const MOST = 2;

const TO_THE_END = {
  maxIterations: 5000,
  gradientTolerance: 1e-9,
  relativeDecrease: 0,
  target: Infinity,
};

Deno.test("descend() reaches stationary points from anywhere and keeps C orthogonal", () => {
  fresh((draws) => {
    for (const n of [2, 3, 6, 11, 20]) {
      const [x, y] = [oscillators(draws, n), draws.normal(n, n)].map((m) => describeOperator(m, n));
      const problem = matchingProblem(x.t, y.t, x.partner, n);
      const c = pad(orthogonal(draws, n), n, problem.stride, 1);
      const before = matchingError(problem, c);
      const result = descend(problem, c, TO_THE_END);
      assertLess(result.gradientNorm, 1e-8, `n = ${n}`);
      assertLessOrEqual(result.value, before);
      assertLessOrEqual(Math.abs(matchingError(problem, c) - result.value), 1e-13);
      assertLess(orthonormality(c, problem.stride, problem.stride), 1e-12);
    }
  });
});

Deno.test("descend() never rises", () => {
  fresh((draws) => {
    for (let repeat = 0; repeat < 40; repeat++) {
      const n = draws.integer(2, 6);
      const [x, y] = [draws.normal(n, n), draws.normal(n, n)].map((m) => describeOperator(m, n));
      const problem = matchingProblem(x.t, y.t, x.partner, n);
      const c = pad(orthogonal(draws, n), n, problem.stride, 1);
      let value = matchingError(problem, c);
      for (let step = 0; step < 8; step++) {
        const next = descend(problem, c, { ...TO_THE_END, maxIterations: 1 }).value;
        assertLessOrEqual(next, value + 1e-14);
        value = next;
      }
    }
  });
});

Deno.test("descend() gives up where the target is out of reach and stops where told", () => {
  fresh((draws) => {
    const n = 10;
    const [x, y] = [draws.normal(n, n), draws.normal(n, n)].map((m) => describeOperator(m, n));
    const problem = matchingProblem(x.t, y.t, x.partner, n);
    const start = pad(orthogonal(draws, n), n, n, 1);
    const end = descend(problem, start.slice(), TO_THE_END);
    const hopeless = descend(problem, start.slice(), { ...TO_THE_END, target: end.value / 2 });
    assert(hopeless.abandoned && !end.abandoned);
    assertLess(hopeless.iterations, end.iterations);
    const behind = descend(problem, start.slice(), { ...TO_THE_END, target: MOST });
    assertEquals(behind, end, "never given up while ahead of the target");
    assertEquals(
      descend(problem, start.slice(), { ...TO_THE_END, maxIterations: 3 }).iterations,
      3,
    );
    const coarse = descend(problem, start.slice(), { ...TO_THE_END, relativeDecrease: 1e-2 });
    assertLess(coarse.iterations, end.iterations);
  });
});
