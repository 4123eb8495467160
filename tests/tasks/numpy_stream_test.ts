// The task `numpy_stream`: each block starts where NumPy's stream stands after all blocks before it.

import { assertEquals, assertRejects } from "@std/assert";
import { LegacyRandom } from "#lib/math/random/mt19937.ts";
import task from "#tasks/numpy_stream.ts";
import { runTask } from "#tests/support/run_task.ts";

Deno.test("numpy_stream hands on the state before every block, and after the last", async () => {
  const draws = [{ uniform: 7, repeat: 3 }, { normal: 5 }, { uniform: 2, normal: 3 }];
  const { states } = await runTask(task, { seed: 42, draws });
  assertEquals(states.arrays.states.shape, [6, 627]);
  assertEquals(states.arrays.states.dims, ["block", "word"]);
  const one = new LegacyRandom(42);
  const blocks = [[7, 0], [7, 0], [7, 0], [0, 5], [2, 3], [1, 1]];
  blocks.forEach(([uniform, normal], block) => {
    const row = states.arrays.states.data.subarray(627 * block, 627 * (block + 1));
    const own = LegacyRandom.fromState(row);
    for (const [fill, length] of [["fillUniform", uniform], ["fillNormal", normal]] as const) {
      const [here, there] = [own, one].map((random) => random[fill](new Float64Array(length)));
      assertEquals(here, there, `block ${block}: ${fill}`);
    }
  });
  assertEquals(states.about.seed, 42);
});

Deno.test("numpy_stream gives the first numbers of numpy.random.seed(42)", async () => {
  const { states } = await runTask(task, { seed: 42, draws: [{ uniform: 3 }] });
  const first = LegacyRandom.fromState(states.arrays.states.data.subarray(0, 627));
  assertEquals([...first.fillUniform(new Float64Array(3))], [
    0.3745401188473625,
    0.9507143064099162,
    0.7319939418114051,
  ]);
});

Deno.test("numpy_stream refuses seeds and draws that NumPy has not", async () => {
  for (const params of [{ seed: -1, draws: [{}] }, { seed: 2 ** 32, draws: [{}] }, { draws: [] }]) {
    await assertRejects(() => runTask(task, params), TypeError);
  }
});
