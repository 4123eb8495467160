// The task `perturb`: noise of the declared share, from the declared stream.

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import { tensor } from "#lib/core/tensor.ts";
import { LegacyRandom } from "#lib/math/random/mt19937.ts";
import numpyStream from "#tasks/numpy_stream.ts";
import task from "#tasks/perturb.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";

const zeros = (...shape: number[]): Trajectories => ({
  states: tensor(
    ["trial", "time", "unit"],
    shape,
    new Float64Array(shape[0] * shape[1] * shape[2]),
  ),
  dt: 20,
  timeUnit: "ms",
});
const perturb = async (params: Record<string, unknown>, trajectories: Trajectories, more = {}) =>
  (await runTask(task, params, { trajectories, ...more })).trajectories as Trajectories;

Deno.test("perturb keeps the variance of standardised data and adds the declared share", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const data = randomStream(seed, "data").normal(new Float64Array(60_000)) as Float64Array;
  const given = {
    ...zeros(20, 1000, 3),
    states: tensor(["trial", "time", "unit"], [20, 1000, 3], data),
  };
  const { states } = await perturb({ sigma: 0.6, seed }, given);
  const noisy = states.data as Float64Array;
  const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length;
  // Six standard errors.
  assertAlmostEquals(mean(noisy.map((x) => x * x)), 1, 6 * Math.sqrt(2 / 60_000), `seed ${seed}`);
  assertAlmostEquals(
    mean(noisy.map((x, i) => x * data[i])),
    0.8,
    6 * Math.sqrt(2 / 60_000),
    `seed ${seed}`,
  );
  assertEquals((await perturb({ sigma: 0, seed }, given)).states.data, data);
});

Deno.test("perturb gives each trial noise of its own that does not depend on the others", async () => {
  const all = await perturb({ sigma: 1, seed: 3 }, zeros(4, 5, 2));
  const two = await perturb({ sigma: 1, seed: 3 }, zeros(2, 5, 2));
  assertEquals(two.states.data, all.states.data.subarray(0, 20));
  assertEquals(new Set(all.states.data).size, 40);
  assertNotEquals((await perturb({ sigma: 1, seed: 4 }, zeros(4, 5, 2))).states, all.states);
  assertEquals([all.dt, all.timeUnit], [20, "ms"]);
});

Deno.test("perturb draws from its block of a legacy stream, trial after trial", async () => {
  const { states: generator } = await runTask(numpyStream, {
    seed: 42,
    draws: [{ uniform: 3 }, { normal: 40 }],
  });
  const found = await perturb({ sigma: 0.5, generator_block: 1 }, zeros(4, 5, 2), { generator });
  const random = new LegacyRandom(42);
  random.fillUniform(new Float64Array(3));
  assertAllClose(
    found.states.data,
    random.fillNormal(new Float64Array(40)).map((x) => 0.5 * x),
    { rtol: 1e-15 },
  );
});

Deno.test("perturb refuses shares outside [0, 1] and half a generator", async () => {
  for (const sigma of [-0.1, 1.1, NaN]) {
    await assertRejects(() => perturb({ sigma }, zeros(1, 2, 1)), TypeError, "sigma");
  }
  const error = await assertRejects(
    () => perturb({ sigma: 0, generator_block: 0 }, zeros(1, 2, 1)),
    RangeError,
  );
  assert(error.message.includes("from: {generator"), error.message);
});
