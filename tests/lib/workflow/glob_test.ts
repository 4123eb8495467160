// Globs over ids.

import { assertEquals } from "@std/assert";
import { compileGlob } from "#lib/workflow/glob.ts";

const ids = [
  "trials",
  "train[group=master,seed=0]",
  "train[group=master,seed=10]",
  'train[group="a b, c",seed=0]',
  "train_more[seed=0]",
];

const cases: readonly (readonly [string, readonly number[]])[] = [
  ["train", [1, 2, 3]],
  ["tr*", [0, 1, 2, 3, 4]],
  ["train[seed=0]", [1, 3]],
  ["train[seed=*]", [1, 2, 3]],
  ["train[seed=?0]", [2]],
  ["train[seed=1*,group=m*]", [2]],
  ["*[seed=0]", [1, 3, 4]],
  ['train[group="a b, c"]', [3]],
  ["train[group=a*]", [3]],
  ["train[*]", [1, 2, 3]],
  ["train[lr=*]", []],
  ["trials[seed=*]", []],
  ["train[group=master,seed=0]", [1]],
  ["*", [0, 1, 2, 3, 4]],
  ["", []],
  ["train[seed=0", []],
  ['train[group="a]', []],
];

for (const [pattern, expected] of cases) {
  Deno.test(`compileGlob() ${JSON.stringify(pattern)} means its members`, () => {
    const glob = compileGlob(pattern);
    assertEquals(ids.flatMap((id, i) => glob(id) ? [i] : []), expected);
  });
}

Deno.test("compileGlob() stays fast on patterns of many stars", () => {
  assertEquals(compileGlob("*a".repeat(50) + "b")("a".repeat(5000)), false);
});
