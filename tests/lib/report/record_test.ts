// The record is a fold: every prefix of a run has one, and the events as NDJSON rebuild it.

import { assert, assertEquals } from "@std/assert";
import type { RunEvent } from "#lib/core/event.ts";
import { ndjsonReporter } from "#lib/report/ndjson.ts";
import { foldEvents } from "#lib/report/record.ts";
import { freshSeed, randomRun } from "#tests/support/run_events.ts";

Deno.test("foldEvents() of any prefix tells what is known so far", () => {
  const seed = freshSeed();
  for (let run = 0; run < 10; run++) {
    const events = randomRun(seed + run);
    const seen = new Map<string, string>();
    for (let length = 0; length <= events.length; length++) {
      const last = events[length - 1];
      if (last?.type === "stage-started") seen.set(last.stage, "unfinished");
      if (last?.type === "stage-finished") seen.set(last.stage, last.how);
      if (last?.type === "stage-failed") seen.set(last.stage, "failed");
      if (last?.type === "stage-skipped") seen.set(last.stage, "skipped");
      const record = foldEvents(events.slice(0, length));
      const where = `seed ${seed + run}, ${length} events`;
      assertEquals(new Map(record.stages.map(({ stage, status }) => [stage, status])), seen, where);
      assertEquals(record.stages.length, seen.size, where);
      assertEquals(record.finished, length === events.length, where);
      assert(record.finished || !record.ok, `${where}: not ok before its end`);
    }
    const { totals, stages, warnings } = foldEvents(events);
    for (const status of ["ran", "hit", "failed", "skipped"] as const) {
      const count = stages.filter((stage) => stage.status === status).length;
      assertEquals(totals[status], count, `seed ${seed + run}: ${status}`);
    }
    assertEquals(warnings.length, events.filter(({ type }) => type === "warning").length);
  }
});

Deno.test("foldEvents() of what ndjsonReporter() wrote is the same record", () => {
  const events = randomRun(freshSeed());
  let text = "";
  const reporter = ndjsonReporter((part) => text += part);
  for (const event of events) reporter.event(event);
  reporter.close();
  const lines = text.split("\n");
  assertEquals(lines.pop(), "", "every line ends");
  assertEquals(lines.length, events.length, "one line an event, whatever the names hold");
  const read = lines.map((line) => JSON.parse(line) as RunEvent);
  assertEquals(foldEvents(read), foldEvents(events));
  assertEquals(read.at(-1)?.type, "run-finished");
});

Deno.test("foldEvents() keeps the start of a stage that ended, and the signal that ended a run", () => {
  const record = foldEvents([
    { type: "stage-started", at: 7, stage: "a", worker: 2 },
    {
      type: "stage-failed",
      at: 9,
      stage: "a",
      failure: { reason: "timed-out", message: "too long" },
      seconds: 2,
    },
    {
      type: "run-finished",
      at: 9,
      ok: false,
      seconds: 3,
      run: "r",
      interrupted: "SIGINT",
      stages: 1,
      ran: 0,
      hit: 0,
      failed: 1,
      skipped: 0,
      fused: 0,
    },
  ]);
  assertEquals(record.stages, [{
    stage: "a",
    status: "failed",
    started: 7,
    worker: 2,
    seconds: 2,
    failure: { reason: "timed-out", message: "too long" },
  }]);
  assertEquals([record.interrupted, record.seconds, record.totals.failed], ["SIGINT", 3, 1]);
});

Deno.test("foldEvents() keeps with whom a stage ran, and on which engine", () => {
  const run = { workflow: "w", run: "r", started_at: "", basin: "", deno: "", jobs: 2 };
  const made = { how: "ran", key: "" as never, seconds: 1, outputs: {} } as const;
  const record = foldEvents([
    { type: "run-started", at: 0, ...run, engine: "wasm-f32" },
    { type: "stage-started", at: 0, stage: "a", worker: 0, fused: 8 },
    { type: "stage-finished", at: 1, stage: "a", ...made, engine: "wasm-f32" },
    { type: "stage-started", at: 0, stage: "b", worker: 1 },
    { type: "stage-finished", at: 1, stage: "b", ...made },
  ]);
  assertEquals(record.engine, "wasm-f32");
  assertEquals(record.stages.map(({ fused, engine }) => [fused, engine]), [
    [8, "wasm-f32"],
    [undefined, undefined],
  ]);
});
