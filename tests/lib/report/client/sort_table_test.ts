// The order of cells.

import { assertEquals } from "@std/assert";
import { compareCells } from "#lib/report/client/sort_table.ts";

const sorted = (cells: readonly string[], direction: 1 | -1) =>
  cells.toSorted((a, b) => direction * compareCells(a, b, direction));

Deno.test("compareCells() sorts numbers by size, words with numbers in them too, and what is missing last", () => {
  const numbers = ["10", "n/a", "-2", "1.00e-9", "9"];
  assertEquals(sorted(numbers, 1), ["-2", "1.00e-9", "9", "10", "n/a"]);
  assertEquals(sorted(numbers, -1), ["10", "9", "1.00e-9", "-2", "n/a"]);
  assertEquals(sorted(["r = 10", "", "r = 9", "a"], 1), ["a", "r = 9", "r = 10", ""]);
  assertEquals(sorted(["r = 10", "–", "r = 9", "a"], -1), ["r = 10", "r = 9", "a", "–"]);
});
