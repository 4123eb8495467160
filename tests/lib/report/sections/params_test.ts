// Params on the page.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ParamRow } from "#lib/report/content.ts";
import { paramsSection } from "#lib/report/sections/params.ts";
import { reportContent } from "#tests/support/report_content.ts";

const previous = { run: "20260101T000000-abcdef", started_at: "2026-01-01T00:00:00.000Z" };
const section = (rows: readonly ParamRow[], more = {}) =>
  paramsSection(reportContent({ params: { rows, ...more } }))!;

Deno.test("paramsSection() puts what differs first, with what it was", () => {
  const { html, count } = section([
    { path: "params.kept", value: "1" },
    { path: "params.rank", value: "10", before: "20", change: "changed" },
    { path: "params.new", value: "<3>", change: "added" },
    { path: "params.old", value: "", before: "4", change: "removed" },
  ], { previous, num_more: 7 });
  assertEquals(count, 10);
  assertStringIncludes(html, "3 params differ from the run before");
  assertStringIncludes(html, "2026-01-01 00:00 UTC");
  const [changes, all] = html.split("All params</summary>");
  const cells = [...changes.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, text]) =>
    text.replace(/<[^>]*>/g, "")
  );
  assertEquals(cells, [
    ...["param", "before", "now"],
    ...["params.rank", "20", "10"],
    ...["params.new", "new", "&lt;3&gt;"],
    ...["params.old", "4", "gone"],
  ]);
  assert(all.includes("params.kept") && !all.includes("params.old"));
  assertStringIncludes(all, "and 7 more, in config.resolved.yaml");
});

Deno.test("paramsSection() says so if nothing differs, or if there is nothing to differ from", () => {
  const rows = [{ path: "params.a", value: "1" }];
  assertStringIncludes(section(rows, { previous }).html, "Nothing differs from the run before");
  assertStringIncludes(section(rows).html, "no earlier run");
  assertEquals(paramsSection(reportContent({ params: { rows: [] } })), null);
  assertEquals(paramsSection(reportContent()), null);
});

Deno.test("paramsSection() bounds rows and values", () => {
  const { html } = section(
    Array.from(
      { length: 5000 },
      (_, i) => ({
        path: `params.p${i}`,
        value: "x".repeat(10_000),
        before: "y",
        change: "changed" as const,
      }),
    ),
    { previous },
  );
  assert(html.length < 900_000, `${html.length}`);
  assertStringIncludes(html, "and 4,700 more");
  assertStringIncludes(html, "and 4,000 more, in config.resolved.yaml");
});
