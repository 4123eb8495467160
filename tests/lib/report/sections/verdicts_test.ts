// Verdicts on the page.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tableOf } from "#lib/core/table.ts";
import { verdictsHtml } from "#lib/report/sections/verdicts.ts";

const claim = (id: string, preset: string, number: number | null) => ({
  id,
  preset,
  configuration: "one",
  number,
  low: number,
  high: number === null ? null : number + 1,
  unit: "rad",
  effect: NaN,
  floor: null,
  n: 3,
  verdict: number === null ? "not tested here" : "holds",
  reason: "because",
  statement: `What ${id} says.`,
});

const texts = (html: string, tag: string) =>
  [...html.matchAll(new RegExp(`<${tag}[^>]*>(.*?)</${tag}>`, "gs"))].map(([, text]) => text);

Deno.test("verdictsHtml() has a row per setting, dashes for what is missing, and no setting that never differs", () => {
  const html = verdictsHtml(
    tableOf([claim("R1", "corrected", 0.25), claim("R1", "as_published", null)]),
  );
  assert(!html.includes("configuration") && !html.includes("All verdicts"));
  const rows = texts(texts(html, "tbody")[0], "tr").map((row) => texts(row, "td"));
  assertEquals(rows, [
    ["corrected", "holds", "0.25 rad", "0.25 … 1.25", "–", "–", "3", "because"],
    ["as published", "not tested here", "–", "–", "–", "–", "3", "because"],
  ]);
});

Deno.test("verdictsHtml() ends in one table where claims are many", () => {
  const rows = ["A", "B", "C", "D", "E", "F", "<G>"].flatMap((id) => [
    claim(id, "corrected", 0.5),
    claim(id, "as_published", 0.75),
  ]);
  const html = verdictsHtml(tableOf(rows));
  const last = html.slice(html.indexOf("All verdicts"));
  assertEquals(texts(last, "tbody").length, 7);
  assertEquals(texts(last, "tr").length, 1 + 14);
  assertStringIncludes(last, '<th scope="rowgroup" rowspan="2">&lt;G&gt;</th>');
});
