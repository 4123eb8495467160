// Files in failures: only for what a task threw, and not too many of them.

import { assertEquals } from "@std/assert";
import { nameFiles } from "#lib/scheduler/name_files.ts";

const reading = (...files: string[]) => ({
  inputs: {
    data: {
      kind: "file",
      many: true,
      coords: false,
      sources: files.map((file) => ({ file, coords: {} })),
    },
  },
});
const threw = { reason: "threw" as const, message: "no" };

Deno.test("nameFiles() names the files that a task read when it threw", () => {
  assertEquals(nameFiles(threw, reading("a.npy", "b.npy")).message, "no [data: a.npy, b.npy]");
  const many = reading(..."abcdefghi");
  assertEquals(nameFiles(threw, many).message, "no [data: a, b, c, d, e, f, … 9 files]");
});

Deno.test("nameFiles() leaves other failures and other inputs alone", () => {
  const late = { reason: "timed-out" as const, message: "late" };
  assertEquals(nameFiles(late, reading("a.npy")), late);
  const source = { from: 0, output: "table", coords: {} };
  const member = {
    inputs: { data: { kind: "table", many: false, coords: false, sources: [source] } },
  };
  assertEquals(nameFiles(threw, member), threw);
});
