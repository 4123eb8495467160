// What a reader of a failed run sees first.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { RunEvent } from "#lib/core/event.ts";
import type { StageFailure } from "#lib/core/executor.ts";
import { foldEvents } from "#lib/report/record.ts";
import { failuresSection } from "#lib/report/sections/failures.ts";
import { reportContent } from "#tests/support/report_content.ts";

const failed = (stage: string, message: string, reason = "threw"): RunEvent => ({
  type: "stage-failed",
  at: 1,
  stage,
  failure: { reason, message } as StageFailure,
  seconds: 3,
});
const skipped = (stage: string): RunEvent => ({
  type: "stage-skipped",
  at: 2,
  stage,
  because: "fit failed",
});
const ended = (numFailed: number, numSkipped: number): RunEvent => ({
  type: "run-finished",
  at: 3,
  ok: false,
  seconds: 1,
  run: "r",
  stages: 99,
  ran: 0,
  hit: 0,
  failed: numFailed,
  skipped: numSkipped,
  fused: 0,
});
const section = (events: readonly RunEvent[], command = "deno task run x.yaml") =>
  failuresSection(reportContent({ record: foldEvents(events), command }));

Deno.test("failuresSection() tells members that fail alike once, whatever their numbers, and the most members first", () => {
  const { html, title, count } = section([
    failed("odd", "something else"),
    ...Array.from(
      { length: 12 },
      (_, i) => failed(`fit[seed=${i}]`, `rank ${i} exceeds ${2 * i}.5`),
    ),
    failed("fit[seed=99]", "no memory", "out-of-memory"),
    ended(14, 0),
  ])!;
  assertEquals([title, count], ["What failed", 14]);
  const heads = [...html.matchAll(/<h3>(.*?)(?: <small>.*?)?<\/h3>/g)].map(([, text]) =>
    text.replace(/<[^>]*>/g, "")
  );
  assertEquals(heads, ["12 members of fit failed alike", "odd failed", "fit[seed=99] failed"]);
  assertStringIncludes(html, "rank 0 exceeds 0.5");
  assert(!html.includes("rank 1 exceeds"));
  assertStringIncludes(html, "Its memory did not suffice");
  for (let i = 0; i < 12; i++) assertStringIncludes(html, `<bdi>fit[seed=${i}]</bdi>`);
});

Deno.test("failuresSection() says how to go on, and what was skipped, by stage", () => {
  const { html } = section([
    failed("fit", "why <b>"),
    skipped("compare[a=1]"),
    skipped("compare[a=2]"),
    skipped("figure"),
    ended(1, 3),
  ], "deno task run:external 'my file.yaml' --profile claims")!;
  assertStringIncludes(
    html,
    "<code>deno task run:external &#39;my file.yaml&#39; --profile claims</code>",
  );
  assertStringIncludes(html, "why &lt;b&gt;");
  assertStringIncludes(html, "Skipped because of it: 3 stages");
  assertMatch(html, /<bdi>compare<\/bdi> <small>2 members<\/small>.*<bdi>figure<\/bdi><\/li>/s);
  assert(
    html.indexOf("why") < html.indexOf("run:external") &&
      html.indexOf("run:external") < html.indexOf("Skipped"),
  );
});

Deno.test("failuresSection() names some of thousands and counts the others", () => {
  const many = Array.from({ length: 3000 }, (_, i) => failed(`fit[seed=${i}]`, "same"));
  const kinds = Array.from(
    { length: 90 },
    (_, i) => failed(`stage_${"abcdefghij"[i % 10]}${"abcdefghij"[Math.floor(i / 10)]}`, "x"),
  );
  const { html } = section([...many, ...kinds, ended(3090, 0)])!;
  assertStringIncludes(html, "3,000 members of");
  assertStringIncludes(html, "and 2800 more; run.json has them all");
  assertStringIncludes(html, "51 more members failed in other ways");
  assert(html.length < 60_000, `${html.length}`);
});

Deno.test("failuresSection() says what an incomplete run lacks, and nothing of one that goes on", () => {
  const { html, title } = section([skipped("a[n=1]"), skipped("a[n=2]"), ended(0, 2)])!;
  assertEquals(title, "What is missing");
  assertStringIncludes(html, "Not run: 2 stages");
  assertEquals(section([{ type: "stage-started", at: 1, stage: "a", worker: 0 }]), null);
  const live = failuresSection(reportContent({
    record: foldEvents([failed("a", "early")]),
    live: { written_at: "2026-01-01T00:00:00Z", every_seconds: 5 },
  }))!;
  assert(live.html.includes("early") && !live.html.includes("To run what is missing"));
});

Deno.test("failuresSection() explains only reasons that it knows", () => {
  for (const reason of ["threw", "nothing like that", "constructor", "__proto__", "toString"]) {
    const { html } = section([failed("fit", "why", reason), ended(1, 0)])!;
    assertEquals([...html.matchAll(/<p>(?!To run)/g)].length, 0, html);
  }
});
