// Lanes of workers: bars are few, and no time is lost by making them few.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { StageRecord } from "#lib/report/record.ts";
import { randomStream } from "#lib/core/random.ts";
import { timelineLanes } from "#lib/report/timeline_lanes.ts";
import { freshSeed } from "#tests/support/run_events.ts";

/** Members one after the other on each worker, with gaps; seeded. */
function busyRun(seed: number, { numWorkers = 4, numMembers = 3000, numStages = 5 }) {
  const draw = randomStream(seed, "tests/timeline");
  let next = 0;
  const below = (bound: number) => draw.integer(bound, next++);
  const free = new Array<number>(numWorkers).fill(0);
  return Array.from({ length: numMembers }, (_, i): StageRecord => {
    const worker = below(numWorkers);
    const seconds = (1 + below(200)) / 1000;
    const started = free[worker] + below(20);
    free[worker] = started + seconds * 1000;
    const failed = below(50) === 0;
    return {
      stage: `s${below(numStages)}[n=${i}]`,
      status: failed ? "failed" : "ran",
      started,
      worker,
      seconds,
      ...(below(60) === 0 ? { retried: 1 } : {}),
    };
  });
}

Deno.test("timelineLanes() joins bars until they are few, and keeps all members and all time", () => {
  const seed = freshSeed();
  const stages = busyRun(seed, {});
  const total = stages.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
  for (const most of [Infinity, 900, 50, 1]) {
    const { lanes, span } = timelineLanes({ stages }, { most });
    const bars = lanes.flatMap((lane) => lane.bars);
    const about = `seed ${seed}, most ${most}`;
    assert(bars.length <= Math.max(most, lanes.length), `${about}: ${bars.length} bars`);
    const sum = (of: (bar: (typeof bars)[number]) => number) =>
      bars.reduce((all, bar) => all + of(bar), 0);
    assertAlmostEquals(sum(({ busy }) => busy), total, 1e-6, about);
    assertAlmostEquals(lanes.reduce((all, { busy }) => all + busy, 0), total, 1e-6, about);
    assertEquals(sum(({ members }) => members), stages.length, about);
    assertEquals(
      sum(({ failed }) => failed),
      stages.filter(({ status }) => status === "failed").length,
      about,
    );
    assertEquals(
      sum(({ retried }) => retried),
      stages.filter(({ retried }) => retried !== undefined).length,
      about,
    );
    for (const lane of lanes) {
      lane.bars.forEach((bar, i) => {
        assert(bar.busy <= bar.end - bar.start + 1e-9, about);
        assert(bar.start >= (lane.bars[i - 1]?.end ?? 0) - 1e-9, `${about}: bars overlap`);
        assert(bar.end <= span);
      });
    }
  }
});

Deno.test("timelineLanes() shows what was fused as one bar with its count", () => {
  const member = (i: number, more: Partial<StageRecord>): StageRecord => ({
    stage: `fit[n=${i}]`,
    status: "ran",
    started: 1000 + i / 100,
    worker: 2,
    seconds: 0.5,
    fused: 4,
    engine: "webgpu-f32",
    ...more,
  });
  const stages = [
    ...[0, 1, 2, 3].map((i) => member(i, {})),
    // The next batch is as large, and told of at once, too.
    ...[4, 5, 6, 7].map((i) => member(i, { started: 3010 + i / 100 })),
    member(8, { started: 9000, fused: 2 }),
    // Tried again alone after its batch broke: its companion is no longer there.
    member(9, { started: 9800, fused: 2 }),
  ];
  const { lanes, engines } = timelineLanes({ stages });
  assertEquals(lanes.length, 1);
  assertEquals(
    lanes[0].bars.map(({ members, busy, fused }) => [members, busy, fused]),
    [[4, 2, 4], [4, 2, 4], [1, 0.5, 2], [1, 0.5, 2]],
  );
  assertEquals(engines.length, 1);
  assertEquals(engines[0].members, 10);
  assertEquals(Math.max(...engines[0].profile), 4);
  assertAlmostEquals(engines[0].busy, 5, 1e-9);
});

Deno.test("timelineLanes() adds up what an engine does on several workers", () => {
  const stages = [0, 1, 2].map((worker): StageRecord => ({
    stage: `a[n=${worker}]`,
    status: "ran",
    started: 1000 * worker,
    worker,
    seconds: 2,
    engine: "wasm-f32",
  }));
  const { engines: [engine], span } = timelineLanes({ stages });
  assertEquals(span, 4);
  assertEquals(Math.max(...engine.profile), 2, "a third begins as the first ends");
  assertAlmostEquals(engine.busy, 4, 1e-9);
});

Deno.test("timelineLanes() draws what runs up to now, and nothing of hits", () => {
  const { lanes, span } = timelineLanes({
    stages: [
      { stage: "a", status: "unfinished", started: 1000, worker: 0 },
      { stage: "b", status: "hit", seconds: 0 },
      { stage: "c", status: "skipped" },
    ],
  }, { now: 61 });
  assertEquals([span, lanes.length, lanes[0].bars[0].open, lanes[0].busy], [61, 1, 1, 60]);
  assertEquals(timelineLanes({ stages: [] }), { span: 0, lanes: [], engines: [] });
});
