import { assertEquals } from "@std/assert";
import { examplesOf } from "#lib/dev/examples.ts";

const fence = "```";

Deno.test("examplesOf() finds every ts block of doc comments, with its line", () => {
  const source = [
    "// A file.",
    "/**",
    " * One.",
    " * @example",
    ` * ${fence}ts`,
    " * one();",
    " *   indented();",
    ` * ${fence}`,
    ` * ${fence}ts`,
    " * two();",
    ` * ${fence}`,
    " */",
    "export function one() {}",
  ].join("\n");
  assertEquals(examplesOf(source), [
    { line: 5, code: "\n".repeat(5) + "one();\n  indented();\n" },
    { line: 9, code: "\n".repeat(9) + "two();\n" },
  ]);
});

Deno.test("examplesOf() leaves out other languages, plain comments and blocks without an end", () => {
  const outside = [`// ${fence}ts`, "// one();", `// ${fence}`];
  const other = ["/**", ` * ${fence}yaml`, " * one: 1", ` * ${fence}`, " */"];
  const open = ["/**", ` * ${fence}ts`, " * one();", " */", "two();", `// ${fence}`];
  assertEquals(examplesOf([...outside, ...other, ...open].join("\n")), []);
});
