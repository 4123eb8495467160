// The task `normalize`: scales, and what has none.

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import task from "#tasks/normalize.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";
import { smooth } from "#tests/support/random_systems.ts";
import { fresh } from "../lib/math/linalg/fresh.ts";

const normalize = async (params: Record<string, unknown>, trajectories: Trajectories) =>
  (await runTask(task, params, { trajectories })).trajectories as Trajectories;

function random(): Trajectories {
  let made: Trajectories | undefined;
  fresh((draws) => void (made = smooth(draws, 3, 40, 4)));
  return made!;
}

Deno.test("normalize brings each trial into [0, 1] with one scale for all its units", async () => {
  const given = random();
  const x = given.states.data;
  const { states, dt } = await normalize({}, given);
  for (let trial = 0; trial < 3; trial++) {
    const scaled = states.data.subarray(trial * 160, (trial + 1) * 160);
    assertEquals([Math.min(...scaled), Math.max(...scaled)], [0, 1]);
    const slope = (scaled[7] - scaled[2]) / (x[trial * 160 + 7] - x[trial * 160 + 2]);
    assertAllClose(
      scaled.map((value) => value - scaled[0]),
      Array.from(scaled, (_, i) => slope * (x[trial * 160 + i] - x[trial * 160])),
      { atol: 1e-9 },
    );
  }
  assertEquals(dt, given.dt);
  const most = Math.max(...(await normalize({ epsilon: 0.5 }, given)).states.data);
  assert(most < 1 && most > 0);
});

Deno.test("normalize by z_score gives each unit of each trial mean 0 and variance 1", async () => {
  const { states } = await normalize({ method: "z_score" }, random());
  for (let trial = 0; trial < 3; trial++) {
    for (let unit = 0; unit < 4; unit++) {
      const series = Array.from({ length: 40 }, (_, t) => states.data[(trial * 40 + t) * 4 + unit]);
      const mean = series.reduce((sum, x) => sum + x, 0) / 40;
      const variance = series.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 40;
      assertAllClose([mean, variance], [0, 1], { atol: 1e-12 });
    }
  }
});

Deno.test("normalize says which trial has no scale", async () => {
  const states = tensor(["trial", "time", "unit"], [2, 3, 1], Float64Array.of(1, 2, 3, 4, 4, 4));
  const still = { states, dt: 1, timeUnit: "ms" as const };
  await assertRejects(() => normalize({}, still), RangeError, "trial 1 never moves");
  assertEquals([...(await normalize({ epsilon: 1e-6 }, still)).states.data.subarray(3)], [0, 0, 0]);
  assertEquals([...(await normalize({ method: "z_score" }, still)).states.data.subarray(3)], [
    0,
    0,
    0,
  ]);
  const holed = {
    ...still,
    states: tensor(states.dims, [2, 3, 1], Float64Array.of(1, 2, 3, 4, NaN, 5)),
  };
  for (const method of ["min_max", "z_score"]) {
    await assertRejects(() => normalize({ method }, holed), RangeError, "trial 1 holds numbers");
  }
});
