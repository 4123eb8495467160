// Names in a run folder: readable where that is safe, and never the same for two stages.

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { fileNameOf } from "#lib/cli/run_folder.ts";
import { freshSeed, hostileNames } from "#tests/support/run_events.ts";

Deno.test("fileNameOf() keeps usual ids readable", () => {
  const names: Readonly<Record<string, string>> = {
    attractors: "attractors",
    "my-workflow_2": "my-workflow_2",
    "after[metric=dsa,seed=0]": "after.metric-dsa.seed-0",
    "fit[sigma=0.05,alpha=-1,lr=1e-7]": "fit.sigma-0.05.alpha--1.lr-1e-7",
    "fit[preset=as_published]": "fit.preset-as_published",
  };
  for (const [id, name] of Object.entries(names)) assertEquals(fileNameOf(id), name);
});

Deno.test("fileNameOf() keeps ids apart that its writing would make one", () => {
  const pairs = [
    ["a[x=b c]", "a[x=b_c]"],
    ["a[x=b c]", "a[x=b  c]"],
    ["a[x=1.y-2]", "a[x=1,y=2]"],
    ["a.x-1", "a[x=1]"],
    ["a[x=A]", "a[x=a]"],
    ["A", "a"],
    ["a[x=é]", "a[x=e\u0301]"],
    ["a[x=ü]", "a[x=ö]"],
    ["a[x=b]]", "a[x=b]"],
    ["a[x=]", "a[x=_]"],
    ["a[x=1,y=2]", 'a[x="1,y=2"]'],
    [`a[x=${"b".repeat(300)}]`, `a[x=${"b".repeat(301)}]`],
    ["", "."],
    ["..", "."],
  ];
  for (const [one, other] of pairs) {
    assertNotEquals(
      fileNameOf(one).toLowerCase(),
      fileNameOf(other).toLowerCase(),
      `${one} ${other}`,
    );
  }
});

Deno.test("fileNameOf() gives any set of ids names of their own that every file system takes", () => {
  const seed = freshSeed();
  const draw = randomStream(seed, "tests/run_folder");
  let next = 0;
  const pick = (list: readonly string[]) => list[draw.integer(list.length, next++)];
  const pieces = [
    "a",
    "x",
    "y",
    "-",
    ".",
    "_",
    "=",
    ",",
    "[",
    "]",
    "1",
    "A",
    " ",
    "é",
    "+",
    "/",
    "~",
  ];
  const ids = new Set(hostileNames);
  for (let i = 0; i < 20_000; i++) {
    ids.add(Array.from({ length: 1 + draw.integer(8, next++) }, () => pick(pieces)).join(""));
  }
  const names = new Map<string, string>();
  for (const id of ids) {
    const name = fileNameOf(id);
    const same = names.get(name.toLowerCase());
    assertEquals(same, undefined, `seed ${seed}: ${JSON.stringify([id, same])} are both ${name}`);
    names.set(name.toLowerCase(), id);
    assertMatch(name, /^[A-Za-z0-9_.+~-]{1,180}$/);
    assert(name !== "." && name !== "..", id);
  }
});
