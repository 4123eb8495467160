// Verdicts for people: what is read from the table, with how many digits, and the lines of the closing screen.

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { claimVerdicts, intervalText, verdictCounts } from "#lib/report/claim_verdicts.ts";
import { closingVerdicts } from "#lib/report/closing_verdicts.ts";
import { columnsOf } from "#lib/report/format.ts";
import { type Table, tableOf } from "#lib/core/table.ts";
import { randomStream } from "#lib/core/random.ts";
import { freshSeed, hostileNames } from "#tests/support/run_events.ts";

const row = (id: string, preset: string, cell: string, verdict: string, number = 0.4213) => ({
  id,
  preset,
  cell,
  number,
  low: number - 0.1123,
  high: number + 0.1299,
  unit: "rad",
  n: 12,
  verdict,
  reason: "as it is",
});

const lines = (table: Table, width = 80, before?: Table) =>
  closingVerdicts([claimVerdicts(table, before)], width).map(stripAnsiCode);

Deno.test("closingVerdicts() has a column per setting where there are few", () => {
  const table = tableOf([
    row("R1", "corrected", "rnn", "holds"),
    row("R1", "as_published", "rnn", "fails"),
    row("R2", "corrected", "rnn", "undecidable"),
    row("R3", "as_published", "rnn", "not tested here"),
  ]);
  assertEquals(lines(table), [
    "verdicts: 1 holds, 1 fails, 1 undecidable, 1 not tested here",
    "    corrected                      as_published",
    "R1  holds 0.42 [0.31, 0.55]        fails 0.42 [0.31, 0.55]",
    "R2  undecidable 0.42 [0.31, 0.55]",
    "R3                                 not tested here 0.42 [0.31, 0.55]",
  ]);
  assertEquals(lines(table, 50).slice(2), [
    "R1  holds 0.42        fails 0.42",
    "R2  undecidable 0.42",
    "R3                    not tested here 0.42",
  ]);
  assertEquals(lines(table, 34).slice(2), [
    "R1  holds        fails",
    "R2  undecidable",
    "R3               not tested here",
  ]);
});

Deno.test("closingVerdicts() counts where a claim has many settings, and names those that differ", () => {
  const cells = ["a", "b", "c", "d", "e", "f"];
  const claim = (id: string, holds: number) =>
    cells.map((cell, at) => row(id, "corrected", cell, at < holds ? "holds" : "fails"));
  const table = tableOf([
    ...claim("R1", 1),
    ...claim("R2", 6),
    ...claim("R3", 4),
    ...claim("R4", 3),
  ]);
  assertEquals(
    lines(table),
    [
      "verdicts: 14 hold, 10 fail",
      "R1: fails in 5 of 6 settings; holds in a (0.42 [0.31, 0.55])",
      "R2: holds in all 6 settings",
      "R3: holds in 4 of 6 settings; fails in e and f",
      "R4: holds in 3 of 6 settings; fails in 3",
    ],
  );
  assertEquals(lines(table, 48).slice(1), [
    "R1: fails in 5 of 6 settings; holds in a",
    "R2: holds in all 6 settings",
    "R3: holds in 4 of 6 settings; fails in e and f",
    "R4: holds in 3 of 6 settings; fails in 3",
  ]);
  assertEquals(lines(table, 40)[3], "R3: holds in 4, fails in 2 of 6 settings");
});

Deno.test("closingVerdicts() tells of one setting with its number, and nothing of other tables", () => {
  const table = tableOf([row("R1", "x", "y", "holds"), row("R2", "x", "y", "fails", 12.5)]);
  assertEquals(lines(table), [
    "R1: holds, 0.42 [0.31, 0.55] rad, n = 12",
    "R2: fails, 12.50 [12.39, 12.63] rad, n = 12",
  ]);
  assertEquals(lines(table, 30)[0], "R1: holds, 0.42");
  assertEquals(lines(tableOf([{ id: "R1", number: 1 }])), []);
  assertEquals(lines(tableOf([{ verdict: "holds" }])), []);
  assertEquals(lines(tableOf([{ id: "R1", verdict: "holds" }])), ["R1: holds"]);
});

Deno.test("closingVerdicts() says what changed since the run before", () => {
  const before = tableOf([row("R1", "a", "x", "undecidable"), row("R1", "b", "x", "holds")]);
  const now = tableOf([
    row("R1", "a", "x", "holds"),
    row("R1", "b", "x", "holds"),
    row("R2", "a", "x", "fails"),
  ]);
  assertEquals(lines(now, 80, before).filter((line) => line.startsWith("changed")), [
    "changed: R1, a: was undecidable, now holds",
  ]);
});

Deno.test("closingVerdicts() shows what fails and what changed before what holds, where claims are many", () => {
  const names = Array.from({ length: 40 }, (_, i) => `R${i}`);
  const table = (verdict: (i: number) => string) =>
    tableOf(names.map((name, i) => row(name, "x", "y", verdict(i))));
  const now = table((i) => i === 30 ? "fails" : i === 35 ? "undecidable" : "holds");
  const shown = lines(
    now,
    80,
    table((i) => i === 39 ? "fails" : i === 30 ? "fails" : i === 35 ? "undecidable" : "holds"),
  );
  assertEquals(shown.length, 1 + 12 + 1 + 1);
  assertEquals(shown[0], "verdicts: 38 hold, 1 fails, 1 undecidable");
  assertEquals(shown.slice(1, 13).map((line) => line.split(":")[0]), [
    ...names.slice(0, 9),
    "R30",
    "R35",
    "R39",
  ]);
  assertEquals(shown[13], "… and 28 more in the report (28 hold)");
  assertEquals(shown[14], "changed: R39: was fails, now holds");
});

Deno.test("closingVerdicts() keeps to every width, whatever claims and settings are called", () => {
  const seed = freshSeed();
  const draw = randomStream(seed, "tests/claim_verdicts");
  let next = 0;
  const one = <T>(of: readonly T[]) => of[draw.integer(of.length, next++)];
  for (let run = 0; run < 40; run++) {
    const names = [...hostileNames, "A1 contrast", "A2"];
    const settings = Array.from({ length: 1 + draw.integer(4, next++) }, () => one(names));
    const rows = Array.from(
      { length: 1 + draw.integer(20, next++) },
      () =>
        row(
          one(names),
          one(settings),
          one(names),
          one(["holds", "fails", "undecidable", one(names)]),
        ),
    );
    for (let width = 20; width <= 200; width += 7) {
      for (
        const line of lines(
          tableOf(rows),
          width,
          tableOf(rows.map((r) => ({ ...r, verdict: "holds" }))),
        )
      ) {
        const where = `seed ${seed}, run ${run}, ${width}: ${JSON.stringify(line)}`;
        assertLessOrEqual(columnsOf(line), width, where);
        // deno-lint-ignore no-control-regex
        assert(!/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/.test(line), where);
      }
    }
  }
});

Deno.test("intervalText() has the digits that the interval is worth", () => {
  const text = (number: number, low: number | null, high: number | null) =>
    intervalText({ number, low, high });
  assertEquals(text(0.759205, -1.745148, 3.263558), "0.8 [-1.7, 3.3]");
  assertEquals(text(1234.5, 1200.2, 1260.9), "1235 [1200, 1261]");
  assertEquals(text(0.00538901, 0.00361724, 0.00716073), "0.0054 [0.0036, 0.0072]");
  assertEquals(text(3e-8, 2e-8, 4e-8), "3.0e-8 [2.0e-8, 4.0e-8]");
  assertEquals(text(0, 0, 0), "0 [0, 0]");
  assertEquals(text(1, 1, 1), "1.0000 [1.0000, 1.0000]");
  assertEquals(text(-0.00004, -0.2, 0.2), "0 [-0.20, 0.20]");
  assertEquals(text(0.123456, null, null), "0.123");
});

Deno.test("verdictCounts() agrees with its verb", () => {
  assertEquals(
    verdictCounts(["undecidable", "fails", "fails", "odd"]),
    "2 fail, 1 undecidable, 1 odd",
  );
  assertEquals(verdictCounts([]), "");
});
