// Params of two runs as rows: what differs, and which items of lists are the same.

import { assertEquals } from "@std/assert";
import { parse } from "yaml";
import { flowText, paramRows } from "#lib/cli/param_rows.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const changes = (now: string, before: string) =>
  paramRows(parse(now), parse(before)).filter(({ change }) => change !== undefined)
    .map(({ path, value, before, change }) => [change, path, before ?? "", value]);

Deno.test("paramRows() tells what was changed, added and removed, by the paths of overrides", () => {
  assertEquals(
    changes(
      "name: b\nparams: { a: 1, l: [1, 2], new: {} }\nstages: { s: { with: { n: 0.5 } } }",
      "name: a\ndescription: x\nparams: { a: 2, l: [1], old: x }\nstages: { s: { with: { n: 0.5 } } }",
    ),
    [
      ["changed", "params.a", "2", "1"],
      ["changed", "params.l", "[1]", "[1, 2]"],
      ["added", "params.new", "", "{}"],
      ["removed", "params.old", "x", ""],
    ],
  );
});

Deno.test("paramRows() matches items of lists by their names, others by their place", () => {
  assertEquals(
    changes(
      "axes: { system: [{ id: a, r: 1 }, { id: c, r: 3 }] }",
      "axes: { system: [{ id: a, r: 1 }, { id: b, r: 2 }, { id: c, r: 4 }] }",
    ),
    [
      ["changed", "axes.system.1.r", "4", "3"],
      ["removed", "axes.system.1.id", "b", ""],
      ["removed", "axes.system.1.r", "2", ""],
    ],
  );
  assertEquals(
    changes("l: [{ n: 1 }, { n: 3 }]", "l: [{ n: 1 }, { n: 2 }]"),
    [["changed", "l.1.n", "2", "3"]],
  );
  // Two of one name: only their places tell them apart.
  assertEquals(
    changes("l: [{ id: a, n: 1 }, { id: a, n: 2 }]", "l: [{ id: a, n: 1 }, { id: a, n: 3 }]"),
    [["changed", "l.1.n", "3", "2"]],
  );
});

Deno.test("paramRows() keeps a value apart from what lies in one of its name", () => {
  assertEquals(changes("a: { b: 1 }", "a: 1"), [
    ["added", "a.b", "", "1"],
    ["removed", "a", "1", ""],
  ]);
});

Deno.test("flowText() is read back as what it was", () =>
  withSeed((draw) => {
    const odd = [
      null,
      true,
      false,
      "true",
      "Yes",
      "null",
      "~",
      "",
      " a",
      "a b",
      "a: b",
      "[x",
      "1e3",
      "0x1f",
      ".5",
      "-.inf",
      ".nan",
      "a#b",
      "a #b",
      "it's",
      'say "x"',
      "a\nb",
      "\u202e",
      "-",
      "--",
      "2026-01-02",
      "1_000",
      -0,
      1e-300,
      1e21,
      Infinity,
      -Infinity,
      "é",
      "{}",
      "*a",
      "&a",
      "!x",
      "?",
      "|",
      ">",
      "%",
      "@",
      "`",
    ];
    const value = (depth: number): unknown => {
      const kind = depth === 0 ? 0 : draw(4);
      if (kind === 2) return Array.from({ length: draw(4) }, () => value(depth - 1));
      if (kind !== 3) return odd[draw(odd.length)];
      return Object.fromEntries(
        Array.from(
          { length: draw(4) },
          (_, i) => [`${odd[draw(odd.length)]}${i}`, value(depth - 1)],
        ),
      );
    };
    for (const one of [...odd, ...Array.from({ length: 200 }, () => value(3))]) {
      assertEquals(parse(flowText(one)), one, flowText(one));
    }
    return Promise.resolve();
  }));
