// The task `predict`: stored predictions through the artifacts, ragged trials, imported matrices, and refusals.

import { decodeNpy } from "#lib/core/npy.ts";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import task from "#tasks/predict.ts";
import reference from "#tests/reference/dsa/predictions.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { fit, stored, trajectoriesOf } from "./stored_fit.ts";

const predict = async (
  params: Readonly<Record<string, unknown>>,
  operator: Operator,
  trajectories: Trajectories,
) => (await runTask(task, params, { operator, trajectories })).prediction as Trajectories;

const imported = (
  matrix: readonly number[],
  about: Readonly<Record<string, unknown>> = {},
): Operator => {
  const n = Math.sqrt(matrix.length);
  return {
    matrix: tensor(["target", "source"], [n, n], Float64Array.from(matrix)),
    about: { rank: n, method: "imported", warnings: [], ...about },
  };
};

Deno.test("predict reproduces the stored predictions from fits of the task dmd", async () => {
  for (const { file, input, params, reseed } of reference.cases) {
    const trajectories = stored(input);
    const asked = reseed === null ? {} : { reseed };
    const { states } = await predict(asked, await fit(params, trajectories), trajectories);
    const expected = decodeNpy(
      Deno.readFileSync(new URL(`../reference/dsa/${file}`, import.meta.url)),
    );
    assertEquals(states.shape, trajectories.states.shape);
    const atol = (reseed ?? 1) <= 4 ? 1e-8 : 1e-6;
    assertAllClose(states.data, expected.data as Float64Array, { atol }, file);
  }
});

Deno.test("predict runs freely for ever where reseed is never", async () => {
  const trajectories = stored("dmd_data_trials.npy");
  const operator = await fit({ n_delays: 2, rank: 4 }, trajectories);
  assertEquals(
    await predict({ reseed: "never" }, operator, trajectories),
    await predict({ reseed: 10_000 }, operator, trajectories),
  );
});

Deno.test("predict keeps the lengths of ragged trials, their labels and their time", async () => {
  const { states } = stored("dmd_data_trials.npy");
  const data = Float64Array.from(states.data);
  const [numTrials, numTime, numUnits] = states.shape;
  const lengths = [40, 31, 40, 22, 40, 9];
  lengths.forEach((length, trial) =>
    data.fill(NaN, (trial * numTime + length) * numUnits, (trial + 1) * numTime * numUnits)
  );
  const ragged: Trajectories = {
    states: tensor(states.dims, states.shape, data, {
      units: "Hz",
      coords: { unit: ["a", "b", "c", "d", "e"], trial: [7, 8, 9, 10, 11, 12] },
    }),
    lengths,
    dt: 5,
    timeUnit: "ms",
  };
  const operator = await fit({ n_delays: 3, delay_interval: 2, rank: 5 }, ragged);
  const found = await predict({ reseed: 4 }, operator, ragged);
  assertEquals([found.lengths, found.dt, found.timeUnit], [lengths, 5, "ms"]);
  assertEquals([found.states.units, found.states.coords], ["Hz", ragged.states.coords]);
  const alone = (trial: number) => {
    const from = trial * numTime * numUnits;
    const length = lengths[trial];
    return trajectoriesOf(data.slice(from, from + length * numUnits), [1, length, numUnits]);
  };
  for (let trial = 0; trial < numTrials; trial++) {
    const own = await predict({ reseed: 4 }, operator, alone(trial));
    const from = trial * numTime * numUnits;
    const end = from + lengths[trial] * numUnits;
    assertAllClose(found.states.data.slice(from, end), own.states.data, { atol: 1e-12 });
    assertEquals(
      (found.states.data as Float64Array).slice(end, from + numTime * numUnits).every(Number.isNaN),
      true,
    );
  }
});

Deno.test("predict uses an imported matrix on the units, or on the delays that it names", async () => {
  const trajectories = trajectoriesOf(Float64Array.of(1, 10, 2, 20, 3, 30), [1, 3, 2]);
  const swap = await predict({}, imported([0, 1, 1, 0]), trajectories);
  assertEquals([...swap.states.data], [1, 10, 10, 1, 20, 2]);
  // Newest block first: x(t + 1) = x(t) + 10 x(t − 1).
  const delayed = imported([1, 0, 10, 0, 0, 1, 0, 10, 1, 0, 0, 0, 0, 1, 0, 0], { n_delays: 2 });
  const found = await predict({}, delayed, trajectories);
  assertEquals([...found.states.data], [1, 10, 2, 20, 12, 120]);
  await assertRejects(
    () => predict({}, imported([1]), trajectories),
    RangeError,
    "2 units and 1 delays; it needs 2 rows",
  );
});

Deno.test("predict takes a transposed matrix of reduced rank for what it is", async () => {
  const trajectories = stored("dmd_data_2d.npy");
  const given = { n_delays: 2, rank: 3, regression: "reduced_rank" };
  const corrected = await predict({}, await fit(given, trajectories), trajectories);
  const published = await fit({ ...given, compat: "v2" }, trajectories);
  assertEquals(published.about.transposed, true);
  assertAllClose(
    (await predict({}, published, trajectories)).states.data,
    corrected.states.data,
    { atol: 1e-9 },
  );
});

Deno.test("predict says what is wrong, where, and what to do", async () => {
  const trajectories = stored("dmd_data_2d.npy");
  const operator = await fit({ n_delays: 3, rank: 4 }, trajectories);
  const { modes: _, ...bare } = operator;
  await assertRejects(
    () => predict({}, bare, trajectories),
    RangeError,
    "keep_modes: true",
  );
  await assertRejects(
    () => predict({}, operator, stored("dmd_data_trials.npy")),
    RangeError,
    "an operator of 4 units and trajectories of 5",
  );
  const short = trajectoriesOf(new Float64Array(8), [1, 2, 4]);
  await assertRejects(() => predict({}, operator, short), RangeError, "trial 1 × time 2 × unit 4");
  const holed = trajectoriesOf(Float64Array.from(trajectories.states.data), [1, 120, 4]);
  holed.states.data[4 * 17 + 2] = NaN;
  await assertRejects(
    () => predict({}, operator, holed),
    RangeError,
    "NaN in trial 0, time 17, unit 2",
  );
});
