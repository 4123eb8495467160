// What takes longer than usual, while it runs and at the end.

import { assertEquals } from "@std/assert";
import { RunProgress } from "#lib/report/run_progress.ts";
import { isSlow, slowAmong, Slowest } from "#lib/report/slow_members.ts";

Deno.test("isSlow() needs more than a moment and much more than usual", () => {
  const cases: readonly (readonly [number, number, boolean])[] = [
    [9, 0.1, false],
    [11, 0.1, true],
    [11, 5, false],
    [26, 10, true],
    [25, 10, false],
  ];
  for (const [seconds, usual, slow] of cases) assertEquals(isSlow(seconds, usual), slow);
});

function running(stages: readonly (readonly [id: string, at: number, fused?: number])[]) {
  const progress = new RunProgress(() => new Map([["fit", 50]]));
  progress.add({ type: "planned", at: 0, stages: 50, hit: 0, run: 50, maybe: 0 });
  stages.forEach(([stage, at, fused], worker) => {
    const together = fused === undefined ? {} : { fused };
    progress.add({
      type: "stage-started",
      at,
      stage,
      worker: fused === undefined ? worker : 9,
      ...together,
    });
  });
  return progress.running.values();
}

Deno.test("slowAmong() names one of those that run as one", () => {
  const batch = Array.from({ length: 4 }, (_, i) => [`fit[${i}]`, 0, 4] as const);
  const slow = slowAmong(running(batch), 200_000, () => 3);
  assertEquals(slow.map(({ member }) => member.id), ["fit[0]"]);
});

Deno.test("slowAmong() names the longest where none is slow, if several run and it is long", () => {
  const ids = (now: number, expected?: () => number) =>
    slowAmong(running([["fit[0]", 0], ["fit[1]", 5000]]), now, expected).map(({ member }) =>
      member.id
    );
  assertEquals(ids(19_000), []);
  assertEquals(ids(21_000), ["fit[0]"]);
  assertEquals(ids(21_000, () => 4), ["fit[0]", "fit[1]"]);
  assertEquals(slowAmong(running([["fit[0]", 0]]), 60_000, undefined), []);
});

Deno.test("Slowest keeps the three that took most times as long as usual", () => {
  const usual: Readonly<Record<string, number>> = { a: 10, b: 1, c: 4, d: 5, e: 30 };
  const slowest = new Slowest((stage) => usual[stage]);
  const ended = (stage: string, seconds: number, how: "ran" | "hit" = "ran") =>
    slowest.add({
      type: "stage-finished",
      at: 0,
      stage,
      how,
      key: "k" as never,
      seconds,
      outputs: {},
    });
  ended("a", 30);
  ended("b", 20);
  ended("c", 60);
  ended("d", 100, "hit");
  ended("d", 20);
  ended("e", 31);
  ended("new", 1000);
  assertEquals(slowest.members.map(({ stage }) => stage), ["b", "c", "d"]);
});
