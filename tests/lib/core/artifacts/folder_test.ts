import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { digestOfArtifact } from "#lib/core/artifact.ts";
import { folder, pathProblem, shownPath } from "#lib/core/artifacts/folder.ts";

const bytes = new Uint8Array([1]);

Deno.test("folder gives equal trees equal digests, in whatever order they were read", () => {
  const one = folder.encode({ "b/c": bytes, a: bytes, "b/a": new Uint8Array() });
  const two = folder.encode({ "b/a": new Uint8Array(), a: bytes, "b/c": bytes });
  assertEquals(Object.keys(one), ["a", "b/a", "b/c"]);
  assertEquals(digestOfArtifact("folder", one), digestOfArtifact("folder", two));
});

Deno.test("folder refuses trees that are none", () => {
  for (
    const [files, says] of [
      [{}, "holds no file"],
      [{ "a": bytes, "a/b": bytes }, "a is both a file and a folder"],
      [{ "a/b/c": bytes, "a/b": bytes }, "a/b is both a file and a folder"],
      [{ "a//b": bytes }, "empty part"],
      [{ "/a": bytes }, "absolute"],
      [{ "a/../b": bytes }, "'..'"],
      [{ [`__proto__`]: bytes }, "property of all objects"],
    ] as const
  ) {
    assertThrows(() => folder.decode(files), TypeError, says);
    assertThrows(() => folder.encode(files), TypeError, says);
  }
});

Deno.test("pathProblem() takes any sound name of a file system", () => {
  for (
    const path of [
      "a",
      ".a",
      "...",
      "-rf",
      "a b",
      "$(id)",
      "é",
      "e\u0301",
      "🧠/x",
      "x".repeat(255),
      "a\\b",
    ]
  ) {
    assertEquals(pathProblem(path), undefined, path);
  }
});

Deno.test("pathProblem() says what is wrong, without showing it", () => {
  for (
    const path of [
      "",
      "/",
      "a/",
      "a//b",
      ".",
      "a/./b",
      "..",
      "a\n",
      "a\0",
      "\u0085",
      "\u2028",
      "\ud800",
      "a\ufffd",
    ]
  ) {
    assertMatch(pathProblem(path)!, /^it (is|has) [\x20-\x7e]+$/, JSON.stringify(path));
  }
  assertMatch(pathProblem("é".repeat(128))!, /longer than 255 bytes/);
  assertMatch(pathProblem("é/".repeat(400) + "x")!, /longer than 1024 bytes/);
});

Deno.test("shownPath() prints on one line of plain letters", () => {
  assertEquals(shownPath("a\n\u001b[31m\u007f\u2028é"), '"a\\n\\u001b[31m\\u007f\\u2028é"');
});
