// The top of the page.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RunEvent } from "#lib/core/event.ts";
import type { ReportContent } from "#lib/report/content.ts";
import { firstSentence, pageTop, timeHtml } from "#lib/report/page_top.ts";
import { foldEvents } from "#lib/report/record.ts";
import { reportContent } from "#tests/support/report_content.ts";

const end = (more: Partial<Extract<RunEvent, { type: "run-finished" }>>): RunEvent => ({
  type: "run-finished",
  at: 9,
  ok: true,
  seconds: 75,
  run: "r",
  stages: 12_345,
  ran: 12_000,
  hit: 345,
  failed: 0,
  skipped: 0,
  fused: 0,
  ...more,
});
const badge = (events: readonly RunEvent[], more: Partial<ReportContent> = {}) => {
  const html = pageTop(reportContent({ record: foldEvents(events), ...more }));
  return /<p class="state">(.*?)<\/p>/.exec(html)![1].replace(/<[^>]*>/g, "");
};

Deno.test("pageTop() says how the run ended, by sign and word, and counts", () => {
  assertEquals(
    badge([end({})]),
    "✓Done 12,345 stages: 12,000 ran, 345 from the store, in 1 min 15 s",
  );
  assertEquals(
    badge([end({ ok: false, failed: 2, skipped: 3, stages: 5, ran: 0, hit: 0 })]),
    "✕Failed 5 stages: 2 failed, 3 skipped, in 1 min 15 s",
  );
  assertEquals(
    badge([end({ ok: false, interrupted: "SIGINT" })]).slice(0, 22),
    "✕Interrupted by SIGINT",
  );
  assertEquals(badge([end({ ok: false, skipped: 1 })]).slice(0, 11), "◐Incomplete");
  const started: RunEvent = { type: "stage-started", at: 1, stage: "a", worker: 0 };
  const live = { written_at: "2026-01-01T00:00:00Z", every_seconds: 5 };
  assertEquals(badge([started], { live }), "▸Running 1 stage: 1 at work");
  assertEquals(badge([started]), "◐Did not end 1 stage: 1 not finished");
});

Deno.test("pageTop() leads with the question; the command stands where it is needed", () => {
  const ok = pageTop(reportContent({
    title: "attractors",
    description: "Which dissimilarity follows the dynamics? Three, on Lorenz systems.",
    record: foldEvents([end({})]),
  }));
  assertStringIncludes(ok, '<p class="question">Which dissimilarity follows the dynamics?</p>');
  assertStringIncludes(ok, '<p class="about">Three, on Lorenz systems.</p>');
  assertStringIncludes(ok, "<code>deno task run x.yaml</code>");
  const lacking = foldEvents([
    { type: "stage-skipped", at: 1, stage: "a", because: "" },
    end({ ok: false, skipped: 1 }),
  ]);
  assert(
    !pageTop(reportContent({ record: lacking })).includes("<code>"),
    "said with what is missing",
  );
  assertStringIncludes(
    pageTop(reportContent({ title: "bare" })),
    '<h1 class="question"><bdi>bare</bdi></h1>',
  );
});

Deno.test("firstSentence() is not deceived by numbers and abbreviated names", () => {
  assertEquals(firstSentence("R² of 0.98 vs. 0.5 holds. So it is."), [
    "R² of 0.98 vs. 0.5 holds.",
    "So it is.",
  ]);
  assertEquals(firstSentence("No end"), ["No end", ""]);
  assertEquals(firstSentence("  "), ["", ""]);
});

Deno.test("timeHtml() shows what is no time as it is", () => {
  assertEquals(timeHtml("<b>"), "&lt;b&gt;");
});
