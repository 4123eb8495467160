// Results made without failed members.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RunEvent } from "#lib/core/event.ts";
import { foldEvents } from "#lib/report/record.ts";
import { leftOutSection } from "#lib/report/sections/left_out.ts";
import { reportContent } from "#tests/support/report_content.ts";

const gathered = (stage: string, numOmitted: number): RunEvent => ({
  type: "stage-finished",
  at: 1,
  stage,
  how: "ran",
  key: "k" as never,
  seconds: 0,
  outputs: {},
  omitted: Array.from({ length: numOmitted }, (_, i) => `part[n=${i}]`),
});

Deno.test("leftOutSection() names the first that are missing, and bounds how many it tells of", () => {
  const record = foldEvents([
    ...Array.from({ length: 150 }, (_, i) => gathered(`all[i=${i}]`, 25)),
    gathered("whole", 0),
  ]);
  const { html, count } = leftOutSection(reportContent({ record }))!;
  assertEquals(count, 150);
  assertStringIncludes(html, "part[n=19] and 5 more");
  assertStringIncludes(html, "and 50 more results");
  assert(!html.includes("whole") && !html.includes("part[n=20]"));
});
