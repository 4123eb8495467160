// The closing summary: what a person reads last, at any width, with nothing obeyed that only wants to be shown.

import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { columnsOf } from "#lib/report/format.ts";
import { foldEvents } from "#lib/report/record.ts";
import { summaryText } from "#lib/report/summary.ts";
import { freshSeed, hostileNames, randomRun } from "#tests/support/run_events.ts";

const verdict = {
  claim: "A1 contrast",
  setting: "",
  verdict: "holds",
  number: 0.4213,
  low: 0.3087,
  high: 0.5512,
  unit: "",
  n: 12,
  reason: "",
};

Deno.test("summaryText() fits the width and shows names instead of obeying them", () => {
  const seed = freshSeed();
  for (const columns of [40, 80, 120]) {
    for (let run = 0; run < 5; run++) {
      const record = foldEvents(randomRun(seed + run, 60));
      const text = stripAnsiCode(summaryText(record, {
        columns,
        report: "results/report.html",
        retry: "deno task run x.yaml",
        verdicts: [hostileNames.map((claim) => ({ ...verdict, claim }))],
        slowest: hostileNames.map((stage) => ({ stage, seconds: 100, usual: 3 })),
        figure: { stage: hostileNames[run], caption: hostileNames.join(" ") },
      }));
      const lines = text.split("\n");
      assertEquals(lines.pop(), "");
      for (const line of lines.filter((one) => !/^(report|to run|failed: )/.test(one))) {
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
  const options = { columns: 80, report: "r.html", retry: "deno task run x.yaml" };
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
  const text = summaryText(record, { columns: 80, report: null, retry: "" });
  assertStringIncludes(text, "64 stages, 64 ran, 0 hit, 60 fused in 2.0 s on wasm-f32");
});

Deno.test("summaryText() says first what failed, why, and how to go on", () => {
  const failed = (stage: string, message: string) =>
    ({
      type: "stage-failed",
      at: 1,
      stage,
      failure: { reason: "threw", message },
      seconds: 1,
    }) as const;
  const totals = { stages: 303, ran: 0, hit: 0, failed: 301, skipped: 2, fused: 0 };
  const long =
    "RangeError: the operator of 50 components has an eigenvalue of 1.2 and leaves the unit circle after 12 steps";
  const record = foldEvents([
    ...Array.from({ length: 300 }, (_, i) => failed(`fit[seed=${i}]`, `${long}\n    more`)),
    failed("check", "assertion: value is 0.3, not above 0.5"),
    { type: "run-finished", at: 1, ok: false, seconds: 2, run: "r", ...totals },
  ]);
  const text = stripAnsiCode(summaryText(record, {
    columns: 80,
    report: "r.html",
    retry: "deno task run x.yaml",
    verdicts: [[verdict]],
    figure: { stage: "fig", caption: "Curves." },
  }));
  assertEquals(text.split("\n"), [
    "failed: 303 stages, 0 ran, 0 hit, 301 failed, 2 skipped in 2.0 s",
    "  failed fit[seed=0] and 299 more like it",
    "         RangeError: the operator of 50 components has an eigenvalue of 1.2 and",
    "         leaves the unit circle after 12 steps",
    "  failed check",
    "         assertion: value is 0.3, not above 0.5",
    "to run what is missing: deno task run x.yaml",
    "  A1 contrast: holds, 0.42 [0.31, 0.55], n = 12",
    "report: r.html",
    "",
  ]);
});

Deno.test("summaryText() says what a program printed last before it failed", () => {
  const message = "exited with code 1; the last lines it printed:\n  reading\n  Traceback:\n" +
    "    import scipi\n  ModuleNotFoundError: No module named 'scipi'\n";
  const totals = { stages: 1, ran: 0, hit: 0, failed: 1, skipped: 0, fused: 0 };
  const record = foldEvents([
    {
      type: "stage-failed",
      at: 1,
      stage: "fit",
      failure: { reason: "exited", code: 1, message },
      seconds: 1,
    },
    { type: "run-finished", at: 1, ok: false, seconds: 2, run: "r", ...totals },
  ]);
  const options = { columns: 80, report: null, retry: "" };
  assertEquals(stripAnsiCode(summaryText(record, options)).split("\n").slice(1, -1), [
    "  failed fit",
    "         exited with code 1; the last lines it printed:",
    "           ModuleNotFoundError: No module named 'scipi'",
  ]);
});

Deno.test("summaryText() says what was found, what was slow, and what to look at first", () => {
  const totals = { stages: 2948, ran: 2738, hit: 210, failed: 0, skipped: 0, fused: 0 };
  const record = foldEvents([
    { type: "run-finished", at: 1, ok: true, seconds: 33.8, run: "r", ...totals },
  ]);
  const without = stripAnsiCode(summaryText(record, {
    columns: 60,
    report: null,
    retry: "",
    figure: {
      stage: "fig_regimes",
      caption: "Distances within and across regimes of nine systems. n = 9.",
    },
  }));
  assertStringIncludes(
    without,
    "look first at: fig_regimes – Distances within and across…\n",
  );
  const text = stripAnsiCode(summaryText(record, {
    columns: 80,
    report: "results/report.html",
    retry: "deno task run x.yaml",
    verdicts: [[
      { ...verdict, setting: "corrected" },
      { ...verdict, setting: "as_published", verdict: "fails", before: "holds" },
    ]],
    slowest: [{ stage: "fit[seed=0]", seconds: 72, usual: 20 }, {
      stage: "x".repeat(60),
      seconds: 99,
      usual: 30,
    }],
    figure: {
      stage: "fig_regimes",
      caption: "Distances within and across regimes. n = 9 systems.",
    },
  }));
  assertEquals(text.split("\n"), [
    "done: 2,948 stages, 2,738 ran, 210 hit in 33.8 s",
    "               corrected                as_published",
    "  A1 contrast  holds 0.42 [0.31, 0.55]  fails 0.42 [0.31, 0.55]",
    "  changed: A1 contrast, as_published: was holds, now fails",
    "slower than usual: fit[seed=0] 1 min 12 s (usually 20 s)",
    "report: results/report.html",
    "",
  ]);
});
