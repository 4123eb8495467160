// Runs of unequal length on one scale, with parts counted out by hand.

import { assertEquals, assertThrows } from "@std/assert";
import { recordsOf, tableOf } from "#lib/core/table.ts";
import { course, courseParams } from "#lib/math/tables/course.ts";

const of = (raw: Record<string, unknown>, records: Parameters<typeof tableOf>[0]) =>
  recordsOf(course(tableOf(records, { value: { unit: "rad" } }), courseParams.parse(raw)));

Deno.test("course() takes the first row, then the median of each fifth, run by run", () => {
  const run = (seed: number, length: number) =>
    Array.from({ length }, (_, at) => ({ seed, epoch: length - at, value: (length - at) ** 2 }));
  const found = of({ by: ["seed"], along: "epoch" }, [...run(0, 10), ...run(1, 7)]);
  assertEquals(found.map(({ seed, percent, value }) => [seed, percent, value]), [
    [0, 0, 1],
    [0, 20, 2.5],
    [0, 40, 12.5],
    [0, 60, 30.5],
    [0, 80, 56.5],
    [0, 100, 90.5],
    // 7 rows: edges 0, 1, 2, 4, 5, 7.
    [1, 0, 1],
    [1, 20, 1],
    [1, 40, 4],
    [1, 60, 12.5],
    [1, 80, 25],
    [1, 100, 42.5],
  ]);
});

Deno.test("course() leaves short runs out, follows several columns, and leaves gaps missing", () => {
  const rows = [
    ...[1, 2, 3].map((epoch) => ({ group: "a", epoch, value: epoch, accuracy: epoch / 10 })),
    { group: "b", epoch: 1, value: 1, accuracy: null },
  ];
  const found = of({ by: ["group"], along: "epoch", of: ["value", "accuracy"], at_least: 2 }, rows);
  assertEquals(found.map(({ group }) => group), Array(6).fill("a"));
  // 3 rows in fifths: edges 0, 0, 1, 1, 2, 3. Rows hold a third of the run each.
  assertEquals(found.map(({ value }) => value), [1, 1, 1, 2, 2, 3]);
  assertEquals(found.map(({ accuracy }) => accuracy), [0.1, 0.1, 0.1, 0.2, 0.2, 0.3]);
  const gaps = of({ by: ["group"], along: "epoch", at_least: 2, empty: "missing" }, rows);
  assertEquals(gaps.map(({ value }) => value), [1, null, 1, null, 2, 3]);
  const single = of({ by: ["group"], along: "epoch", num_parts: 1, statistic: "mean" }, rows);
  assertEquals(single.map(({ value }) => value), [1, 2, 1, 1]);
  assertThrows(() => of({ along: "group" }, rows), TypeError, "holds strings");
});
