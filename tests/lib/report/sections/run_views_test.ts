// The sections of a run (stages, timeline, members, resources): complete, small, and nothing but text from names.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ReportContent, Section } from "#lib/report/content.ts";
import { foldEvents } from "#lib/report/record.ts";
import { resourcesSection } from "#lib/report/sections/resources.ts";
import { stagesSection } from "#lib/report/sections/stages.ts";
import { sweepSection } from "#lib/report/sections/sweep.ts";
import { timelineSection } from "#lib/report/sections/timeline.ts";
import { plainLayout } from "#tests/support/plain_layout.ts";
import { reportContent } from "#tests/support/report_content.ts";
import { freshSeed, hostileNames, randomRun } from "#tests/support/run_events.ts";

const sections = { stagesSection, timelineSection, sweepSection, resourcesSection };
const html = (section: Section | null) => section?.html ?? "";

/** Every stage and axis has a name that tries to be more. */
function hostileContent(seed: number): ReportContent {
  const record = foldEvents(randomRun(seed, 40));
  const stages = hostileNames.map((name, i) => ({
    name: `${name} ${i}`,
    task: name,
    axes: [name],
    numMembers: 3,
    from: i === 0 ? [] : [`${hostileNames[i - 1]} ${i - 1}`],
  }));
  const members = record.stages.map(({ stage }, i) => ({
    id: stage,
    coords: { [hostileNames[i % hostileNames.length]]: hostileNames[1] },
    metrics: { [hostileNames[2]]: i },
    cost: { seconds: i },
  }));
  return reportContent({ record, stages, members, graph: plainLayout(stages.length) });
}

Deno.test("the sections of a run have tags and attributes of their own only, whatever the names", () => {
  const seed = freshSeed();
  const content = hostileContent(seed);
  const tags = new Set(
    "p a small table caption thead tbody tr th td div ul li details summary span svg g rect path text title"
      .split(" "),
  );
  const attributes = new Set(
    ("class id href data-stage scope role tabindex aria-label aria-hidden width height viewBox x y rx d " +
      "text-anchor preserveAspectRatio").split(" "),
  );
  for (const [name, make] of Object.entries(sections)) {
    const text = html(make(content));
    assert(text !== "", name);
    const left = text.replace(
      /<\/?([a-z]+)((?: [a-zA-Z-]+="[^"<>]*")*)\/?>/g,
      (_, tag: string, given: string) => {
        assert(tags.has(tag), `seed ${seed}, ${name}: <${tag}>`);
        for (const [, attribute, value] of given.matchAll(/ ([a-zA-Z-]+)="([^"]*)"/g)) {
          assert(attributes.has(attribute), `seed ${seed}, ${name}: ${attribute}`);
          if (attribute === "href") assertEquals(value, "#sweep");
          if (attribute === "class") assert(/^[a-z0-9 -]+$/.test(value), value);
        }
        return "";
      },
    );
    assert(!/[<>]/.test(left), `seed ${seed}, ${name}: ${left.match(/.{0,60}[<>].{0,60}/)}`);
    // deno-lint-ignore no-control-regex
    assert(!/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/.test(text), name);
  }
  // What the script shows is spelled out before it gets there.
  JSON.stringify(sweepSection(content)!.data, (_, value) => {
    // deno-lint-ignore no-control-regex
    const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
    if (typeof value === "string") assert(!obeyed.test(value), JSON.stringify(value));
    return value;
  });
});

Deno.test("the sections of a run that has not begun say so or are not there", () => {
  const content = reportContent();
  assertStringIncludes(html(stagesSection(content)), "Nothing was heard of any stage yet.");
  assertEquals([timelineSection(content), sweepSection(content), resourcesSection(content)], [
    null,
    null,
    null,
  ]);
});

Deno.test("the sections of a run of hits alone tell what they took when they were made", () => {
  const record = {
    ...foldEvents([]),
    stages: [{ stage: "a[n=1]", status: "hit" as const, seconds: 0 }],
  };
  const content = reportContent({
    record,
    members: [{ id: "a[n=1]", coords: { n: 1 }, metrics: {}, cost: { seconds: 61 } }],
  });
  assertStringIncludes(html(timelineSection(content)), "1 result came from the store");
  assertStringIncludes(html(resourcesSection(content)), "when it was made: 1 min 1 s");
  assertStringIncludes(html(sweepSection(content)), "1 min 1 s");
  assertStringIncludes(
    html(sweepSection(content)),
    "The time of a hit is what it took when it was computed.",
  );
});

Deno.test("the sections of a run that goes on show what runs, up to when they were written", () => {
  const record = foldEvents([
    {
      type: "run-started",
      at: 0,
      workflow: "w",
      run: "r",
      started_at: "2026-01-01T00:00:00.000Z",
      basin: "0",
      deno: "2",
      jobs: 2,
    },
    { type: "stage-started", at: 1000, stage: "a", worker: 0 },
  ]);
  const live = { written_at: "2026-01-01T00:00:31.000Z", every_seconds: 2 };
  const text = html(timelineSection(reportContent({ record, live })));
  assertStringIncludes(text, "1 member on 1 worker in 31.0 s");
  assertStringIncludes(text, "a · 30.0 s from 1.0 s · not ended");
  assertStringIncludes(html(stagesSection(reportContent({ record, live }))), "1 not finished");
});

Deno.test("what failed and what was tried again is told by shape and words, not by colour alone", () => {
  const record = foldEvents([
    { type: "stage-started", at: 0, stage: "a", worker: 0 },
    {
      type: "stage-failed",
      at: 2000,
      stage: "a",
      failure: { reason: "threw", message: "singular" },
      seconds: 2,
    },
    { type: "stage-started", at: 2000, stage: "b", worker: 0 },
    {
      type: "stage-retried",
      at: 3000,
      stage: "b",
      attempt: 1,
      failure: { reason: "crashed", message: "" },
      wait_seconds: 0,
    },
    { type: "stage-started", at: 3000, stage: "b", worker: 0 },
    {
      type: "stage-finished",
      at: 5000,
      stage: "b",
      how: "ran",
      key: "k" as never,
      seconds: 2,
      outputs: {},
    },
  ]);
  const text = html(timelineSection(reportContent({ record })));
  assertStringIncludes(text, 'class="cross"');
  assertStringIncludes(text, 'class="ring"');
  assertStringIncludes(text, "<li>✕ failed</li>");
  assertStringIncludes(text, "a · 2.0 s from 0 ms · failed");
  assertStringIncludes(html(sweepSection(reportContent({ record }))), "singular");
  assertStringIncludes(html(sweepSection(reportContent({ record }))), "retried once");
});

Deno.test("the sections of 1,000 stages are small", () => {
  const stages = Array.from({ length: 1000 }, (_, i) => ({
    name: `stage_${i}`,
    task: "dmd",
    axes: ["seed"],
    numMembers: 10,
    from: i === 0 ? [] : [`stage_${i - 1}`],
  }));
  const members = stages.flatMap(({ name }) =>
    Array.from({ length: 10 }, (_, seed) => ({
      id: `${name}[seed=${seed}]`,
      coords: { seed },
      metrics: {},
    }))
  );
  const record = {
    ...foldEvents([]),
    stages: members.map(({ id }, i) => ({
      stage: id,
      status: "ran" as const,
      started: 10 * i,
      seconds: 0.04,
      worker: i % 4,
    })),
  };
  const content = reportContent({ record, stages, members });
  let bytes = 0;
  let elements = 0;
  for (const make of Object.values(sections)) {
    const text = html(make(content));
    bytes += text.length;
    elements += text.split(/<[a-z]/).length - 1;
  }
  assert(bytes < 600_000, `${bytes} bytes`);
  assert(elements < 8000, `${elements} elements`);
  assertStringIncludes(html(stagesSection(content)), "and 700 more stages");
  assertEquals(sweepSection(content)!.count, 10_000);
});
