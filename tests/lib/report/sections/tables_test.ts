// Tables on the page.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tableOf } from "#lib/core/table.ts";
import { tablesSection } from "#lib/report/sections/tables.ts";
import { reportContent } from "#tests/support/report_content.ts";

const section = (tables: Parameters<typeof tablesSection>[0]["tables"], numLeftOut = 0) =>
  tablesSection(reportContent({ tables, numLeftOut }))!;
const rowsOf = (html: string) =>
  [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row]) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, text]) => text.replace(/<[^>]*>/g, ""))
  );

Deno.test("tablesSection() names columns for people, aligns numbers and keeps units", () => {
  const table = tableOf([{ n_delays: 3, self_floor: 0.123456, name: "a_b" }], {
    self_floor: { unit: "rad" },
  });
  const { html, count } = section([{ stage: "scores", table, file: "tables/scores.tsv" }]);
  assertEquals(count, 1);
  assertEquals(rowsOf(html), [["n delays", "self floor rad", "name"], ["3", "0.1235", "a_b"]]);
  assertStringIncludes(html, '<td class="number">0.1235</td>');
  assertStringIncludes(html, '<a href="./tables/scores.tsv">TSV</a>');
  assertStringIncludes(html, 'tabindex="0" role="region" aria-label="scores"');
});

Deno.test("tablesSection() puts members of one stage into one table", () => {
  const tables = [1, 2, 3].map((seed) => ({
    stage: `fit[seed=${seed}]`,
    table: tableOf([{ error: seed / 2 }]),
  }));
  const { html, count } = section([...tables, {
    stage: "fit[seed=4]",
    table: tableOf([{ other: 1 }]),
  }]);
  assertEquals(count, 2);
  assertEquals(rowsOf(html), [
    ["member", "error"],
    ["[seed=1]", "0.5"],
    ["[seed=2]", "1"],
    ["[seed=3]", "1.5"],
    ["other"],
    ["1"],
  ]);
  assertStringIncludes(html, "3 members, 3 rows");
});

Deno.test("tablesSection() stays within bounds and says what it leaves out", () => {
  const table = tableOf(Array.from({ length: 2000 }, (_, i) => ({ a: i, b: i, c: i, d: i })));
  const tables = Array.from({ length: 300 }, (_, i) => ({ stage: `stage_${i}`, table }));
  const { html } = section(tables, 1234);
  const numCells = html.split("<td").length - 1;
  assert(numCells <= 8000 + 300 * 3 * 4, `${numCells}`);
  assertStringIncludes(html, "and 1,800 more rows in tables/");
  assertStringIncludes(html, "1,234 more results are in the store");
  assertStringIncludes(html, "<h3><bdi>stage_299</bdi>");
  assertStringIncludes(html, "Printed are the first 40 of 2,000 rows");
});
