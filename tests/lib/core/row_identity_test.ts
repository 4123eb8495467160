// What rows are known by: never their numbers, and never two rows by the same.

import { assert, assertEquals } from "@std/assert";
import { compareIdentities, keyColumns, rowIdentities } from "#lib/core/row_identity.ts";
import { randomStream } from "#lib/core/random.ts";
import { type Cell, type Column, type Table, tableOf } from "#lib/core/table.ts";

function idsOf(table: Table): unknown {
  const rows = rowIdentities(table);
  return rows.ok ? rows.value.map(({ id }) => id) : rows.error;
}

Deno.test("rowIdentities() takes the marked columns, or else the first", () => {
  const records = [{ a: 1, b: "x", c: true }, { a: 2, b: "y", c: true }];
  assertEquals(idsOf(tableOf(records)), [1, 2]);
  assertEquals(idsOf(tableOf(records, { b: { key: true } })), ["x", "y"]);
  const both = tableOf(records, { b: { key: true }, c: { key: true } });
  assertEquals(idsOf(both), ["x/true", "y/true"]);
  assertEquals(keyColumns(both), [1, 2]);
  assertEquals(idsOf(tableOf([])), []);
  assertEquals(idsOf(tableOf([{ a: -0 }])), [0]);
});

Deno.test("rowIdentities() says which rows cannot be told apart, and what is missing", () => {
  assertEquals(
    idsOf(tableOf([{ a: 1 }, { a: 2 }, { a: 1 }])),
    "rows 1 and 3 have the same key 1 in 'a'; rows are known by their key columns, " +
      "so mark those that tell them apart",
  );
  assertEquals(
    idsOf(tableOf([{ a: "x" }, { a: null }])),
    "row 2 has no key: its entry in the key column 'a' is missing",
  );
  assertEquals(
    idsOf(tableOf([{ a: Infinity }])),
    "row 1 has no key: its entry in the key column 'a' is Infinity",
  );
  assertEquals(idsOf({ columns: [], rows: [[]] }), "the table has rows, but no columns");
});

Deno.test("rowIdentities() tells several keys apart whatever is in them", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const draw = randomStream(seed, "tests/row_identity");
  let next = 0;
  const below = (bound: number) => draw.integer(bound, next++);
  const text = () => Array.from({ length: below(4) }, () => "a/\\"[below(3)]).join("");
  const columns: Column[] = ["a", "b"].map((name) => ({ name, type: "string", key: true }));
  for (let round = 0; round < 300; round++) {
    const rows = new Map<string, Cell[]>();
    for (let i = 0; i < 12; i++) {
      const cells = [text(), text()];
      rows.set(JSON.stringify(cells), cells);
    }
    const found = rowIdentities({ columns, rows: [...rows.values()] });
    assert(found.ok, `seed ${seed}: ${!found.ok && found.error}`);
    assertEquals(new Set(found.value.map(({ id }) => id)).size, rows.size);
  }
});

Deno.test("compareIdentities() orders numbers, then strings by code point, then truth values", () => {
  const sorted = [[-1], [9], [10], [""], ["10"], ["9"], ["\uffff"], ["😀"], [false], [true]];
  const shuffled = sorted.toReversed().map((cells) => ({ cells }));
  assertEquals(shuffled.sort(compareIdentities).map(({ cells }) => cells), sorted);
  const pairs = [["a", 2], ["a", 10], ["b", 1]].map((cells) => ({ cells }));
  assertEquals(pairs.toReversed().sort(compareIdentities), pairs);
});
