// The tasks `straight_line` and `reverse`: the corrected line is one and starts where `simulate` starts; the published
// one comes from NumPy's stream, and with it the published basis of motifs.

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import numpyStream from "#tasks/numpy_stream.ts";
import reverse from "#tasks/reverse.ts";
import simulate from "#tasks/simulate.ts";
import straightLine from "#tasks/straight_line.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";

const at = ({ states }: Trajectories, trial: number, t: number) => {
  const [, numTime, numUnits] = states.shape;
  const from = (trial * numTime + t) * numUnits;
  return states.data.slice(from, from + numUnits);
};

Deno.test("straight_line goes straight at constant speed, as far as it says, from where simulate starts", async () => {
  const params = { num_trials: 6, num_steps: 9, seed: 3, distance: 2 };
  const line: Trajectories = (await runTask(straightLine, params)).trajectories;
  const system = {
    system: "lorenz",
    num_trials: 6,
    num_steps: 2,
    seed: 3,
    initial_box: [[0, 1], [0, 1], [0, 1]],
  };
  const other: Trajectories =
    (await runTask(simulate, system, {}, { system: lorenz })).trajectories;
  const directions = new Set<string>();
  for (let trial = 0; trial < 6; trial++) {
    assertEquals(at(line, trial, 0), at(other, trial, 0));
    const [first, middle, last] = [0, 4, 8].map((t) => at(line, trial, t));
    assertAlmostEquals(Math.hypot(...last.map((x, k) => x - first[k])), 2, 1e-12);
    assertAllClose(middle, first.map((x, k) => (x + last[k]) / 2), { atol: 1e-12 });
    directions.add(last.map((x, k) => x - first[k]).join());
  }
  assertEquals(directions.size, 6);
});

Deno.test("straight_line as published draws from NumPy's stream, which then stands where the next motif begins", async () => {
  const draws = [{ uniform: 600, normal_and_bit: 200 }, { uniform: 600 }];
  const { states } = await runTask(numpyStream, { seed: 42, draws });
  const params = { form: "as_published", generator_block: 0 };
  const line: Trajectories =
    (await runTask(straightLine, params, { generator: states })).trajectories;
  assertEquals(at(line, 0, 0)[0], 0.3745401188473625);
  const moved = [0, 5, 20, 40].map((trial) =>
    Math.abs(at(line, trial, 2)[0] - at(line, trial, 1)[0])
  );
  // Section 1.2 of the study's specification: 3e-5, 3e-8, 2e-10, 2e-17 (which no longer moves a point of order 1).
  [3e-5, 3e-8, 2e-10].forEach((printed, i) =>
    assert(moved[i] > printed / 2 && moved[i] < printed * 2)
  );
  assertEquals(moved[3], 0);
  const again = await runTask(numpyStream, {
    seed: 42,
    draws: [{ uniform: 600 }, { normal_and_bit: 200 }],
  });
  assertEquals(
    again.states.arrays.states.data.slice(2 * 627),
    states.arrays.states.data.slice(627, 2 * 627),
  );
});

Deno.test("straight_line as published needs a generator and three units", async () => {
  const params = { form: "as_published" };
  await assertRejects(() => runTask(straightLine, params), RangeError, "no generator");
});

Deno.test("reverse turns time or trials round, and twice is as before", async () => {
  const params = { num_trials: 4, num_steps: 5, seed: 1 };
  const { trajectories } = await runTask(straightLine, params);
  for (const axis of ["time", "trial"]) {
    const once: Trajectories = (await runTask(reverse, { axis }, { trajectories })).trajectories;
    const [trial, t] = axis === "time" ? [1, 3] : [2, 1];
    assertEquals(at(once, 1, 1), at(trajectories, trial, t));
    const twice = (await runTask(reverse, { axis }, { trajectories: once })).trajectories;
    assertEquals(twice.states.data, trajectories.states.data);
  }
});
