// The closing summary: what a person reads last, at any width, with nothing obeyed that only wants to be shown.

import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { columnsOf } from "#lib/report/format.ts";
import { foldEvents } from "#lib/report/record.ts";
import { summaryText } from "#lib/report/summary.ts";
import { freshSeed, hostileNames, randomRun } from "#tests/support/run_events.ts";

Deno.test("summaryText() fits the width and shows names instead of obeying them", () => {
  const seed = freshSeed();
  for (const columns of [40, 80, 120]) {
    for (let run = 0; run < 5; run++) {
      const record = foldEvents(randomRun(seed + run, 60));
      const text = stripAnsiCode(summaryText(record, {
        columns,
        report: "results/report.html",
        retry: "deno task run x.yaml",
        highlights: hostileNames,
      }));
      const lines = text.split("\n");
      assertEquals(lines.pop(), "");
      for (const line of lines.filter((one) => one.startsWith("  "))) {
        assertLessOrEqual(columnsOf(line), columns, `seed ${seed + run}: ${JSON.stringify(line)}`);
      }
      // deno-lint-ignore no-control-regex
      assert(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(text), text);
      const shown = lines.filter((line) => line.startsWith("  failed ")).length;
      assertEquals(shown, Math.min(8, record.totals.failed), `seed ${seed + run}`);
    }
  }
});

Deno.test("summaryText() says how it ended and what to do next", () => {
  const options = { columns: 80, report: "r.html", retry: "deno task run x.yaml", highlights: [] };
  const finished = {
    type: "run-finished" as const,
    at: 1,
    seconds: 1,
    run: "r",
    stages: 2,
    ran: 1,
    hit: 1,
    failed: 0,
    skipped: 0,
    fused: 0,
  };
  const done = stripAnsiCode(summaryText(foldEvents([{ ...finished, ok: true }]), options));
  assertEquals(done, "done: 2 stages, 1 ran, 1 hit in 1.0 s\nreport: r.html\n");
  const failed = stripAnsiCode(
    summaryText(foldEvents([{ ...finished, ok: false, ran: 0, failed: 1 }]), options),
  );
  assertStringIncludes(failed, "failed: 2 stages, 0 ran, 1 hit, 1 failed");
  assertStringIncludes(failed, "to run what is missing: deno task run x.yaml");
  const cut = foldEvents([{ ...finished, ok: false, interrupted: "SIGTERM" }]);
  assertStringIncludes(stripAnsiCode(summaryText(cut, options)), "interrupted by SIGTERM:");
});

Deno.test("summaryText() counts what was fused, and names the engine", () => {
  const run = { workflow: "w", run: "r", started_at: "", basin: "", deno: "", jobs: 2 };
  const totals = { stages: 64, ran: 64, hit: 0, failed: 0, skipped: 0, fused: 60 };
  const record = foldEvents([
    { type: "run-started", at: 0, ...run, engine: "wasm-f32" },
    { type: "run-finished", at: 1, ok: true, seconds: 2, run: "r", ...totals },
  ]);
  const text = summaryText(record, { columns: 80, report: null, retry: "", highlights: [] });
  assertStringIncludes(text, "64 stages, 64 ran, 0 hit, 60 fused in 2.0 s on wasm-f32");
});
