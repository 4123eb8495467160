// The task `subspace_dmdc`: the reference's numbers in the artifact, short trials, and refusals.

import type { ControlledOperator } from "#lib/core/artifacts/controlled_operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import predictTask from "#tasks/predict_controlled.ts";
import task from "#tasks/subspace_dmdc.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { drivenArtifacts } from "#tests/support/driven.ts";
import { runTask } from "#tests/support/run_task.ts";
import reference from "#tests/reference/dsa/subspace_dmdc.json" with { type: "json" };
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";

const fit = async (params: Record<string, unknown>, inputs: Record<string, Trajectories>) =>
  (await runTask(task, params, inputs)).operator as ControlledOperator;

Deno.test("subspace_dmdc gives the reference's numbers, from its params by name", async () => {
  const inputs = drivenArtifacts("trials");
  for (const expected of reference.cases) {
    const { lamb, rank, n_delays } = expected.params;
    const operator = await fit(
      {
        n_delays,
        ridge: lamb,
        backend: expected.backend,
        ...(rank === null ? {} : { rank }),
        num_markov: 3,
      },
      inputs,
    );
    const { arrays, about } = operator;
    const near = { atol: 1e-8 };
    assertEquals(about.rank, expected.rank_used);
    assertAllClose(arrays.singular_values.data, expected.singular_values_O, near);
    const markov = [expected.CB, expected.CAB, expected.CA2B].flat(2);
    assertAllClose(arrays.markov_parameters.data, markov, near);
    assertAllClose(arrays.output_covariance.data, expected.R_hat.flat(), near);
    assertAllClose(arrays.process_covariance_in_units.data, expected.CQCt.flat(), near);
    const { prediction } = await runTask(
      predictTask,
      { reseed: 3, compat: "v2" },
      { ...inputs, operator },
    );
    const y = (prediction as Trajectories).states.data as Float64Array;
    const mean = y.reduce((sum, x) => sum + Math.abs(x), 0) / y.length;
    assertAllClose([mean], [expected.prediction_reseed3_mean_abs], near);
    assertAllClose(y.slice(-3), expected.prediction_reseed3_last, near);
  }
});

Deno.test("subspace_dmdc leaves short trials out and says so", async () => {
  const inputs = drivenArtifacts("trials");
  const lengths = [6, 60, 5, 60];
  const ragged = Object.fromEntries(
    Object.entries(inputs).map(([port, one]) => [port, cutTo(one, lengths)]),
  );
  const operator = await fit({ n_delays: 3 }, ragged);
  assertEquals(operator.about.dropped_trials, [0, 2]);
  assertStringIncludes(
    (operator.about.warnings as string[]).join(),
    "2 of 4 trials are left out: 3 past and 3 future samples need more than 6 time points, they have 5 to 6",
  );
  const { prediction } = await runTask(predictTask, {}, { ...ragged, operator });
  assertEquals((prediction as Trajectories).lengths, lengths);
  assertEquals(Number.isNaN((prediction as Trajectories).states.data[6 * 3]), true);
  const twoLong = { trajectories: inputs.trajectories, controls: inputs.controls };
  const all = await fit({ n_delays: 3 }, twoLong);
  assertEquals(all.about.warnings, []);
});

Deno.test("subspace_dmdc refuses what it cannot fit, naming both arrays", async () => {
  const inputs = drivenArtifacts("trials");
  const both =
    "subspace_dmdc got trajectories (trial 4 × time 60 × unit 3) and controls (trial 4 × time 60 × unit 2): ";
  await assertRejects(
    () => fit({ n_delays: 30 }, inputs),
    RangeError,
    `${both}30 past and 30 future samples need trials of more than 60 time points; the longest has 60, take fewer delays`,
  );
  await assertRejects(() => fit({ n_delays: 25 }, inputs), RangeError, `${both}40 windows for 175`);
  await assertRejects(() => fit({}, inputs), TypeError);
  await assertRejects(
    () => fit({ n_delays: 2, rank: 2, rank_thresh: 1 }, inputs),
    TypeError,
    "at most one",
  );
  const shorter = { ...inputs, controls: cutTo(inputs.controls, [60, 50, 60, 60]) };
  await assertRejects(
    () => fit({ n_delays: 2 }, shorter),
    RangeError,
    "trial 1 has 60 time points of states and 50 of inputs",
  );
});

function cutTo(one: Trajectories, lengths: readonly number[]): Trajectories {
  const [, numTime, numUnits] = one.states.shape;
  const data = (one.states.data as Float64Array).map((x, i) => {
    const trial = Math.floor(i / (numTime * numUnits));
    return Math.floor(i / numUnits) % numTime < lengths[trial] ? x : NaN;
  });
  return { ...one, lengths, states: tensor(one.states.dims, one.states.shape, data) };
}
