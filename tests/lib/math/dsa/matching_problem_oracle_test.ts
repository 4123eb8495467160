import { assert, assertLess } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import {
  differentiate,
  matchingError,
  matchingProblem,
  pad,
} from "#lib/math/dsa/matching_problem.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { packSkew } from "#lib/math/dsa/pair_basis.ts";
import { withSeed } from "#tests/support/with_seed.ts";
import { gradientByTfjs } from "#tests/support/tfjs_oracle.ts";
import type { Draws } from "../linalg/fresh.ts";
import { orthogonal, oscillators } from "./operators.ts";

Deno.test("differentiate() has the gradient that tfjs finds by itself", async () => {
  await withSeed(async (draw) => {
    const seed = draw(2 ** 31);
    const stream = randomStream(seed, "tests/oracle");
    let next = 0;
    const draws: Draws = {
      seed,
      normal(rows, cols) {
        const out = new Float64Array(rows * cols);
        stream.normal(out, next++);
        return out;
      },
      integer: (from, to) => from + stream.integer(to - from + 1, next++),
    };
    let steepest = 0;
    for (const n of [2, 5, 8]) {
      const [x, y] = [oscillators(draws, n), draws.normal(n, n)].map((m) => describeOperator(m, n));
      const problem = matchingProblem(x.t, y.t, x.partner, n);
      const { stride: size, basis } = problem;
      const c = pad(orthogonal(draws, n), n, size, 1);
      const value = matchingError(problem, c);
      const gradient = new Float64Array(basis.size);
      differentiate(problem, gradient);
      // ½‖A − (I + Ω) C B Cᵀ (I + Ω)ᵀ‖² at Ω = 0: to first order the rotation exp(Ω) of what C has brought along.
      const shape = [size, size];
      const [a, b, turn] = [problem.a, problem.b, c].map((data) => Float32Array.from(data));
      const found = await gradientByTfjs(
        (tf, omega) => {
          const matrix = (data: Float32Array) => tf.tensor2d(data, [size, size]);
          const moved = matrix(turn).matMul(matrix(b)).matMul(matrix(turn), false, true);
          const turned = tf.eye(size).add(omega);
          const image = turned.matMul(moved).matMul(turned, false, true);
          return matrix(a).sub(image).square().sum().mul(0.5);
        },
        { data: new Float64Array(size * size), shape },
      );
      // tfjs computes in f32: about n roundings of 6e-8 of terms that are as large as the operators, however small the
      // error and its gradient happen to be.
      const allowed = 1e-6 * n * (Math.hypot(...problem.a) ** 2 + Math.hypot(...problem.b) ** 2);
      assertLess(Math.abs(found.value - value), allowed, `n = ${n}`);
      const skew = packSkew(basis, found.gradients[0], new Float64Array(basis.size));
      steepest = Math.max(steepest, Math.hypot(...gradient));
      skew.forEach((one, i) => assertLess(Math.abs(one - gradient[i]), allowed, `${n}: ${i}`));
    }
    assert(steepest > 1e-2, "one of the points has a gradient to speak of");
  });
});
