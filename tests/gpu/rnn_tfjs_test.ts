// The reference for networks agrees with what tfjs finds by differentiating the same equations by itself, on random
// weights: cells, activations, losses and penalties that no golden case has.

import { assertLess } from "@std/assert";
import { assertAllClose } from "#tests/support/close.ts";
import { randomProblem } from "#tests/support/random_networks.ts";
import { solveByReference } from "#tests/support/rnn_reference.ts";
import { solveByTfjs } from "#tests/support/rnn_tfjs.ts";

const seed = crypto.getRandomValues(new Uint32Array(1))[0];

for (
  const kind of ["outside", "inside", "current", "dead", "live", "live_state_gated"] as const
) {
  Deno.test(`solveByReference() has the gradients that tfjs finds, ${kind}`, async () => {
    for (const activation of ["leaky_relu", "relu", "softplus", "tanh", "sigmoid"] as const) {
      for (const loss of ["cross_entropy", "squared_error"] as const) {
        const problem = randomProblem(seed, { kind, activation, loss });
        const where = `seed ${seed}, ${activation}, ${loss}`;
        const found = solveByReference(problem);
        const expected = await solveByTfjs(problem);
        const value = found.loss + found.penalty;
        // f32 through some ten steps; the problem keeps clear of kinks.
        assertLess(Math.abs(value - expected.value), 1e-5 * Math.abs(value), where);
        for (const [name, gradient] of Object.entries(found.gradients)) {
          const atol = 2e-5 * Math.max(...gradient.map(Math.abs));
          assertAllClose(expected.gradients[name], gradient, { atol }, `${where}, ${name}`);
        }
      }
    }
  });
}
