// The closing screen's lines about claims.

import { assertEquals } from "@std/assert";
import { verdictLines } from "#lib/cli/verdict_lines.ts";
import { tableOf } from "#lib/core/table.ts";

const row = (id: string, preset: string, cell: string, verdict: string) => ({
  id,
  preset,
  cell,
  number: 1,
  verdict,
});

Deno.test("verdictLines() has a line per claim, and leaves out settings that never differ", () => {
  const table = tableOf([
    row("R1", "corrected", "rnn", "holds"),
    row("R1", "as_published", "rnn", "fails"),
    row("R2", "corrected", "rnn", "undecidable"),
    row("R2", "as_published", "rnn", "undecidable"),
    row("R3", "corrected", "rnn", "not tested here"),
  ]);
  assertEquals(verdictLines(table), [
    "R1: corrected holds, as_published fails",
    "R2: undecidable in all 2 settings",
    "R3: corrected not tested here",
  ]);
});

Deno.test("verdictLines() counts where a claim has many settings", () => {
  const cells = ["a", "b", "c", "d", "e"];
  const table = tableOf(
    cells.map((cell, at) => row("R1", "corrected", cell, at < 2 ? "holds" : "fails")),
  );
  assertEquals(verdictLines(table), ["R1: holds in 2 settings, fails in 3 settings"]);
});

Deno.test("verdictLines() tells of one setting by the verdict alone, and nothing of other tables", () => {
  assertEquals(verdictLines(tableOf([row("R1", "x", "y", "holds")])), ["R1: holds"]);
  assertEquals(verdictLines(tableOf([{ id: "R1", number: 1 }])), []);
  assertEquals(verdictLines(tableOf([{ verdict: "holds" }])), []);
});
