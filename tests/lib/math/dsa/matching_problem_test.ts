import { cayleyStep } from "#lib/math/dsa/cayley_step.ts";
import {
  differentiate,
  matchingError,
  type MatchingProblem,
  matchingProblem,
  orthonormalise,
  pad,
  stationarity,
} from "#lib/math/dsa/matching_problem.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { curvatures, unpackSkew } from "#lib/math/dsa/pair_basis.ts";
import { assertAlmostEquals, assertGreater, assertLess } from "@std/assert";
import { type Draws, fresh, orthonormality } from "../linalg/fresh.ts";
import { conjugate, orthogonal, oscillators } from "./operators.ts";

function problemOf(draws: Draws, n: number) {
  const [x, y] = [oscillators(draws, n), draws.normal(n, n)].map((m) => describeOperator(m, n));
  const problem = matchingProblem(x.t, y.t, x.partner, n);
  return { x, y, problem, c: pad(orthogonal(draws, n), n, problem.stride, 1) };
}

// F after the rotation exp(t Ω) to second order (the Cayley map of tΩ/2), Ω the coordinate vector `direction`.
function along(problem: MatchingProblem, c: Float64Array, direction: Float64Array, t: number) {
  const { stride: n, basis } = problem;
  const skew = unpackSkew(basis, direction, t / 2, new Float64Array(n * n));
  const turned = new Float64Array(n * n);
  cayleyStep(skew, c, n, new Float64Array(2 * n * n), turned);
  return matchingError(problem, turned);
}

Deno.test("matchingError() is half the squared distance in the original coordinates", () => {
  fresh((draws) => {
    for (const n of [1, 2, 5, 8]) {
      const { x, y, problem, c } = problemOf(draws, n);
      const inner = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        inner.set(c.subarray(i * problem.stride, i * problem.stride + n), i * n);
      }
      const moved = conjugate(y.t, inner, n);
      const squares = moved.reduce((sum, v, p) => sum + (v - x.t[p]) ** 2, 0);
      assertAlmostEquals(matchingError(problem, c), squares / 2, 1e-13, `n = ${n}`);
    }
  });
});

Deno.test("differentiate() gives the gradient and curvatures() the second derivatives", () => {
  fresh((draws) => {
    for (const n of [2, 3, 6, 7]) {
      const { problem, c } = problemOf(draws, n);
      const { basis } = problem;
      const value = matchingError(problem, c);
      const gradient = new Float64Array(basis.size);
      differentiate(problem, gradient);
      const exact = curvatures(
        basis,
        problem.a,
        problem.residual,
        problem.sums,
        new Float64Array(basis.size),
      );
      for (let k = 0; k < basis.size; k++) {
        const direction = new Float64Array(basis.size);
        direction[k] = 1;
        const h = 1e-4;
        const [up, down] = [along(problem, c, direction, h), along(problem, c, direction, -h)];
        // A coordinate moves two entries of Ω: derivatives along it are twice the gradient's and the Hessian's entries.
        assertAlmostEquals((up - down) / (2 * h), 2 * gradient[k], 1e-7, `n = ${n}, entry ${k}`);
        assertAlmostEquals((up - 2 * value + down) / (h * h), 2 * exact[k], 1e-6, `n = ${n}, ${k}`);
      }
    }
  });
});

Deno.test("stationarity() is zero at the optimum of aligned operators and not elsewhere", () => {
  fresh((draws) => {
    const x = describeOperator(oscillators(draws, 4), 4);
    const problem = matchingProblem(x.t, x.t, x.partner, 4);
    const one = pad(new Float64Array(0), 0, 4, 1);
    assertLess(stationarity(problem, one), 1e-12);
    assertGreater(stationarity(problem, orthogonal(draws, 4)), 1e-4);
  });
});

Deno.test("orthonormalise() squares the error of nearly orthogonal matrices", () => {
  fresh((draws) => {
    const { problem, c } = problemOf(draws, 6);
    for (let p = 0; p < c.length; p++) c[p] += 1e-8 * Math.sin(p);
    orthonormalise(problem, c);
    assertLess(orthonormality(c, 6, 6), 1e-14);
  });
});
