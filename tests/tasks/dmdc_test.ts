// The task `dmdc`: the reference's numbers in the artifact, its rank rules, and refusals that name both arrays.

import type { ControlledOperator } from "#lib/core/artifacts/controlled_operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { recordsOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import task from "#tasks/dmdc.ts";
import predictTask from "#tasks/predict_controlled.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";
import { drivenArtifacts } from "#tests/support/driven.ts";
import reference from "#tests/reference/dsa/dmdc.json" with { type: "json" };
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { spectrumDistance } from "../lib/math/control/driven_trials.ts";

const fit = async (params: Record<string, unknown>, inputs: Record<string, Trajectories>) =>
  (await runTask(task, params, inputs)).operator as ControlledOperator;

Deno.test("dmdc gives the reference's numbers, from its params by name", async () => {
  for (const { data, params, float64: expected } of reference.cases) {
    const { lamb, ...rest } = params as Record<string, number>;
    const given = { ...rest, ...(lamb === undefined ? {} : { ridge: lamb }), compat: "v2" };
    const inputs = drivenArtifacts(data);
    const operator = await fit(given, inputs);
    const { arrays, about } = operator;
    const near = { atol: 1e-8 };
    assertEquals([about.rank_input, about.rank_output], [
      expected.rank_input,
      expected.rank_output,
    ]);
    assertAllClose(arrays.input_singular_values.data, expected.Omega_singular_values, near);
    assertAllClose(arrays.output_singular_values.data, expected.Y_singular_values, near);
    assertAllClose(arrays.state_matrix_singular_values.data, expected.A_v_singular_values, near);
    assertAllClose(arrays.input_matrix_singular_values.data, expected.B_v_singular_values, near);
    assertAllClose(arrays.full_state.data, expected.A_full.flat(), near);
    assertAllClose(arrays.full_input.data, expected.B_full.flat(), near);
    const spectrum = arrays.eigenvalues.data;
    const re = [], im = [];
    for (let i = 0; i < spectrum.length; i += 2) re.push(spectrum[i]), im.push(spectrum[i + 1]);
    assert(spectrumDistance({ re, im }, expected.A_v_eigenvalues) < 1e-8);
    const { prediction } = await runTask(
      predictTask,
      { reseed: 5 }, // as it was fitted
      { ...inputs, operator },
    );
    const y = (prediction as Trajectories).states.data as Float64Array;
    const mean = y.reduce((sum, x) => sum + Math.abs(x), 0) / y.length;
    assertAllClose([mean], [expected.prediction_reseed5_mean_abs], near);
    assertAllClose(y.slice(-3), expected.prediction_reseed5_last, near);
  }
});

Deno.test("dmdc takes each rank from one rule, and delays from a span", async () => {
  const inputs = drivenArtifacts("trials");
  const free = await fit({ n_delays: 2 }, inputs);
  const s = free.arrays.input_singular_values.data;
  assertEquals([free.about.rank_input, free.about.rank_output], [8, 6]);
  const thresh = Math.sqrt(s[3] * s[4]);
  const ruled = await fit(
    { n_delays: 2, rank_input_thresh: thresh, rank_output_explained_variance: 0.9 },
    inputs,
  );
  assertEquals(ruled.about.rank_input, 4);
  const variances = Array.from(free.arrays.output_singular_values.data, (x) => x * x);
  const share = (n: number) => sum(variances.slice(0, n)) / sum(variances);
  const rank = ruled.about.rank_output as number;
  assert(share(rank) >= 0.9 && (rank === 1 || share(rank - 1) < 0.9));
  assertEquals(ruled.arrays.state.shape, [rank, rank]);
  assertEquals(ruled.arrays.output.shape, [3, rank]);
  const inMs = Object.fromEntries(
    Object.entries(inputs).map((
      [name, one],
    ) => [name, { ...one, dt: 20, timeUnit: "ms" as const }]),
  );
  assertEquals((await fit({ span_ms: 20 }, inMs)).arrays, free.arrays);
  for (
    const rules of [{ rank_input: 2, rank_input_thresh: 1 }, {
      rank_output: 2,
      rank_output_explained_variance: 0.5,
    }]
  ) {
    await assertRejects(() => fit({ n_delays: 2, ...rules }, inputs), TypeError, "at most one");
  }
});

Deno.test("dmdc tables its eigenvalues with how well they fit and how long they last", async () => {
  const { operator, spectrum } = await runTask(task, { n_delays: 1 }, drivenArtifacts("trials"));
  const rows = recordsOf(spectrum);
  assertEquals(rows.map(({ eigenvalue }) => eigenvalue), [0, 1, 2]);
  const parts = (operator as ControlledOperator).arrays.eigenvalues.data;
  assertEquals(rows.flatMap(({ re, im }) => [re, im]), [...parts]);
  for (const { residual } of rows) assert((residual as number) < 0.01, "little noise was added");
  const mean = sum(rows.map(({ residual }) => residual as number)) / 3;
  assertAllClose([operator.about.average_residual], [mean], { rtol: 1e-12 });
});

Deno.test("dmdc leaves a large operator in its factors", async () => {
  const units = 140;
  const numTime = 40;
  const x = Float64Array.from({ length: numTime * units }, (_, i) => Math.sin(i * i));
  const u = Float64Array.from({ length: numTime }, (_, i) => Math.cos(i * i));
  const inputs = {
    trajectories: {
      states: tensor(["trial", "time", "unit"], [1, numTime, units], x),
      dt: 1,
      timeUnit: "1" as const,
    },
    controls: {
      states: tensor(["trial", "time", "unit"], [1, numTime, 1], u),
      dt: 1,
      timeUnit: "1" as const,
    },
  };
  const small = await fit({ n_delays: 1, rank_input: 5, rank_output: 4 }, inputs);
  const large = await fit({ n_delays: 2, rank_input: 5, rank_output: 4 }, inputs);
  assertEquals(small.arrays.full_state.shape, [140, 140]);
  assertEquals([large.arrays.full_state, large.arrays.gain.shape], [undefined, [280, 5]]);
});

Deno.test("dmdc warns of inputs that never change and of ranks that are rounding", async () => {
  const { trajectories, controls } = drivenArtifacts("trials");
  const still = controls.states.data.map((x, i) => i % 2 === 1 ? 3 : x) as Float64Array;
  const { about } = await fit({ n_delays: 1 }, {
    trajectories,
    controls: withData(controls, still),
  });
  assertStringIncludes((about.warnings as string[]).join(), "of 2 inputs 1 never changed");
  const twice = controls.states.data.map((_, i) => controls.states.data[i - i % 2]) as Float64Array;
  const { about: other } = await fit({ n_delays: 1 }, {
    trajectories,
    controls: withData(controls, twice),
  });
  assertStringIncludes(
    (other.warnings as string[]).join(),
    "rank_input 5 exceeds the numerical rank 4",
  );
});

Deno.test("dmdc refuses what does not belong together, naming both arrays", async () => {
  const { trajectories, controls } = drivenArtifacts("trials");
  const part = drivenArtifacts("trial0");
  const refuse = (inputs: Record<string, Trajectories>, ...texts: string[]) =>
    Promise.all(texts.map((text) =>
      assertRejects(
        () => fit({ n_delays: 2 }, { trajectories, controls, ...inputs }),
        RangeError,
        text,
      )
    ));
  const both = "trajectories (trial 4 × time 60 × unit 3) and controls (trial ";
  await refuse({ controls: part.controls }, `${both}1 × time 60 × unit 2)`, "same trials");
  await refuse({ controls: { ...controls, dt: 2 } }, both, "time steps differ, 1 and 2");
  const holed = controls.states.data.slice() as Float64Array;
  holed[123] = NaN;
  await refuse(
    { controls: withData(controls, holed) },
    both,
    "controls have NaN in trial 1, time 1, input 1",
  );
  const constant = new Float64Array(720).fill(2);
  await refuse({ trajectories: withData(trajectories, constant) }, both, "nothing changes");
  const none = tensor(["trial", "time", "unit"], [4, 60, 0], new Float64Array(0));
  await refuse({ controls: { ...controls, states: none } }, "× unit 0)", "controls are empty");
  await assertRejects(
    () => fit({ n_delays: 61 }, { trajectories, controls }),
    RangeError,
    `dmdc got ${both}4 × time 60 × unit 2): too many delays for trial 0`,
  );
  await assertRejects(() => fit({}, { trajectories, controls }), TypeError, "exactly one");
});

function withData(one: Trajectories, data: Float64Array): Trajectories {
  return { ...one, states: tensor(one.states.dims, one.states.shape, data) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
