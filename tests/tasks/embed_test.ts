// The task `embed`: rows of delays, newest first, that never cross the border of a trial.

import { assertEquals, assertRejects } from "@std/assert";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import task from "#tasks/embed.ts";
import { runTask } from "#tests/support/run_task.ts";

/** State 100 trial + 10 t + unit. */
function counted(numTrials: number, numTime: number, numUnits: number): Trajectories {
  const data = Float64Array.from({ length: numTrials * numTime * numUnits }, (_, i) => {
    const [trial, t, unit] = [
      Math.floor(i / (numTime * numUnits)),
      Math.floor(i / numUnits) % numTime,
      i % numUnits,
    ];
    return 100 * trial + 10 * t + unit;
  });
  const coords = { unit: Array.from({ length: numUnits }, (_, i) => `u${i}`) };
  const states = tensor(["trial", "time", "unit"], [numTrials, numTime, numUnits], data, {
    coords,
  });
  return { states, dt: 20, timeUnit: "ms" };
}

const embed = async (params: Record<string, unknown>, trajectories: Trajectories) =>
  (await runTask(task, params, { trajectories })).trajectories as Trajectories;

Deno.test("embed puts the newest sample first and stays inside each trial", async () => {
  const { states, dt } = await embed({ n_delays: 3, delay_interval: 2 }, counted(2, 6, 2));
  assertEquals([states.shape, dt], [[2, 2, 6], 20]);
  assertEquals([...states.data], [
    ...[40, 41, 20, 21, 0, 1],
    ...[50, 51, 30, 31, 10, 11],
    ...[140, 141, 120, 121, 100, 101],
    ...[150, 151, 130, 131, 110, 111],
  ]);
  assertEquals(states.coords, undefined, "a column is no longer a unit");
});

Deno.test("embed by one delay changes nothing", async () => {
  const given = counted(2, 5, 3);
  assertEquals(await embed({ n_delays: 1 }, given), given);
});

Deno.test("embed refuses trials that are too short", async () => {
  await assertRejects(
    () => embed({ n_delays: 4, delay_interval: 2 }, counted(2, 6, 1)),
    RangeError,
  );
  await assertRejects(() => embed({ n_delays: 0 }, counted(1, 6, 1)), TypeError, "n_delays");
});

Deno.test("embed keeps trials of unequal length, padded to the longest", async () => {
  const { lengths: _, ...whole } = { ...counted(2, 6, 1), lengths: undefined };
  const data = (whole.states.data as Float64Array).slice();
  data.fill(NaN, 10);
  const states = tensor(["trial", "time", "unit"], [2, 6, 1], data);
  const found = await embed({ n_delays: 2, delay_interval: 2 }, {
    ...whole,
    states,
    lengths: [6, 4],
  });
  assertEquals([found.states.shape, found.lengths], [[2, 4, 2], [4, 2]]);
  assertEquals([...found.states.data], [
    ...[20, 0, 30, 10, 40, 20, 50, 30],
    ...[120, 100, 130, 110, NaN, NaN, NaN, NaN],
  ]);
});
