// The task `compare`: matrices of lists, single pairs, labels from coordinates, and the study's common rank.

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { Metric } from "#lib/core/metric.ts";
import { recordsOf, type Table } from "#lib/core/table.ts";
import dsa from "#lib/metrics/dsa.ts";
import cka from "#lib/metrics/linear_cka.ts";
import procrustes from "#lib/metrics/procrustes.ts";
import task from "#tasks/compare.ts";
import { runTask } from "#tests/support/run_task.ts";
import { operatorOf, randomOperators, randomTrajectories } from "#tests/support/random_systems.ts";
import { fresh } from "../lib/math/linalg/fresh.ts";

const metrics: Readonly<Record<string, unknown>> = { dsa, linear_cka: cka, procrustes };
const compare = async (
  params: Record<string, unknown>,
  inputs: Record<string, unknown>,
  metric?: unknown,
) => {
  const member = metric ?? metrics[params.metric as string];
  return (await runTask(task, params, inputs, { metric: member as never })).scores as Table;
};

/** Fresh systems of one kind. */
function systems<X>(of: { random(draws: never): X }, count: number): X[] {
  let made: X[] = [];
  fresh((draws) => void (made = Array.from({ length: count }, () => of.random(draws as never))));
  return made;
}

Deno.test("compare gives every ordered pair of a list, mirrored, with an exact diagonal", async () => {
  const items = systems(randomTrajectories, 4).map((value) => ({ value, coords: {} }));
  const rows = recordsOf(await compare({ metric: "linear_cka" }, { trajectories: items }));
  assertEquals(
    rows.map(({ a, b }) => `${a}${b}`),
    [0, 1, 2, 3].flatMap((a) => [0, 1, 2, 3].map((b) => `${a}${b}`)),
  );
  const at = (a: number, b: number) => rows[4 * a + b];
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < 4; b++) {
      assertEquals(at(a, b).value, at(b, a).value, "to the last bit");
      assertEquals(at(a, b).half, a < b ? "upper" : a === b ? "diagonal" : "lower");
    }
    assertEquals(at(a, a).value, 0);
  }
  assert(rows.every((row) => row.metric === "linear_cka" && row.unit === "rad"));
});

Deno.test("compare of a pair is the entry of the matrix", async () => {
  for (
    const [metric, port, of] of [
      ["procrustes", "trajectories", randomTrajectories],
      ["dsa", "operators", randomOperators],
    ] as const
  ) {
    const [a, b] = systems(of as typeof randomTrajectories, 2);
    const list = [a, b].map((value) => ({ value, coords: {} }));
    const [, entry] = recordsOf(await compare({ metric }, { [port]: list }));
    const [pair] = recordsOf(await compare({ metric }, { a, b }));
    assertEquals(pair.value, entry.value, metric);
    assertEquals(pair.similarity ?? pair.lower_bound, entry.similarity ?? entry.lower_bound);
    assertEquals(recordsOf(await compare({ metric }, { a: b, b: a }))[0].value, pair.value);
  }
});

Deno.test("compare labels rows by coordinates, each axis a column", async () => {
  const items = systems(randomTrajectories, 2).map((value, i) => ({
    value,
    coords: { regime: ["fixed", "chaos"][i], seed: i },
  }));
  const scores = await compare({ metric: "procrustes" }, { trajectories: items });
  const [, row] = recordsOf(scores);
  assertEquals([row.a, row.b], ["fixed 0", "chaos 1"]);
  assertEquals([row.a_regime, row.b_regime, row.a_seed, row.b_seed], ["fixed", "chaos", 0, 1]);
  const value = scores.columns.find(({ name }) => name === "value");
  assertEquals([value?.unit, value?.type], ["rad", "number"]);
  assert(value?.description?.includes("distance"));
});

Deno.test("compare computes the diagonal when asked, and it is the floor of the computation", async () => {
  const items = systems(randomTrajectories, 2).map((value) => ({ value, coords: {} }));
  const scores = await compare({ metric: "linear_cka", diagonal: "computed" }, {
    trajectories: items,
  });
  for (const row of recordsOf(scores).filter(({ half }) => half === "diagonal")) {
    assertAlmostEquals(row.value as number, 0, 1e-12);
    assertAlmostEquals(row.similarity as number, 1, 1e-12);
  }
});

Deno.test("compare prepares each system once and each unordered pair once", async () => {
  const calls = { prepared: 0, compared: 0 };
  const counting = (symmetric: boolean): Metric => ({
    ...(cka as unknown as Metric),
    laws: { ...cka.laws, symmetric },
    prepare: () => calls.prepared++,
    compare: (a, b) => ({ value: (calls.compared++, Math.abs(Number(a) - Number(b))) }),
  });
  const items = systems(randomTrajectories, 5).map((value) => ({ value, coords: {} }));
  await compare({ metric: "linear_cka" }, { trajectories: items }, counting(true));
  assertEquals(calls, { prepared: 5, compared: 10 });
  await compare({ metric: "linear_cka" }, { trajectories: items }, counting(false));
  assertEquals(calls, { prepared: 10, compared: 30 });
});

Deno.test("compare reads operators at the study's common rank, a rank of the options first", async () => {
  const [a, b] = systems(randomOperators, 2);
  const rank = { rank: 2, threshold: 1e-3, counts: [2, 3] };
  const at = async (params: Record<string, unknown>, inputs = {}) =>
    recordsOf(await compare({ metric: "dsa", ...params }, { a, b, ...inputs }))[0];
  assertEquals((await at({})).rank, 4);
  assertEquals((await at({}, { rank })).rank, 2);
  assertEquals((await at({ options: { rank: 3 } }, { rank })).rank, 3);
  const leading = (n: number, matrix: Float64Array) =>
    operatorOf(Float64Array.of(matrix[0], matrix[1], matrix[n], matrix[n + 1]), 2);
  const [two, three] = [a, b].map(({ matrix }) => leading(4, matrix.data as Float64Array));
  const [direct] = recordsOf(await compare({ metric: "dsa" }, { a: two, b: three }));
  // With orthonormal components the operator of rank 2 is the leading block.
  assertAlmostEquals((await at({}, { rank })).value as number, direct.value as number, 1e-9);
});

Deno.test("compare says what does not fit", async () => {
  await assertRejects(
    () => compare({ metric: "linear_cka" }, { trajectories: [] }),
    RangeError,
    "empty list",
  );
  const [a, b] = systems(randomOperators, 2);
  await assertRejects(
    () => compare({ metric: "dsa", options: { rank: 9 } }, { a, b }),
    RangeError,
    "raise max_rank of dmd",
  );
  await assertRejects(
    () => compare({ metric: "dsa", options: { rnk: 9 } }, { a, b }),
    TypeError,
    "rnk",
  );
  const larger = operatorOf(new Float64Array(25).fill(1), 5);
  await assertRejects(() => compare({ metric: "dsa" }, { a, b: larger }), RangeError);
  const [padded] = recordsOf(
    await compare({ metric: "dsa", options: { on_size_mismatch: "zero_pad" } }, { a, b: larger }),
  );
  assert((padded.value as number) > 0);
});
