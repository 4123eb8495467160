// The task `predict_controlled`: free runs of known systems, what may be predicted by what, and refusals.

import type { ControlledOperator } from "#lib/core/artifacts/controlled_operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import dmdc from "#tasks/dmdc.ts";
import task from "#tasks/predict_controlled.ts";
import subspace from "#tasks/subspace_dmdc.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { drivenArtifacts } from "#tests/support/driven.ts";
import { drivenOf } from "#tests/support/random_systems.ts";
import { runTask } from "#tests/support/run_task.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { drivenTrials, type Plant, randomPlant } from "../lib/math/control/driven_trials.ts";
import { fresh } from "../lib/math/linalg/fresh.ts";

const predict = async (
  params: Record<string, unknown>,
  inputs: Record<string, Trajectories>,
  operator: ControlledOperator,
) => (await runTask(task, params, { ...inputs, operator })).prediction as Trajectories;

function plantAndTrials() {
  let made: { plant: Plant; inputs: Record<string, Trajectories> } | undefined;
  fresh((draws) => {
    const plant = randomPlant(draws, 3, 2);
    const { states, controls } = drivenTrials(draws, plant, [50, 50]);
    const as = (data: Float64Array, width: number): Trajectories => ({
      states: tensor(["trial", "time", "unit"], [2, 50, width], data, {
        coords: { unit: Array.from({ length: width }, (_, k) => `u${k}`) },
      }),
      dt: 5,
      timeUnit: "ms",
    });
    made = {
      plant,
      inputs: { trajectories: as(states.data, 3), controls: as(controls.data, 2) },
    };
  });
  return made!;
}

Deno.test("predict_controlled runs a system freely: imported, of dmdc, of subspace_dmdc", async () => {
  const { plant, inputs } = plantAndTrials();
  const truth = inputs.trajectories.states.data;
  const imported = drivenOf(plant.state, plant.input, 3, 2);
  const free = await predict({ reseed: "never" }, inputs, imported);
  assertAllClose(free.states.data, truth, { atol: 1e-10 });
  assertEquals([free.dt, free.timeUnit, free.states.coords], [
    5,
    "ms",
    inputs.trajectories.states.coords,
  ]);
  const fitted = (await runTask(dmdc, { n_delays: 1 }, inputs)).operator as ControlledOperator;
  const byFit = await predict({ reseed: 1000 }, inputs, fitted);
  assertAllClose(byFit.states.data, truth, { atol: 1e-5 });
  const states = (await runTask(subspace, { n_delays: 2, rank: 3 }, inputs))
    .operator as ControlledOperator;
  const filtered = await predict({}, inputs, states);
  const error = Math.max(
    ...filtered.states.data.slice(150).map((x, i) => Math.abs(x - truth[150 + i])),
  );
  assert(error < 1e-2 * Math.max(...truth.map(Math.abs)), `${error}`);
});

Deno.test("predict_controlled pairs states with the input of their time, and as published only on demand", async () => {
  const inputs = drivenArtifacts("trial0");
  const fit = async (compat: string) =>
    (await runTask(dmdc, { n_delays: 3, compat }, inputs)).operator as ControlledOperator;
  const [own, published] = [await fit("corrected"), await fit("v2")];
  assertEquals(own.arrays, published.arrays, "one trial has no border");
  const of = async (operator: ControlledOperator, params: Record<string, unknown>) =>
    (await predict(params, inputs, operator)).states.data as Float64Array;
  const [corrected, early] = [await of(own, {}), await of(published, {})];
  assertEquals(await of(published, { compat: "corrected" }), corrected);
  assertEquals(await of(own, { compat: "v2" }), early);
  const truth = inputs.trajectories.states.data;
  const error = (y: Float64Array) => Math.hypot(...y.map((x, i) => x - truth[i]));
  assert(error(corrected) < 0.3 * error(early), `${error(corrected)} and ${error(early)}`);
});

Deno.test("predict_controlled refuses operators that do not fit the trials", async () => {
  const { plant, inputs } = plantAndTrials();
  const others = drivenArtifacts("trials");
  const fitted = (await runTask(dmdc, { n_delays: 1 }, inputs)).operator as ControlledOperator;
  const swapped = { trajectories: others.trajectories, controls: others.trajectories };
  await assertRejects(
    () => predict({}, swapped, fitted),
    RangeError,
    "fitted to 3 units and 2 inputs, but these are 3 and 3",
  );
  const states = (await runTask(subspace, { n_delays: 2 }, inputs)).operator as ControlledOperator;
  await assertRejects(
    () => predict({}, swapped, states),
    RangeError,
    "the model has 3 units and 2 inputs",
  );
  const imported = drivenOf(plant.state, plant.input, 3, 2);
  await assertRejects(
    () => predict({}, swapped, imported),
    RangeError,
    "give the units and inputs",
  );
  const wild = drivenOf(plant.state.map((x) => 1e9 * x), plant.input, 3, 2);
  await assertRejects(
    () => predict({ reseed: "never" }, inputs, wild),
    RangeError,
    "left the finite numbers at trial 0, time ",
  );
  const seen = { ...imported, arrays: { ...imported.arrays, output: imported.arrays.state } };
  await assertRejects(() => predict({}, inputs, seen), RangeError, "no covariances");
});

Deno.test("predict_controlled predicts a system at rest", async () => {
  const { plant, inputs } = plantAndTrials();
  const atRest = (of: Trajectories): Trajectories => ({
    ...of,
    states: { ...of.states, data: new Float64Array(of.states.data.length) },
  });
  const still = {
    trajectories: atRest(inputs.trajectories),
    controls: atRest(inputs.controls),
  };
  const { states } = await predict({}, still, drivenOf(plant.state, plant.input, 3, 2));
  assertEquals(states.data, still.trajectories.states.data);
});
