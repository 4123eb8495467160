// The task `simulate`: what each param does to the ensemble, and what it refuses.

import { assert, assertEquals, assertRejects } from "@std/assert";
import doubleWell from "#lib/models/attractors/double_well.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import { attractors } from "#lib/models/attractors/mod.ts";
import numpyStream from "#tasks/numpy_stream.ts";
import task from "#tasks/simulate.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";

const system = { system: lorenz as never };
const simulate = async (params: Record<string, unknown>, inputs = {}, members = system) =>
  (await runTask(
    task,
    { system: "lorenz", num_trials: 3, num_steps: 20, ...params },
    inputs,
    members,
  ))
    .trajectories;

Deno.test("simulate gives trials × time × units of every attractor, finite, with its units named", async () => {
  for (const [name, load] of Object.entries(attractors)) {
    const member = (await load()).default as never;
    const { states, dt, timeUnit } = await simulate({ system: name }, {}, { system: member });
    assertEquals(states.dims, ["trial", "time", "unit"]);
    assertEquals(states.shape.slice(0, 2), [3, 20], name);
    assertEquals(states.coords.unit.length, states.shape[2], name);
    assertEquals([dt, timeUnit], [0.01, "1"]);
    assert(states.data.every(Number.isFinite), name);
  }
});

Deno.test("simulate starts equal seeds from equal states in every system, and different seeds elsewhere", async () => {
  const firstStates = ({ states }: { states: { data: Float64Array; shape: number[] } }) =>
    Array.from({ length: 3 }, (_, trial) => [...states.data.subarray(trial * 60, trial * 60 + 3)])
      .flat();
  const one = firstStates(await simulate({ seed: 5, parameters: { r: 0.5 } }));
  const other = firstStates(await simulate({ seed: 5, parameters: { r: 28 } }));
  assertEquals(one, other, "paired across parameters");
  assertEquals(new Set([...one, ...firstStates(await simulate({ seed: 6 }))]).size, 18);
  assertEquals(firstStates(await simulate({ seed: "5" })).some((x) => one.includes(x)), false);
  const fewer = await simulate({ seed: 5, num_trials: 2 });
  const more = await simulate({ seed: 5, num_trials: 3 });
  assertEquals(
    fewer.states.data,
    more.states.data.subarray(0, 120),
    "trials do not depend on their number",
  );
});

Deno.test("simulate throws away what `discard` says and goes on from there", async () => {
  const long = await simulate({ num_steps: 120, seed: 1 });
  const late = await simulate({ num_steps: 20, seed: 1, discard: 1 });
  for (let trial = 0; trial < 3; trial++) {
    assertAllClose(
      late.states.data.subarray(trial * 60, (trial + 1) * 60),
      long.states.data.subarray((trial * 120 + 100) * 3, (trial + 1) * 360),
      { rtol: 1e-12 },
    );
  }
});

Deno.test("simulate integrators agree where they are accurate, Euler with more substeps more", async () => {
  const at = async (params: Record<string, unknown>) =>
    (await simulate({ num_steps: 50, seed: 3, ...params })).states.data as Float64Array;
  const exact = await at({ integrator: "dormand_prince", rtol: 1e-12, atol: 1e-12 });
  const distance = (x: Float64Array) =>
    Math.max(...x.map((value, i) => Math.abs(value - exact[i])));
  assert(distance(await at({ integrator: "rk4" })) < 1e-3);
  const [coarse, fine] = await Promise.all(
    [1, 16].map((substeps) => at({ integrator: "euler", substeps })),
  );
  assert(distance(fine) < distance(coarse) / 8, "order one");
});

Deno.test("simulate draws from its block of a legacy stream as the published notebooks did", async () => {
  const { states: generator } = await runTask(numpyStream, {
    seed: 42,
    draws: [{ uniform: 9, repeat: 2 }],
  });
  const unit = { initial_box: [[0, 1], [0, 1], [0, 1]] };
  const first = await simulate({ ...unit, generator_block: 0 }, { generator });
  assertEquals([...first.states.data.subarray(0, 3)], [
    0.3745401188473625,
    0.9507143064099162,
    0.7319939418114051,
  ]);
  const second = await simulate({ ...unit, generator_block: 1 }, { generator });
  assert(second.states.data[0] !== first.states.data[0]);
  const wide = await simulate({ initial_box: [[-2, 2], [0, 1], [5, 5]], generator_block: 0 }, {
    generator,
  });
  assertAllClose(wide.states.data.subarray(0, 3), [
    4 * 0.3745401188473625 - 2,
    0.9507143064099162,
    5,
  ]);
});

Deno.test("simulate says what is wrong with a box, a block and a step that is too large", async () => {
  await assertRejects(
    () => simulate({ initial_box: [[0, 1]] }),
    RangeError,
    "1 intervals, but lorenz has 3",
  );
  await assertRejects(() => simulate({ generator_block: 0 }), RangeError, "no generator is bound");
  const { states: generator } = await runTask(numpyStream, { draws: [{ uniform: 9 }] });
  await assertRejects(() => simulate({}, { generator }), RangeError, "generator_block");
  await assertRejects(() => simulate({ generator_block: 7 }, { generator }), RangeError);
  await assertRejects(
    () => simulate({ integrator: "euler", dt: 5, num_steps: 100 }),
    RangeError,
    "lorenz left the finite numbers in trial 0 at time",
  );
  await assertRejects(() => simulate({ num_trials: 0 }), TypeError, "num_trials");
  await assertRejects(() => simulate({ parameters: { rho: 3 } }), TypeError, "rho");
});

Deno.test("simulate takes the parameters of the system it was given", async () => {
  const states = async (parameters: Record<string, unknown>) =>
    (await simulate({ system: "double_well", parameters, num_steps: 400, dt: 0.05 }, {}, {
      system: doubleWell as never,
    })).states;
  const { data, shape } = await states({});
  const last = [0, 1, 2].map((trial) =>
    Math.abs(data[(trial + 1) * shape[1] * shape[2] - shape[2]])
  );
  assertAllClose(last, [1, 1, 1], { atol: 1e-3 });
});

Deno.test("simulate refuses to discard a part of a time step, and names the times that would do", async () => {
  const discarding = (discard: number) => simulate({ num_trials: 1, dt: 0.01, discard });
  const error = await assertRejects(() => discarding(0.025), TypeError);
  assert(error.message.includes("the nearest are 0.02 and 0.03"), error.message);
  // Multiples need not be exact in binary.
  for (const discard of [0, 0.03, 0.07, 1.1]) await discarding(discard);
});
