// The task `linear_system`: the published trajectories, drives that belong to their states, and what it refuses.

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { decodeNpy } from "#lib/core/npy.ts";
import published from "#tests/reference/dsa/tutorial_trajectories.npy" with { type: "bytes" };
import matrices from "#tests/reference/dsa/tutorial_matrices.json" with { type: "json" };
import numpyStream from "#tasks/numpy_stream.ts";
import task from "#tasks/linear_system.ts";
import { runTask } from "#tests/support/run_task.ts";

type Outputs = { readonly trajectories: Trajectories; readonly drive: Trajectories };
const simulate = async (params: Record<string, unknown>, inputs = {}) =>
  await runTask(task, params, inputs) as unknown as Outputs;
const spiral = { state: [[0.9, 0.3], [-0.3, 0.9]], input: [[1, 0, 2], [0, 1, -1]] };

Deno.test("linear_system draws the tutorial's three trajectories to the last digits", async () => {
  const generator =
    (await runTask(numpyStream, { seed: 2026, draws: [{ normal: 2000, repeat: 3 }] })).states;
  const expected = decodeNpy(published).data as Float64Array;
  const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  for (const [at, name] of (["circle", "oval", "walk"] as const).entries()) {
    const { A, B } = matrices[name];
    const { trajectories: { states } } = await simulate(
      { state: A, input: B, generator_block: at },
      { generator },
    );
    assertEquals(states.shape, [1, 1001, 2]);
    (states.data as Float64Array).forEach((x, k) =>
      assert(Math.abs(x - expected[at * 2002 + k]) <= 1e-10 * largest, `${name} at ${k}`)
    );
  }
});

Deno.test("linear_system takes a drive that is given", async () => {
  const drawn = await simulate({ ...spiral, num_trials: 2, num_steps: 9, seed: 4, dt_ms: 5 });
  const { drive } = drawn;
  const again = await simulate({ ...spiral, num_steps: 9 }, { drive });
  assertEquals(again, drawn);
  // All rows of the drive are used: one state more than there are.
  const whole = await simulate(spiral, { drive });
  assertEquals(whole.trajectories.states.shape, [2, 10, 2]);
  assertEquals(
    whole.trajectories.states.data.slice(0, 18),
    drawn.trajectories.states.data.slice(0, 18),
  );
  for (
    const [params, text] of [
      [{ input: [[1], [1]] }, "got drive (trial 2 × time 9 × unit 3) for 1 inputs"],
      [{ num_trials: 3 }, "for num_trials 3; leave that out"],
      [{ num_steps: 11 }, "for num_steps 11, which need 10 time points"],
    ] as const
  ) {
    await assertRejects(() => simulate({ ...spiral, ...params }, { drive }), RangeError, text);
  }
});

Deno.test("linear_system hands over the drive that moved each trial", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const { trajectories, drive } = await simulate({
    ...spiral,
    initial: [1, -2],
    num_trials: 3,
    num_steps: 9,
    seed,
    dt_ms: 5,
  });
  assertEquals([trajectories.dt, trajectories.timeUnit, drive.dt], [5, "ms", 5]);
  assertEquals(drive.states.shape, [3, 9, 3]);
  const x = trajectories.states.data, e = drive.states.data;
  for (let trial = 0; trial < 3; trial++) {
    assertEquals([...x.slice(trial * 18, trial * 18 + 2)], [1, -2]);
    assertEquals([...e.slice(trial * 27 + 24, trial * 27 + 27)], [0, 0, 0]);
    for (let t = 0; t < 8; t++) {
      const at = trial * 18 + 2 * t, by = trial * 27 + 3 * t;
      const expected = [
        0.9 * x[at] + 0.3 * x[at + 1] + e[by] + 2 * e[by + 2],
        -0.3 * x[at] + 0.9 * x[at + 1] + e[by + 1] - e[by + 2],
      ];
      expected.forEach((value, i) =>
        assert(Math.abs(x[at + 2 + i] - value) < 1e-12, `seed ${seed}`)
      );
    }
  }
});

Deno.test("linear_system gives a trial the same drive however many trials and steps there are", async () => {
  const few = await simulate({ ...spiral, num_trials: 2, num_steps: 5, seed: 3 });
  const many = await simulate({ ...spiral, num_trials: 4, num_steps: 9, seed: 3 });
  for (const trial of [0, 1]) {
    assertEquals(
      few.trajectories.states.data.slice(trial * 10, trial * 10 + 10),
      many.trajectories.states.data.slice(trial * 18, trial * 18 + 10),
    );
  }
});

Deno.test("linear_system refuses matrices that do not belong together, and growth beyond numbers", async () => {
  const refused = (params: Record<string, unknown>, text: string) =>
    assertRejects(() => simulate(params), TypeError, text);
  await refused({ state: [[1, 0]], input: [[1]] }, "A is square");
  await refused({ state: [[1, 0], [0, 1]], input: [[1]] }, "B needs 2 rows");
  await refused({ ...spiral, initial: [1] }, "1 entries for 2 units");
  await assertRejects(
    () => simulate({ state: [[9]], input: [[1]], num_steps: 1001 }),
    RangeError,
    "outside the unit circle",
  );
});
