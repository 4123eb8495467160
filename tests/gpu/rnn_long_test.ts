// Networks through many steps on webgpu, in both shapes of devices: software adapters leave loops silently that turn too often
// within one dispatch, so passes are cut, and what is cut must be counted rightly.

import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { wasmEngine } from "#tests/support/engines.ts";
import { randomProblem } from "#tests/support/random_networks.ts";
import { solveOnEngine } from "#tests/support/rnn_engine.ts";

const seed = crypto.getRandomValues(new Uint32Array(1))[0];
/** Units, steps, inputs, outputs: several dispatches each. */
const sizes = [[1, 1500, 1, 2], [8, 1200, 3, 3], [40, 400, 85, 33], [128, 120, 7, 3]] as const;

for (const device of ["gpu", "software"] as const) {
  gpuTest(`networks go through many steps on webgpu, shaped for ${device}`, async (adapter, t) => {
    const shaped = { ...adapter, facts: { ...adapter.facts, device } };
    await using engine = await WebgpuEngine.open(navigator.gpu, shaped);
    await using wasm = wasmEngine(1);
    for (
      const kind of ["outside", "inside", "current", "dead", "live", "live_state_gated"] as const
    ) {
      await t.step(kind, async () => {
        for (const [units, steps, inputs, outputs] of sizes) {
          const drawn = randomProblem(seed, {
            kind,
            activation: "tanh",
            loss: "cross_entropy",
            units,
            steps,
            inputs,
            outputs,
            rows: 5,
            tau: "exponential",
            drive: true,
          });
          // Weak enough recurrence that rounding fades, as long as it goes.
          const problem = {
            ...drawn,
            parameters: {
              ...drawn.parameters,
              W_rec: Float64Array.from(drawn.parameters.W_rec, (w) => w / 2),
            },
          };
          const [found] = await solveOnEngine(engine, [problem]);
          const [expected] = await solveOnEngine(wasm, [problem]);
          const where = `seed ${seed}, ${kind}, ${units} units, ${steps} steps`;
          assertAllClose(found.states, expected.states, { atol: 1e-4 }, `${where}: states`);
          // Sums of thousands of terms of either sign, which are as large as the largest gradient at least.
          const all = Object.values(expected.gradients).flatMap((gradient) => [...gradient]);
          const atol = 1e-4 * all.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
          for (const [name, gradient] of Object.entries(expected.gradients)) {
            assertAllClose(found.gradients[name], gradient, { atol }, `${where}: ${name}`);
          }
        }
      });
    }
  });
}
