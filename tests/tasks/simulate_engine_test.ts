// The task `simulate` in f32: the same trajectories as in f64 to what f32 allows, on every engine.

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import { parseParams } from "#lib/core/resolve.ts";
import { attractors } from "#lib/models/attractors/mod.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import numpyStream from "#tasks/numpy_stream.ts";
import task from "#tasks/simulate.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import { runTask } from "#tests/support/run_task.ts";
import {
  engineTest,
  largestDistance,
  type Numbers,
  type Params,
  statesOf,
} from "#tests/support/simulations.ts";

/** Systems with params that make their f32 side go through all its branches. */
const systems: readonly (readonly [string, Params])[] = [
  ...Object.keys(attractors).map((name) => [name, {}] as const),
  ["double_well", { units: 5, bistable: 2 }],
  ["point", { units: 3, omega: 1, gain: 0.5, activation: "tanh" }],
  ["line", { units: 7, feedback: 0.9 }],
];

Deno.test("simulate in f32 on the engine ref gives the bytes of f64", async () => {
  for (const [system, parameters] of systems) {
    for (const integrator of ["euler", "rk4"]) {
      for (const process_noise of [0, 0.2]) {
        const params = {
          system,
          parameters,
          integrator,
          process_noise,
          substeps: 3,
          discard: 0.05,
          seed: 3,
        };
        const expected = await statesOf(params);
        const made = await statesOf({ ...params, precision: "f32" }, new RefEngine());
        assertEquals(made, expected, `${system}, ${integrator}, noise ${process_noise}`);
      }
    }
  }
});

engineTest(
  "simulate in f32 agrees with f64 for every system, with and without noise",
  async (engine) => {
    for (const [system, parameters] of systems) {
      for (const integrator of ["euler", "rk4"]) {
        for (const process_noise of [0, 0.2]) {
          const params = {
            system,
            parameters,
            integrator,
            process_noise,
            substeps: 2,
            discard: 0.03,
            seed: 4,
          };
          const expected = await statesOf(params);
          const made = await statesOf({ ...params, precision: "f32" }, engine);
          assert(made instanceof Float32Array);
          assertLess(
            largestDistance(made, expected),
            3e-5,
            `${system}, ${integrator}, noise ${process_noise}`,
          );
        }
      }
    }
  },
);

engineTest(
  "simulate in f32 stays within 1e-4 of f64 over 100 steps of the Lorenz system",
  async (engine) => {
    const params = { system: "lorenz", num_trials: 300, num_steps: 101, seed: 5 };
    const distance = largestDistance(
      await statesOf({ ...params, precision: "f32" }, engine),
      await statesOf(params),
    );
    assertLess(distance, 1e-4);
  },
);

// Software adapters leave all loops of a thread, silently, after 65,535 turns.
engineTest("simulate in f32 does all of very many steps", async (engine) => {
  const turning = { units: 2, omega: 1, tau: 1e6 };
  const list: readonly Params[] = [
    { system: "point", parameters: turning, num_steps: 40_000, dt: 1e-4 },
    { system: "point", parameters: turning, substeps: 70_000, num_steps: 3, dt: 0.5 },
    { system: "point", parameters: turning, discard: 7, num_steps: 2, dt: 1e-4 },
    { system: "ring", substeps: 1500, num_steps: 3, dt: 0.5 },
    { system: "ring", parameters: { units: 300 }, substeps: 500, num_steps: 2, dt: 0.3 },
    { system: "line", parameters: { units: 3 }, num_steps: 20_000, dt: 1e-4 },
  ];
  for (const params of list) {
    const expected = await statesOf({ ...params, num_trials: 2, seed: 12 });
    const made = await statesOf({ ...params, num_trials: 2, seed: 12, precision: "f32" }, engine);
    assertLess(largestDistance(made, expected), 1e-3, JSON.stringify(params));
  }
});

for (const { label, open } of processorEngines) {
  Deno.test(`euler has order 1 and rk4 order 4 on ${label}`, async () => {
    await using engine = open();
    // Large steps, so that rounding in f32 stays out of sight.
    for (const [integrator, order, dt] of [["euler", 1, 0.05], ["rk4", 4, 0.4]] as const) {
      const params = { system: "point", parameters: { omega: 1 }, num_trials: 20, dt, seed: 6 };
      const exact = await statesOf({ ...params, integrator: "rk4", substeps: 400 });
      const errorOf = async (substeps: number) => {
        const options = { ...params, integrator, substeps, precision: "f32" };
        return largestDistance(await statesOf(options, engine), exact);
      };
      const measured = Math.log2(await errorOf(1) / await errorOf(2));
      assert(Math.abs(measured - order) < 0.5, `${integrator} has order ${measured}`);
    }
  });
}

engineTest("chaos in f32 has the statistics of chaos in f64", async (engine) => {
  // Points part after some Lyapunov times; means over an ensemble agree to what its size lets them.
  const params = {
    system: "lorenz",
    num_trials: 4000,
    num_steps: 2,
    dt: 5,
    substeps: 500,
    discard: 20,
    seed: 7,
  };
  const moments = (states: Numbers) => {
    const z = Float64Array.from(states).filter((_, i) => i % 3 === 2);
    const mean = z.reduce((sum, x) => sum + x, 0) / z.length;
    const variance = z.reduce((sum, x) => sum + (x - mean) ** 2, 0) / z.length;
    return { mean, variance, num: z.length };
  };
  const single = moments(
    Float64Array.from(await statesOf({ ...params, precision: "f32" }, engine)),
  );
  const double = moments(await statesOf({ ...params, num_trials: 1000, seed: 8 }));
  const error = Math.sqrt(single.variance / single.num + double.variance / double.num);
  assertLess(Math.abs(single.mean - double.mean), 5 * error);
  assertLess(Math.abs(single.variance / double.variance - 1), 0.15);
});

Deno.test("decaying states end at exact zeros on wasm, never in denormal numbers", async () => {
  await using engine = wasmEngine(1);
  const params = {
    system: "point",
    precision: "f32",
    num_steps: 60,
    dt: 2,
    substeps: 20,
    num_trials: 9,
    seed: 9,
  };
  const states = await statesOf({ ...params, parameters: { units: 3, omega: 2 } }, engine);
  assert(states.every((x) => x === 0 || Math.abs(x) >= 2 ** -126));
  assert(states.subarray(-27).every((x) => x === 0));
});

for (const { label, open } of processorEngines) {
  Deno.test(`noise and states go on from the discarded time on ${label}`, async () => {
    await using engine = open();
    const params = {
      system: "rossler",
      precision: "f32",
      process_noise: 0.2,
      dt: 0.125,
      substeps: 3,
      num_trials: 6,
      seed: 11,
    };
    const whole = await statesOf({ ...params, num_steps: 20 }, engine);
    const late = await statesOf({ ...params, num_steps: 8, discard: 1.5 }, engine);
    for (let trial = 0; trial < 6; trial++) {
      assertEquals(
        late.subarray(trial * 24, trial * 24 + 24),
        whole.subarray(trial * 60 + 36, trial * 60 + 60),
      );
    }
  });
}

Deno.test("process noise in f64 gives a linear decay its stationary variance", async () => {
  // dx = −x dt + σ dW has variance σ²/2 (Gardiner 2009, section 4.5.4), of which h/2 is the error of Euler's method.
  for (const integrator of ["euler", "rk4"]) {
    const states = await statesOf({
      system: "point",
      parameters: { units: 1 },
      integrator,
      process_noise: 2,
      num_trials: 500,
      num_steps: 21,
      dt: 1,
      substeps: 50,
      discard: 6,
      seed: 10,
    });
    const variance = Float64Array.from(states).reduce((sum, x) => sum + x * x, 0) / states.length;
    assertLess(Math.abs(variance - 2), 0.1, integrator);
  }
});

Deno.test("simulate refuses what f32 and noise cannot do, and says what to do", async () => {
  const refused = (params: Params, ...words: string[]) => {
    const parsed = parseParams(task.params, { system: "lorenz", ...params });
    assert(!parsed.ok);
    const [{ path, message }] = parsed.error;
    assertEquals(path, [words[0]]);
    for (const word of words.slice(1)) assert(message.includes(word), message);
  };
  refused({ precision: "f32", integrator: "dormand_prince" }, "integrator", "rk4 or euler");
  refused({ process_noise: 1, integrator: "dormand_prince" }, "process_noise", "rk4 or euler");
  refused({ precision: "f32", generator_block: 0 }, "generator_block", "f64");
  refused({ precision: "f16" }, "precision");
  refused({ process_noise: -1 }, "process_noise");
  const system = { ...lorenz } as { engine?: unknown };
  delete system.engine;
  const raw = { system: "lorenz", precision: "f32" };
  const run = (inputs: Params, members: Params) =>
    runTask(task, raw, inputs, members as never, new RefEngine());
  await assertRejects(() => run({}, { system }), RangeError, "in f64 alone");
  const { states: generator } = await runTask(numpyStream, { draws: [{ uniform: 9 }] });
  await assertRejects(
    () => run({ generator }, { system: lorenz }),
    RangeError,
    "a generator is bound",
  );
});

Deno.test("simulate says by its params what its numbers depend on", () => {
  const numerics = task.numerics as (params: unknown, members: unknown) => string;
  assertEquals(["f64", "f32"].map((precision) => numerics({ precision }, {})), ["f64", "engine"]);
});
