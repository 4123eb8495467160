// Putting shaders together: order, nesting, comments, and where each line came from.

import { assertEquals, assertThrows } from "@std/assert";
import { preprocess } from "#gpu/runtime/preprocess.ts";
import { EngineError } from "#lib/core/engine.ts";

Deno.test("preprocess() takes each fragment once, where it is imported first, nested ones before their user", () => {
  const { code, lines } = preprocess({
    name: "main/variant",
    source: '#import "b"\n  #import  "a" ; // again\nM',
    fragments: { a: "A1\nA2", b: 'B1\n#import "a"\nB3', unused: "U" },
  });
  assertEquals(code.split("\n"), ["B1", "A1", "A2", "B3", "", "M"]);
  assertEquals(lines.map(({ file, line }) => `${file}:${line}`), [
    "gpu/b.wgsl:1",
    "gpu/a.wgsl:1",
    "gpu/a.wgsl:2",
    "gpu/b.wgsl:3",
    "gpu/main.wgsl:2",
    "gpu/main.wgsl:3",
  ]);
});

Deno.test("preprocess() leaves comments alone, nested ones too, and counts lines of all endings", () => {
  const source = '/* /* */\n#import "no"\n*/ // /*\r\n// #import "no"\r#import "a"\nx /* y */';
  const { code, lines } = preprocess({ name: "k", source, fragments: { a: "A" } });
  assertEquals(code.split("\n").slice(3), ['// #import "no"', "A", "x /* y */"]);
  assertEquals(lines.at(-1), { file: "gpu/k.wgsl", line: 6 });
});

Deno.test("preprocess() says where an import fails", () => {
  const refuses = (source: string, fragments: Record<string, string>, message: string) =>
    assertThrows(() => preprocess({ name: "k", source, fragments }), EngineError, message);
  refuses('a\n#import "x"', { y: "" }, 'gpu/k.wgsl:2: no fragment "x"; the kernel k brings: "y"');
  refuses('#import "x"', {}, "brings: none");
  refuses(
    '#import "a"',
    { a: '\n#import "b"', b: '#import "a"' },
    "gpu/b.wgsl:1: imports go in a circle: a → b → a",
  );
  refuses("#include <a>", {}, 'gpu/k.wgsl:1: `#include <a>` is no `#import "name"`');
  refuses("#import 'a'", { a: "" }, "is no `#import");
  refuses("x\n/* open", {}, "gpu/k.wgsl: a block comment is not closed");
  refuses('#import "__proto__"', {}, "no fragment");
});
