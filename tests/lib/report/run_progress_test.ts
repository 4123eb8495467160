// How far a run is: the counts of stages are those of the record, whatever happened.

import { assertEquals } from "@std/assert";
import { foldEvents } from "#lib/report/record.ts";
import { doneOf, RunProgress } from "#lib/report/run_progress.ts";
import { stageOf } from "#lib/report/format.ts";
import { freshSeed, randomRun, randomSweep } from "#tests/support/run_events.ts";

Deno.test("RunProgress counts what the record holds, after every event", () => {
  const seed = freshSeed();
  for (let run = 0; run < 6; run++) {
    const { events } = run % 2 === 0
      ? randomSweep(seed + run, 5, 12)
      : { events: randomRun(seed + run) };
    const progress = new RunProgress();
    events.forEach((event, i) => {
      progress.add(event);
      if (event.type === "run-finished") return;
      const { stages } = foldEvents(events.slice(0, i + 1));
      const by = Map.groupBy(stages, ({ stage }) => stageOf(stage));
      for (const [name, members] of by) {
        const stage = progress.stages.get(name)!;
        const count = (status: string) => members.filter((one) => one.status === status).length;
        const where = `seed ${seed + run}, event ${i}, stage ${JSON.stringify(name)}`;
        assertEquals(
          [stage.ran, stage.hit, stage.failed, stage.skipped],
          ["ran", "hit", "failed", "skipped"].map(count),
          where,
        );
        const running = progress.running.values().filter((one) => one.stage === stage).toArray();
        assertEquals(running.length, stage.running, where);
      }
      const { done, ran, hit, failed, skipped } = progress.tally;
      assertEquals(done, ran + hit + failed + skipped);
      assertEquals(done, progress.stages.values().reduce((sum, stage) => sum + doneOf(stage), 0));
    });
  }
});

Deno.test("RunProgress forgets what ran when the run ends", () => {
  const progress = new RunProgress(() => new Map([["fit", 4]]));
  progress.add({ type: "planned", at: 0, stages: 4, hit: 0, run: 4, maybe: 0 });
  progress.add({ type: "stage-started", at: 0, stage: "fit[0]", worker: 0 });
  const totals = { stages: 4, ran: 0, hit: 0, failed: 0, skipped: 4, fused: 0 };
  progress.add({ type: "run-finished", at: 1, ok: false, seconds: 1, run: "r", ...totals });
  assertEquals([progress.running.size, progress.stages.get("fit")!.running], [0, 0]);
});

Deno.test("RunProgress asks for sizes whenever a run is planned, and never holds less than it saw", () => {
  let size = 2;
  const progress = new RunProgress(() => new Map([["fit", size]]));
  const planned = (stages: number) =>
    progress.add({ type: "planned", at: 0, stages, hit: 0, run: stages, maybe: 0 });
  planned(2);
  assertEquals(progress.stages.get("fit")!.size, 2);
  size = 7;
  planned(7);
  assertEquals(progress.stages.get("fit")!.size, 7);
  for (let i = 0; i < 9; i++) {
    progress.add({ type: "stage-skipped", at: 1, stage: `fit[${i}]`, because: "a failed" });
  }
  assertEquals(progress.stages.get("fit")!.size, 9);
});
