import { assertAlmostEquals, assertEquals, assertLess, assertRejects } from "@std/assert";
import { recordsOf, tableOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import task from "#tasks/tsne.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { itemTrajectories } from "#tests/support/items.ts";
import { smooth } from "#tests/support/random_systems.ts";
import { runTask } from "#tests/support/run_task.ts";
import reference from "#tests/reference/dsa/tsne.json" with { type: "json" };
import { fresh } from "../lib/math/linalg/fresh.ts";
import { representation } from "../lib/math/rsa/representations.ts";

const run = (params: Record<string, unknown>, inputs: Record<string, unknown>) =>
  runTask(task, params, inputs);
const { data, numItems } = representation("X");
const trajectories = itemTrajectories(data, numItems);
const start = itemTrajectories(Float64Array.from(reference.embedding.flat()), numItems);

Deno.test("tsne tells the stored affinities, divergence and gradient of a given map", async () => {
  const { perplexity } = reference;
  const { fit, course } = await run({ perplexity, num_iterations: 0 }, { trajectories, start });
  assertAllClose(fit.arrays.joint_probabilities.data, reference.joint_probabilities, {
    rtol: 1e-5,
  });
  assertAlmostEquals(fit.about.kl_divergence, reference.kl_divergence, 1e-5);
  assertEquals(recordsOf(course).at(-1)!.kl_divergence, fit.about.kl_divergence);
  const wanted = reference.gradient.flat();
  assertAllClose(fit.arrays.gradient.data, wanted, {
    atol: 1e-5 * Math.max(...wanted.map(Math.abs)),
  });
});

Deno.test("tsne maps trials of unequal length, with their labels, and the same twice", async () => {
  let whole: ReturnType<typeof smooth>;
  fresh((draws) => whole = smooth(draws, 3, 8, 4));
  const states = whole!.states.data.map((value, at) => at >= 84 ? NaN : value) as Float64Array;
  const ragged = {
    ...whole!,
    states: tensor(["trial", "time", "unit"], [3, 8, 4], states),
    lengths: [8, 8, 5],
  };
  const labels = tableOf(["go", "stop", "go"].map((cue) => ({ cue })));
  const params = { perplexity: 5, num_iterations: 400, exaggeration_iterations: 50 };
  const { map, fit, course } = await run(params, { trajectories: ragged, labels });
  const rows = recordsOf(map);
  assertEquals(rows.length, 21);
  assertEquals([rows[20].trial, rows[20].time, rows[20].cue], [2, 4, "go"]);
  const again = await run(params, { trajectories: ragged, labels });
  assertEquals(again.fit.arrays.coordinates.data, fit.arrays.coordinates.data);
  const divergences = recordsOf(course).map((row) => row.kl_divergence as number);
  // At these few items a step may be too long, and throw a point far out again.
  assertLess(Math.min(...divergences), divergences[0]);
});

Deno.test("tsne takes a smaller perplexity where there are few items, and says so", async () => {
  const { fit } = await run({ perplexity: 40, num_iterations: 1 }, { trajectories });
  assertEquals(fit.about.perplexity, 13);
  assertEquals(fit.about.warnings, [
    "perplexity 40 is too large for 40 items; taken: 13",
  ]);
  const sparse = await run({ perplexity: 4, num_iterations: 1, method: "barnes_hut" }, {
    trajectories,
  });
  const { pair_first, pair_second, joint_probabilities } = sparse.fit.arrays;
  assertEquals(pair_first.data.every((i: number, at: number) => i < pair_second.data[at]), true);
  const sum = joint_probabilities.data.reduce((all: number, p: number) => all + p, 0);
  assertAlmostEquals(sum, 0.5, 1e-12);
});

Deno.test("tsne refuses in words that name the array, its dims, and what to do", async () => {
  const refuse = (inputs: Record<string, unknown>, text: string, params = {}) =>
    assertRejects(() => run({ num_iterations: 1, ...params }, inputs), Error, text);
  const items = (...values: number[]) => itemTrajectories(Float64Array.from(values), values.length);
  await refuse(
    { trajectories: items(1, 2) },
    "(trial 2 × time 1 × unit 1): there are 2 moments; give",
  );
  await refuse({ trajectories: items(1, NaN, 3) }, "moment 1, unit 0 is NaN; leave out");
  await refuse({ trajectories, start: items(1, 2) }, "give 40 items × 2");
  await refuse({ trajectories, labels: tableOf([{ a: 1 }]) }, "labels has 1 rows for 40 trials");
  await refuse({ trajectories }, "learning rate", { learning_rate: 1e300, num_iterations: 50 });
});
