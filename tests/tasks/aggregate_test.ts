// The task `aggregate`: its examples, and both tests of the attractor study as a workflow would write them.

import { assertEquals } from "@std/assert";
import { recordsOf, tableOf } from "#lib/core/table.ts";
import task from "#tasks/aggregate.ts";
import { runTask } from "#tests/support/run_task.ts";
import { assertAllClose } from "#tests/support/close.ts";

const item = (value: ReturnType<typeof tableOf>, coords = {}) => ({ value, coords });

Deno.test("aggregate runs its examples", async () => {
  const [contrast, beside] = await Promise.all(task.examples.map(({ params, inputs }) => {
    const given = inputs?.() ?? {};
    const items = Object.fromEntries(
      Object.entries(given).map(([port, list]) => [
        port,
        (list as ReturnType<typeof tableOf>[]).map((value) => item(value)),
      ]),
    );
    return runTask(task, params, items);
  }));
  const [row] = recordsOf(contrast.table);
  assertAllClose([row.within as number, row.across as number], [0.2, 0.9], { rtol: 1e-14 });
  assertAllClose([row.ratio as number], [4.5], { rtol: 1e-14 });
  assertEquals(recordsOf(beside.table).map(({ a_regime, floor }) => [a_regime, floor]), [
    ["fixed", 0.1],
    ["chaos", null],
  ]);
});

Deno.test("aggregate binds gathered tables with their coordinates, in order", async () => {
  const { table } = await runTask(task, {}, {
    tables: [3, 1, 2].map((seed) => item(tableOf([{ value: seed * 10 }]), { seed })),
  });
  assertEquals(recordsOf(table).map(({ seed, value }) => [seed, value]), [[3, 30], [1, 10], [
    2,
    20,
  ]]);
});
