// What comparisons along training are made of: aligned checkpoints, quarters of a run, shared rules, regressions.

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { artifactCell, table, tableWithArtifacts } from "#lib/core/artifacts/table.ts";
import { file } from "#lib/core/artifacts/file.ts";
import { recordsOf, type Table, tableOf } from "#lib/core/table.ts";
import { fitLine } from "#lib/math/statistics/line_fit.ts";
import align from "#tasks/align_checkpoints.ts";
import quarters from "#tasks/checkpoint_quarters.ts";
import regress from "#tasks/regress.ts";
import sharedRules from "#tasks/shared_rules.ts";
import { boundItems, runTask } from "#tests/support/run_task.ts";
import reference from "#tests/reference/statistics/statistics.json" with { type: "json" };
import { fresh } from "../lib/math/linalg/fresh.ts";

/** Checkpoints whose weights are their epoch and the run's mark. */
function runOf(mark: number, epochs: readonly number[]): Table {
  return tableWithArtifacts(
    epochs.map((epoch) => ({
      epoch,
      accuracy: epoch / 100,
      weights: artifactCell(file, Uint8Array.of(mark, epoch)),
    })),
    { epoch: { key: true } },
  );
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const bytesAt = (pairs: Table, row: number, column: string) => {
  const c = pairs.columns.findIndex(({ name }) => name === column);
  return [...pairs.files![`${pairs.rows[row][c]}/data`]];
};

Deno.test("align_checkpoints pairs runs as the reference does, whichever is the shorter", async () => {
  for (const { n, p, index_in_longer } of reference.checkpoint_alignment.cases) {
    const { pairs } = await runTask(align, {}, { a: runOf(0, upTo(n)), b: runOf(1, upTo(p)) });
    const { pairs: turned } = await runTask(align, {}, {
      a: runOf(1, upTo(p)),
      b: runOf(0, upTo(n)),
    });
    const wanted = index_in_longer.map((j, i) => [i + 1, Math.floor(100 * i / n), i + 1, j + 1]);
    const places = (of: Table, first: string, second: string) =>
      recordsOf(of).map((row) => [row.pair, row.percent, row[first], row[second]]);
    assertEquals(places(pairs, "a_epoch", "b_epoch"), wanted);
    if (n < p) assertEquals(places(turned, "b_epoch", "a_epoch"), wanted);
  }
});

Deno.test("align_checkpoints carries both networks, whatever the order of rows", async () => {
  const { pairs } = await runTask(align, { at_most: 3 }, {
    a: runOf(0, [3, 1, 2, 5, 4]),
    b: runOf(1, upTo(5).reverse()),
  });
  assertEquals(
    recordsOf(pairs).map(({ pair, a_epoch, b_accuracy }) => [pair, a_epoch, b_accuracy]),
    [
      [1, 1, 0.01],
      [2, 3, 0.03],
      [3, 5, 0.05],
    ],
  );
  for (const row of [0, 1, 2]) {
    assertEquals(bytesAt(pairs, row, "a_weights"), [0, 2 * row + 1]);
    assertEquals(bytesAt(pairs, row, "b_weights"), [1, 2 * row + 1]);
  }
  assertEquals(Object.keys(pairs.files!).length, 6, "no file that no pair names");
  const kinds = pairs.columns.filter(({ type }: { type: string }) => type === "artifact");
  assertEquals(kinds.map(({ name, kind }: { name: string; kind: string }) => [name, kind]), [
    ["a_weights", "file"],
    ["b_weights", "file"],
  ]);
});

Deno.test("align_checkpoints gives no pair without checkpoints, but the columns", async () => {
  const none = { ...runOf(0, [1]), rows: [], files: undefined } as unknown as Table;
  const { pairs } = await runTask(align, {}, {
    a: { columns: none.columns, rows: [] },
    b: runOf(1, [1, 2]),
  });
  assertEquals(pairs.rows, []);
  assert(pairs.columns.some(({ name }: { name: string }) => name === "a_weights"));
  assertEquals(table.decode(table.encode(pairs)), pairs);
  const { pairs: common } = await runTask(align, { rule: "key" }, {
    a: runOf(0, [2, 4, 6]),
    b: runOf(1, [1, 2, 3, 4]),
  });
  assertEquals(recordsOf(common).map(({ a_epoch, b_epoch }) => [a_epoch, b_epoch]), [[2, 2], [
    4,
    4,
  ]]);
  const named = tableOf([{ name: "x" }, { name: "y" }]);
  await assertRejects(() => runTask(align, {}, { a: named, b: named }), TypeError, "row per epoch");
});

Deno.test("checkpoint_quarters names each pair of quarters as published", async () => {
  const run = (raw: Record<string, unknown>, count: number) =>
    runTask(quarters, raw, { checkpoints: runOf(0, upTo(count)) });
  const { pairs } = await run({ same: true }, 8);
  // Quarters {1, 2}, {3, 4}, {5, 6}, {7, 8}: of every pair of quarters (1, 1), (1, 2), (2, 2).
  assertEquals(pairs.rows.length, 10 * 3);
  const of = (i: number, j: number) =>
    recordsOf(pairs).filter(({ a_part, b_part }) => a_part === i && b_part === j)
      .map(({ a, b }) => [a, b]);
  assertEquals(of(1, 3), [["1", "5"], ["1", "6"], ["2", "6"]]);
  assertEquals(of(2, 2), [["3", "3"], ["3", "4"], ["4", "4"]]);
  const without = (await run({}, 8)).pairs;
  assertEquals(without.rows.length, 10 * 3 - 4 * 2);
  assertEquals((await run({}, 3)).pairs.rows, []);
  const started = (await run({ start: 0 }, 7)).pairs;
  assertEquals(recordsOf(started)[0].a, "0");
  assertEquals(
    (await run({}, 12)).pairs.rows.filter((row: unknown[]) => row[1] === "12").length,
    11,
  );
});

Deno.test("shared_rules gives the stored percentages from groups as an axis declares them", async () => {
  const { groups, pretraining_rules, percent } = reference.shared_task_percentage;
  const declared = groups.map((id, at) => ({
    id,
    label: `label of ${id}`,
    pretrain: (pretraining_rules[at] as string[]).length === 0
      ? []
      : [{ rules: pretraining_rules[at], order: "blocked", epochs: 50 }],
  }));
  const found = await runTask(sharedRules, { groups: declared });
  assertEquals(
    recordsOf(found.pairs).map(({ shared_percent }) => shared_percent),
    percent.flat(),
  );
  const share = recordsOf(found.groups).map(({ trained_percent }) => trained_percent);
  assertEquals(share, [0, 0, 0, 33, 33, 33, 66, 66, 66, 100, 100]);
  const less = await runTask(sharedRules, { groups: declared, exclude: ["untrained"] });
  assertEquals(less.groups.rows.length, 10);
  await assertRejects(
    () => runTask(sharedRules, { groups: declared, reference: "mastr" }),
    RangeError,
    "no group 'mastr'",
  );
});

Deno.test("regress gives the reference lines, group by group", async () => {
  const rows = reference.ols.flatMap(({ x, y }, line) =>
    x.map((one, at) => ({ line, x: one, y: y[at] }))
  );
  const { fits } = await runTask(regress, { x: "x", y: "y", by: ["line"] }, {
    tables: boundItems([tableOf(rows)]),
  });
  recordsOf(fits).forEach((row, line) => {
    const { slope, intercept, r_squared, t, df, p_two_sided, residual_sum_of_squares: rss, x } =
      reference.ols[line];
    assertEquals([row.df, row.n], [df, x.length]);
    for (
      const [found, wanted] of [
        [row.slope, slope],
        [row.intercept, intercept],
        [row.r_squared, r_squared],
        [row.t, t],
        [row.p, p_two_sided],
        [row.residual_sum_of_squares, rss],
      ]
    ) {
      assertAlmostEquals(found as number, wanted as number, 1e-9 * Math.abs(wanted as number));
    }
  });
});

Deno.test("regress leaves out whole seeds for its interval, and rows that lack a number", async () => {
  let rows: { seed: number; x: number; y: number }[] = [];
  let drawnBy = 0;
  fresh((draws) => {
    drawnBy = draws.seed;
    rows = [0, 1, 2, 3].flatMap((seed) =>
      Array.from(draws.normal(5, 1), (x, at) => ({ seed, x, y: 2 * x + seed + (at % 2) / 9 }))
    );
  });
  const wanted = [0, 1, 2, 3].map((left) => {
    const kept = rows.filter(({ seed }) => seed !== left);
    return fitLine(kept.map(({ x }) => x), kept.map(({ y }) => y)).slope;
  });
  const mean = wanted.reduce((a, b) => a + b) / 4;
  const error = Math.sqrt(0.75 * wanted.reduce((sum, one) => sum + (one - mean) ** 2, 0));
  const { fits } = await runTask(regress, { x: "x", y: "y", interval: { units: ["seed"] } }, {
    tables: boundItems([tableOf([...rows, { seed: 9, x: null, y: 1 }])]),
  });
  const [row] = recordsOf(fits);
  assertEquals([row.n, row.num_units], [20, 4]);
  const half = (row.high as number) - (row.slope as number);
  assertAlmostEquals(half, 3.182446305 * error, 1e-7 * Math.max(1, error), `seed ${drawnBy}`);
});
