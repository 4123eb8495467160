import { assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { recordsOf, tableOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import { solve } from "#lib/math/linalg/lu.ts";
import { noiseCovariance } from "#lib/math/rsa/noise_precision.ts";
import { rdmOf } from "#lib/math/rsa/rdm.ts";
import task from "#tasks/rdm.ts";
import rdmTable from "#tasks/rdm_table.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { itemTrajectories } from "#tests/support/items.ts";
import { runTask } from "#tests/support/run_task.ts";
import reference from "#tests/reference/dsa/rdms.json" with { type: "json" };
import { smooth } from "#tests/support/random_systems.ts";
import { fresh } from "../lib/math/linalg/fresh.ts";
import { representation } from "../lib/math/rsa/representations.ts";

const run = async (params: Record<string, unknown>, inputs: Record<string, unknown>) =>
  (await runTask(task, params, inputs)).rdm;
const random = (trials: number, time: number, units: number) => {
  let made: ReturnType<typeof smooth>;
  fresh((draws) => made = smooth(draws, trials, time, units));
  return made!;
};

Deno.test("rdm gives the stored matrices", async () => {
  const { data, numItems } = representation("X", reference.rows);
  const trajectories = itemTrajectories(data, numItems);
  const found = await run({ measure: "mahalanobis", ridge: 0.1 }, { trajectories });
  assertAllClose(
    found.arrays.values.data,
    reference.rdms.X.mahalanobis_sq_per_channel,
    { atol: 1e-10 },
  );
  assertEquals(found.about, {
    measure: "mahalanobis",
    sense: "distance",
    unit: "1",
    num_items: 12,
    num_features: 8,
    num_rows: 12,
  });
});

Deno.test("rdm averages over trials, over time, or over what has one label", async () => {
  const trajectories = random(4, 3, 2);
  const x = trajectories.states.data as Float64Array;
  const mean = (rows: readonly number[]) =>
    [0, 1].map((unit) => rows.reduce((sum, row) => sum + x[2 * row + unit], 0) / rows.length);
  const wanted = (groups: readonly (readonly number[])[]) =>
    rdmOf({
      data: Float64Array.from(groups.flatMap(mean)),
      numItems: groups.length,
      numFeatures: 2,
    }, "euclidean");
  const close = { atol: 1e-13 };
  const values = async (params: Record<string, unknown>, labels?: string[]) => {
    const more = labels === undefined
      ? {}
      : { labels: tableOf(labels.map((label) => ({ label }))) };
    const found = await run({ measure: "euclidean", ...params }, { trajectories, ...more });
    return found.arrays.values.data;
  };
  assertAllClose(
    await values({ items: "time" }),
    wanted([0, 1, 2].map((t) => [t, t + 3, t + 6, t + 9])),
    close,
  );
  assertAllClose(
    await values({ items: "trial" }),
    wanted([0, 3, 6, 9].map((t) => [t, t + 1, t + 2])),
    close,
  );
  assertAllClose(
    await values({ items: "trial" }, ["b", "a", "b", "a"]),
    wanted([[0, 1, 2, 6, 7, 8], [3, 4, 5, 9, 10, 11]]),
    close,
  );
  // A label for each trial keeps its times apart; one for each moment does not.
  assertAllClose(
    await values({}, ["b", "a", "b", "a"]),
    wanted([[0, 6], [1, 7], [2, 8], [3, 9], [4, 10], [5, 11]]),
    close,
  );
  const perMoment = [..."abcabcabcabc"];
  assertAllClose(await values({}, perMoment), await values({ items: "time" }), close);
});

Deno.test("rdm takes folds of trials for crossnobis, and noise from repeats or elsewhere", async () => {
  const trajectories = random(5, 4, 3);
  const params = { measure: "crossnobis", items: "time" };
  const own = await run({ ...params, ridge: 1 }, { trajectories });
  assertEquals(own.about.num_folds, 5);
  const none = await run({ ...params, noise: "none" }, { trajectories });
  // Five folds of two labels by a column, against the same by order.
  const labels = tableOf(
    Array.from({ length: 20 }, (_, row) => ({ label: `t${row % 4}`, fold: Math.floor(row / 4) })),
  );
  const folded = await run({ measure: "crossnobis", noise: "none" }, { trajectories, labels });
  assertAllClose(folded.arrays.values.data, none.arrays.values.data, { rtol: 1e-12, atol: 1e-14 });
  const white = {
    ...trajectories,
    states: tensor(
      ["trial", "time", "unit"],
      [2, 3, 3],
      Float64Array.from(
        [1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0, 0, -1, 0, 0, 0, -1].map((v) => v * Math.sqrt(2.5)),
      ),
    ),
  };
  const bound = await run(params, { trajectories, noise: white });
  assertAllClose(bound.arrays.values.data, none.arrays.values.data, { rtol: 1e-12, atol: 1e-14 });
});

Deno.test("rdm takes a noise precision or covariance as it is given", async () => {
  const { data, numItems, numFeatures } = representation("Y", reference.rows);
  const trajectories = itemTrajectories(data, numItems);
  const covariance = noiseCovariance(data, numItems, numFeatures, undefined, { ridge: 0.1 });
  const identity = covariance.map((_, at) => at % (numFeatures + 1) === 0 ? 1 : 0);
  const precision = solve(covariance, numFeatures, identity, numFeatures);
  const matrix = (name: string, values: Float64Array, n = numFeatures) => ({
    arrays: { [name]: tensor(["row", "column"], [n, n], values) },
    about: {},
  });
  for (const [name, values] of Object.entries({ covariance, precision })) {
    const noise_matrix = matrix(name, values);
    const found = await run({ measure: "mahalanobis" }, { trajectories, noise_matrix });
    const wanted = reference.rdms.Y.mahalanobis_sq_per_channel;
    assertAllClose(found.arrays.values.data, wanted, { atol: 1e-10 }, name);
  }
  const refuse = (noise_matrix: unknown, text: string) =>
    assertRejects(
      () => run({ measure: "mahalanobis" }, { trajectories, noise_matrix }),
      Error,
      text,
    );
  await refuse(matrix("noise", covariance), "called precision or covariance");
  await refuse(matrix("precision", covariance.slice(0, 4), 2), "give 12 × 12");
  await refuse(
    matrix("covariance", covariance.map((x, at) => at === 1 ? x + 1 : x)),
    "is not symmetric",
  );
});

Deno.test("rdm makes a model of labels alone, as of their one-hot codes", async () => {
  const labels = tableOf(["a", "b", "a", "c"].map((kind) => ({ kind })));
  const model = await run({ label: "kind" }, { labels });
  assertAllClose(model.arrays.values.data, [2, 0, 2, 2, 2, 2].map((d) => d / 3), { rtol: 1e-15 });
  const codes = Float64Array.of(1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1);
  const same = await run({}, { trajectories: itemTrajectories(codes, 4) });
  assertEquals(model.arrays.values.data, same.arrays.values.data);
});

Deno.test("rdm keeps the names that items have", async () => {
  const trajectories = itemTrajectories(Float64Array.of(1, 2, 4), 3, {
    trial: ["face", "house", "tool"],
  });
  const { about, arrays } = await run({ measure: "euclidean" }, { trajectories });
  assertEquals(about.labels, ["face", "house", "tool"]);
  assertAlmostEquals(arrays.values.data[1], 3);
});

Deno.test("rdm_table lists pairs once or twice, with names, over the largest if wanted", async () => {
  const trajectories = itemTrajectories(Float64Array.of(1, 2, 5), 3, { trial: [..."abc"] });
  const rdm = await run({ measure: "euclidean" }, { trajectories });
  const rows = async (params: Record<string, unknown>) =>
    recordsOf((await runTask(rdmTable, params, { rdm })).table);
  assertEquals((await rows({ halves: "upper" })).map(({ a, b, value }) => [a, b, value]), [
    ["a", "b", 1],
    ["a", "c", 4],
    ["b", "c", 3],
  ]);
  const both = await rows({ scale: "maximum" });
  assertEquals(both.map(({ value }) => value), [0, 0.25, 1, 0.25, 0, 0.75, 1, 0.75, 0]);
  assertEquals(both.filter(({ half }) => half === "diagonal").length, 3);
});

Deno.test("rdm refuses in words that name the array, its dims, and what to do", async () => {
  const trajectories = random(4, 3, 2);
  const refuse = (params: Record<string, unknown>, inputs: Record<string, unknown>, text: string) =>
    assertRejects(() => run(params, { trajectories, ...inputs }), Error, text);
  const labels = (...texts: (string | null)[]) => ({
    labels: tableOf(texts.map((label) => ({ label }))),
  });
  await refuse({}, labels("a", "b"), "trial 4 × time 3 × unit 2): labels has 2 rows for 4 trials");
  await refuse({}, labels("a", null, "b", "a"), "row 2: the column 'label' is empty");
  await refuse({ label: "kind" }, labels("a", "a", "b", "b"), "'kind'");
  await refuse({ measure: "crossnobis" }, {}, "use items: time");
  await refuse({ measure: "crossnobis" }, labels("a", "b", "b", "b"), "is not measured in fold");
  await refuse({ noise: "repeats" }, {}, "squared_euclidean uses no noise");
  await refuse({ measure: "mahalanobis", noise: "repeats" }, {}, "repeated items");
  await refuse(
    { measure: "mahalanobis", items: "trial" },
    { noise: random(2, 3, 5) },
    "of the same units",
  );
  const gap = itemTrajectories(Float64Array.of(1, NaN, 3), 3);
  await assertRejects(
    () => run({}, { trajectories: gap }),
    RangeError,
    "trial 1, time 0, unit 0 is NaN",
  );
});

Deno.test("rdm takes the noise of crossnobis from repeats, of mahalanobis from items, if nothing is said", async () => {
  const trajectories = random(4, 5, 3);
  const values = async (more: Record<string, unknown>) =>
    (await run({ items: "time", ...more }, { trajectories })).arrays.values.data;
  for (const [measure, noise] of [["crossnobis", "repeats"], ["mahalanobis", "items"]]) {
    const other = noise === "items" ? "repeats" : "items";
    assertEquals(await values({ measure }), await values({ measure, noise }), measure);
    assertNotEquals(await values({ measure }), await values({ measure, noise: other }), measure);
  }
});
