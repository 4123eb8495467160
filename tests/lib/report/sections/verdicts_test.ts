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

const words = (html: string) => html.replace(/<[^>]*>/g, "").trim();

/** The overview, and the claims after it. */
const tablesOf = (html: string) =>
  texts(html, "table").map((table) =>
    texts(texts(table, "tbody")[0], "tr").map((row) => texts(row, "td").map(words))
  );

Deno.test("verdictsHtml() has a row per setting, dashes for what is missing, and no setting that never differs", () => {
  const html = verdictsHtml(
    tableOf([claim("R1", "corrected", 0.25), claim("R1", "as_published", null)]),
  );
  assert(!html.includes("configuration"));
  const [overview, rows] = tablesOf(html);
  assertEquals(overview, [["✓ holds", "– not tested here"]]);
  assertEquals(rows, [
    ["corrected", "✓ holds", "0.25 rad", "0.25 … 1.25", "–", "–", "3", "because"],
    ["as published", "– not tested here", "–", "–", "–", "–", "3", "because"],
  ]);
});

Deno.test("verdictsHtml() begins with all claims in one table, each leading to its own", () => {
  const rows = ["A", "B", "<G>"].flatMap((id) => [
    claim(id, "corrected", 0.5),
    ...(id === "B" ? [] : [claim(id, "as_published", 0.75)]),
  ]);
  const html = verdictsHtml(tableOf(rows), "claim-7");
  const [overview, ...claims] = texts(html, "table");
  assertEquals(texts(overview, "a"), ["A", "B", "&lt;G&gt;"]);
  const targets = [...overview.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
  assertEquals(
    targets,
    [...html.matchAll(/<article class="claim" id="([^"]*)"/g)].map(([, id]) => id),
  );
  assertEquals(tablesOf(html)[0], [
    ["✓ holds", "✓ holds"],
    ["✓ holds", "– not tested here"],
    ["✓ holds", "✓ holds"],
  ]);
  assertEquals(claims.length, 3);
});

Deno.test("verdictsHtml() says verdicts by a sign where settings are many, and counts them where they are more", () => {
  const many = (count: number) =>
    verdictsHtml(
      tableOf(
        Array.from(
          { length: count },
          (_, i) => claim("A", `setting ${i}`, i % 2 === 0 ? 0.5 : null),
        ),
      ),
    );
  const [overview] = texts(many(8), "table");
  assertEquals(texts(overview, "td").length, 8);
  assert(
    !overview.includes('class="word"') && overview.includes('<span class="unseen">holds</span>'),
  );
  assertStringIncludes(many(8), '<p class="legend">');
  assertEquals(tablesOf(many(13))[0], [["7 ✓ holds", "", "", "6 – not tested here"]]);
});
