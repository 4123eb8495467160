// Rates and time left on a clock of one's own.

import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { Estimate, Rate } from "#lib/report/estimate.ts";
import { RunProgress } from "#lib/report/run_progress.ts";

const key = "sha256:00" as never;

/** A run of stages of these sizes with members that take so long, `jobs` at a time, stage by stage, up to `end` ms. */
function played(
  stages: Readonly<Record<string, { size: number; seconds: number; usual?: number }>>,
  jobs: number,
  end: number,
) {
  const sizes = new Map(Object.entries(stages).map(([name, { size }]) => [name, size]));
  const progress = new RunProgress(() => sizes);
  const estimate = new Estimate(progress, (id) => stages[id.split("[")[0]].usual);
  const total = sizes.values().reduce((a, b) => a + b, 0);
  const about = { workflow: "w", run: "r", started_at: "", basin: "", deno: "", jobs };
  progress.add({ type: "run-started", at: 0, ...about });
  progress.add({ type: "planned", at: 0, stages: total, hit: 0, run: total, maybe: 0 });
  const events: { at: number; ends: boolean; stage: string; seconds: number; worker: number }[] =
    [];
  let at = 0;
  for (const [name, { size, seconds }] of Object.entries(stages)) {
    for (let i = 0; i < size; i++) {
      const start = at + 1000 * seconds * Math.floor(i / jobs);
      const about = { stage: `${name}[${i}]`, seconds, worker: i % jobs };
      events.push({ at: start, ends: false, ...about }, {
        at: start + 1000 * seconds,
        ends: true,
        ...about,
      });
    }
    at += 1000 * seconds * Math.ceil(size / jobs);
  }
  events.sort((a, b) => a.at - b.at || Number(b.ends) - Number(a.ends));
  for (let now = 0, next = 0; now <= end; now += 120) {
    for (; next < events.length && events[next].at <= now; next++) {
      const { at, ends, stage, seconds, worker } = events[next];
      progress.add(
        ends
          ? { type: "stage-finished", at, stage, how: "ran", key, seconds, outputs: {} }
          : { type: "stage-started", at, stage, worker },
      );
    }
    estimate.see(now);
  }
  return { progress, estimate, whole: at / 1000 };
}

Deno.test("Rate is what it was over the last while, and knows nothing at first", () => {
  const rate = new Rate();
  assertEquals(rate.perSecond, null);
  for (let now = 0; now <= 60_000; now += 120) rate.see(now, 2 * now / 1000, true);
  assertAlmostEquals(rate.perSecond!, 2, 1e-9);
  for (let now = 60_120; now <= 160_000; now += 120) {
    rate.see(now, 120 + 7 * (now - 60_000) / 1000, true);
  }
  assertAlmostEquals(rate.perSecond!, 7, 0.1);
  const before = rate.perSecond!;
  for (let now = 160_120; now <= 300_000; now += 120) rate.see(now, 120 + 700, false);
  assertAlmostEquals(
    rate.perSecond!,
    before,
    0.1,
    "time in which it could not grow does not count",
  );
});

Deno.test("Estimate knows the time left of a run from before, from its start", () => {
  for (const jobs of [1, 4]) {
    const stages = { a: { size: 40, seconds: 1, usual: 1 }, b: { size: 20, seconds: 4, usual: 4 } };
    for (const end of [2000, 8000, 20_000]) {
      const { estimate, whole } = played(stages, jobs, end);
      const left = estimate.left(end)!;
      const truth = whole - end / 1000;
      assert(!left.isLeast);
      assertLess(
        Math.abs(left.seconds - truth),
        0.15 * truth + 1.5,
        `${jobs} jobs, ${end} ms: ${left.seconds}`,
      );
    }
  }
});

Deno.test("Estimate tells the least where stages are new, and nothing where all are", () => {
  const stages = { a: { size: 40, seconds: 1, usual: 1 }, b: { size: 20, seconds: 4 } };
  const { estimate } = played(stages, 2, 10_000);
  const left = estimate.left(10_000)!;
  assert(left.isLeast);
  assertLess(Math.abs(left.seconds - 10), 2);
  assertEquals(played({ a: { size: 9, seconds: 5 } }, 2, 1000).estimate.left(1000), null);
});

Deno.test("Estimate learns from the run where history is wrong", () => {
  const { estimate, progress } = played({ a: { size: 100, seconds: 2, usual: 20 } }, 4, 30_000);
  assertLess(Math.abs(estimate.left(30_000)!.seconds - 20), 8);
  const stage = progress.stages.get("a")!;
  assertAlmostEquals(estimate.rate(stage)!, 2, 0.2);
  assertLess(Math.abs(estimate.stageLeft(stage, 30_000)!.seconds - 20), 3);
});

Deno.test("Estimate goes by what a single member says of itself", () => {
  const progress = new RunProgress(() => new Map([["train", 1]]));
  const estimate = new Estimate(progress);
  progress.add({ type: "planned", at: 0, stages: 1, hit: 0, run: 1, maybe: 0 });
  progress.add({ type: "stage-started", at: 0, stage: "train", worker: 0 });
  const stage = progress.stages.get("train")!;
  estimate.see(10_000);
  assertEquals(estimate.stageLeft(stage, 10_000), null);
  progress.add({ type: "stage-progress", at: 30_000, stage: "train", fraction: 0.25 });
  estimate.see(30_000);
  assertAlmostEquals(estimate.stageLeft(stage, 30_000)!.seconds, 90, 1);
});

Deno.test("Estimate counts those that run as one together", () => {
  const progress = new RunProgress(() => new Map([["fits", 128]]));
  const estimate = new Estimate(progress, () => 0.1);
  progress.add({ type: "planned", at: 0, stages: 128, hit: 0, run: 128, maybe: 0 });
  for (let i = 0; i < 64; i++) {
    progress.add({ type: "stage-started", at: 0, stage: `fits[${i}]`, worker: 0, fused: 64 });
  }
  for (let now = 0; now <= 3000; now += 120) estimate.see(now);
  // 128 members of 0.1 s, of which 3 s are done.
  assertAlmostEquals(estimate.stageLeft(progress.stages.get("fits")!, 3000)!.seconds, 9.8, 0.3);
});
