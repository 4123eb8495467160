import { assertAlmostEquals, assertEquals, assertLess, assertRejects } from "@std/assert";
import { recordsOf, type Table, tableOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import { pointDistances } from "#lib/math/maps/place.ts";
import { triangleOf } from "#lib/math/rsa/triangle.ts";
import metric from "#lib/metrics/rdm_comparison.ts";
import compare from "#tasks/compare.ts";
import task from "#tasks/mds.ts";
import rdmTask from "#tasks/rdm.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { itemTrajectories } from "#tests/support/items.ts";
import { runTask } from "#tests/support/run_task.ts";
import reference from "#tests/reference/dsa/rep_path.json" with { type: "json" };

const run = (params: Record<string, unknown>, inputs: Record<string, unknown>) =>
  runTask(task, params, inputs);

/** From layers and labels to scores, as a workflow goes. */
async function scoresOfPath(): Promise<Table> {
  const rdms = [];
  for (const [layer, rows] of [...reference.layers, reference.labels_onehot].entries()) {
    const trajectories = itemTrajectories(Float64Array.from(rows.flat()), rows.length);
    const { rdm } = await runTask(rdmTask, {}, { trajectories });
    // Layers are counted, labels are called so: ids of two types on one axis.
    rdms.push({ value: rdm, coords: { layer: layer < 6 ? layer : "labels" } });
  }
  const { scores } = await runTask(compare, { metric: "rdm_comparison" }, { rdms }, { metric });
  return scores;
}

const scores = await scoresOfPath();
const start = itemTrajectories(Float64Array.from(reference.smacof.init.flat()), 7);

Deno.test("a representational path from layers to a map is the stored one", async () => {
  const values = recordsOf(scores).map(({ value }) => value as number);
  assertAllClose(values, reference.distance.flat(), { atol: 1e-10 });
  const once = await run({ num_iterations: 1 }, { scores, start });
  const close = { atol: 1e-10 };
  assertAllClose(once.fit.arrays.coordinates.data, reference.smacof.after_one_update.flat(), close);
  const stopped = await run({ convention: "scikit_learn", tolerance: 1e-3 }, { scores, start });
  assertAllClose(
    stopped.fit.arrays.coordinates.data,
    reference.smacof.run_eps1e3.coordinates.flat(),
    close,
  );
  const [quality] = recordsOf(stopped.quality);
  assertAlmostEquals(quality.stress as number, reference.smacof.run_eps1e3.stress, 1e-10);
  assertEquals([quality.iterations, quality.start], [
    reference.smacof.run_eps1e3.iterations,
    "given",
  ]);
  const classical = await run({ method: "classical" }, { scores });
  assertAllClose(classical.fit.arrays.eigenvalues.data, reference.classical_mds.eigenvalues, {
    atol: 1e-9,
  });
  assertAlmostEquals(
    recordsOf(classical.quality)[0].stress as number,
    reference.classical_mds.stress,
    1e-9,
  );
  const best = await run({}, { scores });
  assertLess(
    recordsOf(best.quality)[0].stress as number,
    reference.smacof.best_stress_60_random * 1.0001,
  );
});

Deno.test("a map has a row for each item with its coordinates, and is the same twice", async () => {
  const { map, fit } = await run({}, { scores });
  const rows = recordsOf(map);
  assertEquals(
    rows.map(({ item, layer }) => [item, layer]),
    ["0", "1", "2", "3", "4", "5", "labels"].map((name) => [name, name]),
  );
  assertEquals(map.columns.find(({ name }: { name: string }) => name === "dim_1").unit, "rad");
  assertEquals(rows.flatMap(({ dim_1, dim_2 }) => [dim_1, dim_2]), [
    ...fit.arrays.coordinates.data,
  ]);
  assertEquals(
    (await run({}, { scores })).fit.arrays.coordinates.data,
    fit.arrays.coordinates.data,
  );
  // Along principal axes: no correlation, the widest first.
  let product = 0, wide = 0, high = 0;
  for (const { dim_1, dim_2 } of rows as { dim_1: number; dim_2: number }[]) {
    product += dim_1 * dim_2;
    wide += dim_1 ** 2;
    high += dim_2 ** 2;
  }
  assertAlmostEquals(product, 0, 1e-12);
  assertLess(high, wide);
});

Deno.test("mds reads half a table, a dissimilarity matrix and a choice of rows alike", async () => {
  const upper = recordsOf(scores).filter(({ half }) => half === "upper");
  const whole = (await run({}, { scores })).fit.arrays.coordinates.data;
  assertEquals((await run({}, { scores: tableOf(upper) })).fit.arrays.coordinates.data, whole);
  const values = triangleOf(Float64Array.from(reference.distance.flat()), 7);
  const rdm = {
    arrays: { values: tensor(["pair"], [21], values) },
    about: { num_items: 7, labels: [..."abcdefg"], unit: "rad" },
  };
  const found = await run({}, { rdm });
  assertEquals(recordsOf(found.map).map(({ item }) => item), [..."abcdefg"]);
  assertAllClose(
    pointDistances(found.fit.arrays.coordinates.data, 7, 2),
    pointDistances(whole, 7, 2),
    { atol: 1e-6 },
  );
  const two = tableOf([
    ...upper,
    ...upper.map((row) => ({ ...row, metric: "other", value: 1 })),
  ]);
  await assertRejects(
    () => run({}, { scores: two }),
    RangeError,
    "is there twice; choose one metric",
  );
  const chosen = await run({ where: { metric: "rdm_comparison" } }, { scores: two });
  assertEquals(chosen.fit.arrays.coordinates.data, whole);
});

Deno.test("mds takes roots of squared distances where that is asked for", async () => {
  const squares = Float64Array.of(1, 9, -1e-3, 4, 1, 1);
  const of = (values: Float64Array) => ({
    rdm: { arrays: { values: tensor(["pair"], [6], values) }, about: { num_items: 4 } },
  });
  const rooted = await run({ root: true }, of(squares));
  const plain = await run({}, of(squares.map((value) => Math.sqrt(Math.max(0, value)))));
  assertEquals(rooted.fit.arrays.coordinates.data, plain.fit.arrays.coordinates.data);
  await assertRejects(() => run({}, of(squares)), RangeError, "no negative distances");
});

Deno.test("mds refuses in words that say what to do", async () => {
  const upper = recordsOf(scores).filter(({ half }) => half === "upper");
  const refuse = (params: Record<string, unknown>, inputs: Record<string, unknown>, text: string) =>
    assertRejects(() => run(params, inputs), Error, text);
  await refuse({}, { scores: tableOf(upper.slice(1)) }, "the pair 0, 1 is missing");
  await refuse(
    {},
    { scores: tableOf(upper.map((row) => ({ ...row, sense: "similarity" }))) },
    "score: angle",
  );
  await refuse(
    {},
    { scores: tableOf(upper.map((row) => ({ ...row, value: NaN }))) },
    "the pair 0, 1 has the score NaN",
  );
  await refuse({ num_dims: 7 }, { scores }, "take 1 … 6");
  await refuse({ method: "classical" }, { scores, start }, "no start");
  await refuse({ num_dims: 3 }, { scores, start }, "give 7 items × 3");
  await refuse({ num_starts: 0, classical_start: false }, { scores }, "no start");
  const lopsided = recordsOf(scores).map((row) =>
    row.a === "0" && row.b === "1" ? { ...row, value: 0.5 } : row
  );
  await refuse({}, { scores: tableOf(lopsided) }, "not symmetric");
  await run({ symmetrise: true }, { scores: tableOf(lopsided) });
});
