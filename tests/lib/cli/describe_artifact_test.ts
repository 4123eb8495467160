// What `show` says of a table: its first rows, a verdict where it can be seen, and how to see the rest.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { tableOf } from "#lib/core/table.ts";
import { tableText } from "#lib/cli/describe_artifact.ts";

const rows = Array.from({ length: 5 }, (_, i) => ({
  id: `A${i}`,
  preset: "corrected",
  number: 0.1 * i,
  statement: "a sentence that is much too long for what is left of the line",
  verdict: "holds",
}));

Deno.test("tableText() shows a verdict behind what names the row, and leaves other tables as they are", () => {
  const lines = stripAnsiCode(tableText(tableOf(rows), { columns: 60, rows: 3 })).split("\n");
  assertEquals(lines[0].trim().split(/ +/), ["id", "preset", "verdict", "number"]);
  assertEquals(lines[2].trim().split(/ +/), ["A1", "corrected", "holds", "0.1"]);
  const plain = tableOf([{ a: 1, b: "x", c: true }]);
  assertEquals(
    stripAnsiCode(tableText(plain, { columns: 60, rows: 3 })).split("\n")[0].trim().split(/ +/),
    ["a", "b", "c"],
  );
});

Deno.test("tableText() says how the rows and columns that have no room are shown", () => {
  const text = stripAnsiCode(tableText(tableOf(rows), { columns: 60, rows: 3 }));
  assertStringIncludes(text, "… 2 more rows (--rows 5 shows all)");
  assertStringIncludes(text, "not shown (--values shows all): statement");
  const whole = stripAnsiCode(tableText(tableOf(rows), { columns: 160, rows: 5 }));
  assert(!whole.includes("more rows") && !whole.includes("not shown"), whole);
});
