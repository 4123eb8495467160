// Sums by stage: nothing is lost or counted twice, and stages come after those that they read.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { foldEvents } from "#lib/report/record.ts";
import { countsText, stageSums, stateOf } from "#lib/report/stage_sums.ts";
import { freshSeed, randomRun } from "#tests/support/run_events.ts";

Deno.test("stageSums() counts every member of a run once, and all of its time", () => {
  const seed = freshSeed();
  const record = foldEvents(randomRun(seed, 60));
  const sums = stageSums({ record });
  const total = (of: (sum: (typeof sums)[number]) => number) =>
    sums.reduce((all, sum) => all + of(sum), 0);
  assertEquals(
    total(({ counts }) => Object.values(counts).reduce((a, b) => a + b, 0)),
    record.stages.length,
    `seed ${seed}`,
  );
  const seconds = record.stages.filter(({ status }) => status === "ran" || status === "failed")
    .reduce((all, { seconds = 0 }) => all + seconds, 0);
  assertAlmostEquals(total(({ ran }) => ran.seconds), seconds, 1e-6);
  assertEquals(total(({ counts }) => counts.failed), record.totals.failed);
});

Deno.test("stageSums() has stages after those that they read, also where the workflow has them before", () => {
  const stage = (name: string, ...from: string[]) => ({
    name,
    task: "t",
    axes: [],
    numMembers: 1,
    from,
  });
  const chain = Array.from({ length: 3000 }, (_, i) => stage(`s${i}`, `s${i + 1}`));
  const stages = [stage("c", "b", "gone"), stage("b", "a"), stage("a"), ...chain];
  const names = stageSums({ record: foldEvents([]), stages }).map(({ name }) => name);
  assertEquals(names.slice(0, 3), ["a", "b", "c"]);
  assertEquals(names.length, stages.length);
  assert(names.indexOf("s2999") < names.indexOf("s0"));
});

Deno.test("stageSums() survives stages that read each other", () => {
  const stages = ["a", "b"].map((name, i) => ({
    name,
    task: "t",
    axes: [],
    numMembers: 1,
    from: [["b"], ["a"]][i],
  })).map((stage) => ({ ...stage, from: [...stage.from] }));
  assertEquals(stageSums({ record: foldEvents([]), stages }).length, 2);
});

Deno.test("stageSums() tells what ran from what was there, and counts values on axes", () => {
  const outputs = { out: { kind: "table", digest: "d", bytes: 100 } };
  const record = {
    ...foldEvents([]),
    stages: [
      {
        stage: "a[n=1]",
        status: "ran",
        seconds: 2,
        usage: { cpu_seconds: 1, peak_rss: 5 },
        outputs,
      },
      {
        stage: "a[n=2]",
        status: "ran",
        seconds: 3,
        usage: { cpu_seconds: 2, peak_rss: 4 },
        outputs,
      },
      { stage: "a[n=3]", status: "hit", seconds: 0, outputs },
      { stage: "a[n=4]", status: "hit", seconds: 0 },
    ] as const,
  };
  const members = [1, 2, 3, 4].map((n) => ({
    id: `a[n=${n}]`,
    coords: { n },
    metrics: {},
    ...(n === 3 ? { cost: { seconds: 7, cpu_seconds: 6 } } : {}),
  }));
  const [sum] = stageSums({ record, members });
  assertEquals(sum.ran, {
    members: 2,
    seconds: 5,
    cpuSeconds: 3,
    measuredSeconds: 5,
    peakRss: 5,
    longest: { id: "a[n=2]", seconds: 3 },
  });
  assertEquals([sum.stored.members, sum.stored.seconds, sum.stored.cpuSeconds], [1, 7, 6]);
  assertEquals([sum.ranBytes, sum.storedBytes], [200, 100]);
  assertEquals(sum.axes, [{ name: "n", count: 4 }]);
});

Deno.test("stateOf() and countsText() say the worst first", () => {
  const counts = { failed: 0, skipped: 2, unfinished: 1, ran: 3, hit: 4 };
  assertEquals(stateOf(counts), "skipped");
  assertEquals(countsText(counts), "2 skipped · 1 not finished · 3 ran · 4 hit");
  assertEquals(stateOf({ failed: 0, skipped: 0, unfinished: 0, ran: 0, hit: 0 }), undefined);
});
