// The tasks `components` and `full_operator` beyond the stored fits (dmd_fits_test.ts): leading components alone, reduced
// rank, and operators that no embedding stands behind.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Operator, operator as operatorType } from "#lib/core/artifacts/operator.ts";
import { recordsOf, type Table } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import componentsTask from "#tasks/components.ts";
import dmd from "#tasks/dmd.ts";
import fullOperator from "#tasks/full_operator.ts";
import { exampleTrajectories } from "#tasks/_states.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";

const trajectories = exampleTrajectories(4, 40, 3);
const fit = async (params: object) =>
  (await runTask(dmd, { n_delays: 2, ...params }, { trajectories })).operator as Operator;
const components = async (operator: Operator, params: object = {}) => {
  const found = await runTask(componentsTask, { ...params }, { operator });
  return { rows: recordsOf(found.components as Table), ranks: recordsOf(found.ranks as Table) };
};

const imported: Operator = {
  matrix: tensor(["target", "source"], [1, 1], Float64Array.of(0.5)),
  about: { rank: 1, method: "imported", warnings: [] },
};

Deno.test("components knows the share of leading components found alone", async () => {
  const all = await components(await fit({ rank: 2 }));
  const some = await components(await fit({ rank: 2, max_rank: 3, method: "leading" }));
  assertEquals([all.rows.length, some.rows.length], [6, 3]);
  assertAllClose(
    some.rows.map((row) => row.explained_variance as number),
    all.rows.slice(0, 3).map((row) => row.explained_variance as number),
    { atol: 1e-12 },
  );
});

Deno.test("components lists the projector of reduced rank regression, and judges by it", async () => {
  const operator = await fit({ regression: "reduced_rank", regress: "newest_block", rank: 2 });
  const values = operator.about.projector_eigenvalues as number[];
  const { rows, ranks } = await components(operator, {
    shares: [],
    thresholds: [(values[0] + values[1]) / 2],
  });
  assertEquals(rows.slice(0, 3).map((row) => row.projector_eigenvalue), values);
  assert(rows.slice(3).every((row) => row.projector_eigenvalue === null));
  assertEquals(ranks.map((row) => row.rank), [1, 1, 1]);
});

Deno.test("components and full_operator refuse operators without an embedding or modes, in words", async () => {
  await assertRejects(
    () => components(imported),
    RangeError,
    "(target 1 × source 1) that no delay embedding",
  );
  const kernel = { ...imported, about: { ...imported.about, method: "kernel" } };
  await assertRejects(() => components(kernel), RangeError, "its array singular_values");
  const full = (operator: Operator) => runTask(fullOperator, {}, { operator });
  await assertRejects(() => full(imported), RangeError, "keep_modes: true");
  const bare = await fit({ rank: 2, keep_modes: false });
  await assertRejects(() => full(bare), RangeError, "(target 2 × source 2) without modes");
});

Deno.test("full_operator gives an operator that can be compared and stored like any other", async () => {
  const operator = await fit({ rank: 3 });
  const full = (await runTask(fullOperator, {}, { operator })).operator as Operator;
  assertEquals(operatorType.decode(operatorType.encode(full)), full);
  assertEquals([full.matrix.shape, full.about.rank, full.about.num_units], [[6, 6], 3, 3]);
});

Deno.test("full_operator refuses an operator of gigabytes", async () => {
  const vast: Operator = {
    ...imported,
    modes: tensor(["feature", "component"], [20_000, 1], new Float64Array(20_000)),
    singularValues: tensor(["component"], [1], Float64Array.of(1)),
  };
  await assertRejects(
    () => runTask(fullOperator, {}, { operator: vast }),
    RangeError,
    "full_operator got modes (feature 20000 × component 1), whose operator would take 3.2 GB",
  );
});
