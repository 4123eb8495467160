// The job summary: a name cannot become Markdown or HTML, and failures come first.

import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { jobSummary } from "#lib/report/job_summary.ts";
import { foldEvents } from "#lib/report/record.ts";
import { freshSeed, hostileNames, randomRun, randomSweep } from "#tests/support/run_events.ts";

const verdict = {
  claim: "A1",
  setting: "",
  verdict: "holds",
  number: 0.4213,
  low: 0.3087,
  high: 0.5512,
  unit: "rad",
  n: 12,
  reason: "the interval is above 0",
};

/** The lines outside of code. @throws {Error} if a block of code is not ended. */
function outsideCode(text: string): string {
  const lines: string[] = [];
  let fence: string | null = null;
  for (const line of text.split("\n")) {
    const found = /^ *(`{3,})(text)?$/.exec(line);
    if (fence === null && found?.[2] === "text") fence = found[1];
    else if (fence !== null && found !== null && found[1].length >= fence.length) fence = null;
    else if (fence === null) lines.push(line);
  }
  assertEquals(fence, null, "a block of code is open at the end");
  return lines.join("\n");
}

Deno.test("jobSummary() shows names without letting them be Markdown or HTML", () => {
  const seed = freshSeed();
  const verdicts = [hostileNames.map((name) => ({
    ...verdict,
    claim: name,
    setting: name,
    verdict: name,
    before: name,
    unit: name,
    reason: name,
  }))];
  for (let run = 0; run < 10; run++) {
    for (const events of [randomRun(seed + run, 30), randomSweep(seed + run).events]) {
      const record = foldEvents(events);
      const text = outsideCode(jobSummary(record, { verdicts, retry: hostileNames[run] }));
      const where = `seed ${seed + run}`;
      const own = /<\/?(details|summary)>/g;
      assert(!/(?<!\\)<[a-z/!]/i.test(text.replace(own, "")), `${where}: a tag in ${text}`);
      const opened = text.match(/<details><summary>/g)?.length,
        closed = text.match(/<\/details>/g)?.length;
      assertEquals(opened, closed, where);
      assert(!/(?<!\\)\]\(/.test(text), `${where}: a link`);
      assert(!/(?<!\\)`/.test(text), `${where}: code`);
      // deno-lint-ignore no-control-regex
      assert(!/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/.test(text), where);
      for (const table of text.split("\n\n").filter((part) => part.startsWith("| "))) {
        const columns = table.split("\n").map((line) => line.match(/(?<!\\)\|/g)?.length);
        assertEquals(new Set(columns).size, 1, `${where}: ${table}`);
      }
    }
  }
});

Deno.test("jobSummary() tells failures first, then verdicts, then stages", () => {
  const failure = { reason: "threw" as const, message: "RangeError: no <luck>\n    at all" };
  const failed = (stage: string) =>
    ({ type: "stage-failed", at: 1, stage, failure, seconds: 1 }) as const;
  const totals = { stages: 4, ran: 1, hit: 0, failed: 3, skipped: 0, fused: 0 };
  const record = foldEvents([
    {
      type: "stage-finished",
      at: 1,
      stage: "draws",
      how: "ran",
      key: "k" as never,
      seconds: 2,
      outputs: {},
    },
    failed("fit[seed=0]"),
    failed("fit[seed=1]"),
    failed("fit[seed=2]"),
    { type: "run-finished", at: 1, ok: false, seconds: 33.84, run: "r", ...totals },
  ]);
  const verdicts = [[verdict, { ...verdict, claim: "A2 | b", verdict: "fails", before: "holds" }]];
  assertEquals(jobSummary(record, { verdicts, retry: "deno task run x.yaml" }).split("\n"), [
    "### ❌ : failed",
    "",
    "In 33.8 s.",
    "",
    "| stages | ran | hit | failed | skipped |",
    "|---:|---:|---:|---:|---:|",
    "| 4 | 1 | 0 | 3 | 0 |",
    "",
    "#### Failures",
    "",
    "- **failed** fit\\[seed=0\\] and 2 more like it: RangeError: no &#60;luck&#62;",
    "  <details><summary>whole message</summary>",
    "",
    "  ```text",
    "  RangeError: no <luck>",
    "      at all",
    "  ```",
    "",
    "  </details>",
    "",
    "To run what is missing:",
    "",
    "```text",
    "deno task run x.yaml",
    "```",
    "",
    "#### Verdicts: 1 holds, 1 fails",
    "",
    "| claim | verdict | number | n | why |",
    "| --- | --- | ---: | ---: | --- |",
    "| A1 | holds | 0.42 \\[0.31, 0.55\\] rad | 12 | the interval is above 0 |",
    "| A2 \\| b | **fails** (was holds) | 0.42 \\[0.31, 0.55\\] rad | 12 | the interval is above 0 |",
    "",
    "<details><summary>Stages (2)</summary>",
    "",
    "| stage | members | ran | hit | failed | skipped | worker time | longest |",
    "|---|---:|---:|---:|---:|---:|---:|---:|",
    "| draws | 1 | 1 |  |  |  | 2.0 s | 2.0 s |",
    "| fit | 3 |  |  | 3 |  |  |  |",
    "",
    "</details>",
    "",
  ]);
});

Deno.test("jobSummary() stays small, however much went wrong", () => {
  const message = "x".repeat(10_000);
  const record = foldEvents(Array.from({ length: 5000 }, (_, i) => ({
    type: "stage-failed" as const,
    at: i,
    stage: `s${i}`,
    failure: { reason: "threw" as const, message: `${i} ${message}\n${message}` },
    seconds: 1,
  })));
  const text = jobSummary(record, { verdicts: [Array.from({ length: 5000 }, () => verdict)] });
  assertLess(text.length, 500_000);
  assertStringIncludes(text, "and 4,980 more in the report");
});

Deno.test("jobSummary() shows every character as it is", () => {
  const text = jobSummary(foldEvents([]), {
    verdicts: [[{ ...verdict, claim: "a & b < c #1 | x_y*z [k]" }]],
  });
  assertStringIncludes(text, "| a &#38; b &#60; c \\#1 \\| x\\_y\\*z \\[k\\] |");
});
