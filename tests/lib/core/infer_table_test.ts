import { assertEquals, assertThrows } from "@std/assert";
import { inferTable } from "#lib/core/infer_table.ts";
import { readTsv, tableOf, writeTsv } from "#lib/core/table.ts";

const types = (text: string) => inferTable(text).columns.map(({ type }) => type);

Deno.test("inferTable() reads back what writeTsv() wrote", () => {
  const value = tableOf([
    { number: -0, text: 'a\tb\n"c"', truth: true, mixed: "1", empty: null },
    { number: Infinity, text: "n/a", truth: null, mixed: "x", empty: null },
    { number: 1e-300, text: "", truth: false, mixed: null, empty: null },
  ]);
  assertEquals(inferTable(writeTsv(value)), value);
  const { columns, rows } = inferTable(writeTsv(value));
  assertEquals(readTsv(writeTsv({ columns, rows }), columns), value);
});

Deno.test("inferTable() takes the number of pandas, of R and of Fortran for what it is", () => {
  assertEquals(types("a\n1\n-2.5\n+3\n.5\n6.\n1e5\n1E-5\nnan\nNaN\ninf\n-Inf\n"), ["number"]);
  for (
    const no of [
      "0x10",
      "1_000",
      "1,5",
      "1e",
      "e5",
      ".",
      "--1",
      "Infinity",
      "١",
      "1d5",
      " 1",
      "9007199254740993",
    ]
  ) {
    assertEquals(types(`a\n1\n${no}\n`), ["string"], no);
  }
  assertEquals(types('a\n1\n"2"\n'), ["string"]);
});

Deno.test("inferTable() calls a column of missing values texts, and takes Windows' line ends", () => {
  assertEquals(inferTable("a\tb\r\nn/a\t1\r\n\t2\r\n"), {
    columns: [{ name: "a", type: "string" }, { name: "b", type: "number" }],
    rows: [[null, 1], [null, 2]],
  });
  assertEquals(inferTable("a\n").rows, []);
});

Deno.test("inferTable() refuses what is no table", () => {
  assertThrows(() => inferTable(""), TypeError, "no header");
  assertThrows(() => inferTable("a\t\tb\n"), TypeError, "no header");
  assertThrows(() => inferTable("a\tb\ta\n"), TypeError, "two columns called 'a'");
  assertThrows(() => inferTable("a\tb\n1\n"), TypeError, "1 entries instead of 2");
});
