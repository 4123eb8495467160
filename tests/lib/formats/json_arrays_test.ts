// Arrays in JSON documents: paths, shapes, and what is wrong with them.

import { assertEquals, assertThrows } from "@std/assert";
import { openJson } from "#lib/formats/json_arrays.ts";
import { bytesOf } from "./fixtures.ts";

const document = openJson(bytesOf(JSON.stringify({
  pairs: [{ A: [[1, 2], [3, 4]] }, { A: [[5]], kind: "x", "odd.name": [6, null] }],
  ragged: [[1, 2], [3]],
  mixed: [1, "a"],
})));

Deno.test("openJson() follows paths of names, numbers and quoted names", () => {
  const reads = (path: string) => [...document.read(path).data];
  assertEquals(reads("pairs[0].A"), [1, 2, 3, 4]);
  assertEquals(reads("$.pairs[0].A[1]"), [3, 4]);
  assertEquals(reads("pairs[1]['odd.name']"), [6, NaN]);
  assertEquals(reads('pairs[1]["odd.name"]'), [6, NaN]);
  assertEquals(reads("pairs.1.A"), [5]);
  assertEquals(openJson(bytesOf("[[1],[2]]")).read("").shape, [2, 1]);
  assertEquals(document.read("pairs[0].A[0][1]"), { shape: [], data: Float64Array.of(2) });
});

Deno.test("openJson() says how far a path leads and what is there", () => {
  const says = {
    "pair[0].A": "the JSON file has no 'pair'; did you mean 'pairs'? It has pairs, ragged, mixed",
    "pairs[2].A":
      "'pairs' of the JSON file is a list of 2, without an entry 2; its entries are [0] to [1]",
    "pairs[1].kind.x": "'pairs[1].kind' of the JSON file is the text \"x\"; the path",
    "pairs[1]":
      "is an object with A, kind, odd.name, not numbers in lists; name an array in it: pairs[1].A [1, 1]",
    "ragged": "rows of unequal length: [1] is a list of 1 where a list of 2 was expected",
    "mixed": "entry [1] of 'mixed' of the JSON file is the text \"a\"",
    "pairs[": "not understood",
  };
  for (const [path, message] of Object.entries(says)) {
    assertThrows(() => document.read(path), TypeError, message);
  }
});

Deno.test("openJson() reads NaN and infinities as Python writes them, but not inside of texts", () => {
  const file = openJson(bytesOf('{"x": [NaN, -Infinity, Infinity, 1], "NaN": "NaN \\" Infinity"}'));
  assertEquals([...file.read("x").data], [NaN, -Infinity, Infinity, 1]);
  assertEquals(file.at("NaN"), 'NaN " Infinity');
  assertThrows(() => openJson(bytesOf('{"x": [1,')), TypeError, "cannot be read");
});
