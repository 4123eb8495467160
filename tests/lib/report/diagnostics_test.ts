// Diagnostics as text: frames that line up, text that cannot harm a terminal. Whole messages are in tests/golden/bad.

import { assert, assertEquals } from "@std/assert";
import type { Diagnostic, Span } from "#lib/core/diagnostic.ts";
import { githubAnnotations, renderDiagnostic } from "#lib/report/diagnostics.ts";
import { SourceText } from "#lib/workflow/source_text.ts";

function spanIn(text: string, part: string): Span {
  const start = text.indexOf(part);
  return new SourceText("a.yaml", text).span(start, start + part.length);
}

function problem(text: string, part: string): Diagnostic {
  return { code: "odd", severity: "error", message: "odd", at: spanIn(text, part) };
}

function frameOf(text: string, part: string): string[] {
  const lines = renderDiagnostic(problem(text, part), { colour: false }).split("\n");
  return lines.slice(1, 3);
}

Deno.test("renderDiagnostic() underlines the place", () => {
  assertEquals(frameOf("x: 1\nstage: { tsak: dmd }\n", "tsak"), [
    "  2 | stage: { tsak: dmd }",
    "    |          ^^^^",
  ]);
});

Deno.test("renderDiagnostic() keeps carets below wide and tabbed text", () => {
  assertEquals(frameOf("\tname: 神経 bad", "bad"), [
    "  1 |  name: 神経 bad",
    "    |             ^^^",
  ]);
  assertEquals(frameOf("e\u0301: bad", "bad")[1], "    |    ^^^");
});

Deno.test("renderDiagnostic() underlines to the end of the first line only", () => {
  assertEquals(frameOf("a: [1,\n 2]\n", "[1,\n 2]"), ["  1 | a: [1,", "    |    ^^^"]);
});

Deno.test("renderDiagnostic() cuts long lines around the place", () => {
  for (const before of [0, 100, 1000, 100_000]) {
    const text = "x".repeat(before) + " bad " + "y".repeat(100_000);
    const [line, carets] = frameOf(text, "bad");
    assert(line.length < 140, `${line.length}`);
    assertEquals(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1), "bad");
  }
});

Deno.test("renderDiagnostic() lets no control character through", () => {
  const text = 'name: "\x1b[31m\u202e"';
  const at = spanIn(text, "name");
  const shown = renderDiagnostic({
    code: "odd",
    severity: "error",
    message: "bad \x1b[2J name\nnext\u202e",
    at,
    hint: "\x07",
  }, { colour: false });
  // deno-lint-ignore no-control-regex
  assert(!/[\0-\x09\x0b-\x1f\x7f\u202e]/.test(shown), JSON.stringify(shown));
  assertEquals(shown.split("\n").length, 5);
});

Deno.test("renderDiagnostic() without colour has the same words as with", () => {
  const one: Diagnostic = {
    ...problem("a: b\n", "b"),
    notes: [{ message: "first here", at: spanIn("a: b\n", "a") }],
    hint: "stop",
  };
  const colourful = renderDiagnostic(one, { colour: true });
  assert(colourful.includes("\x1b[31m"));
  // deno-lint-ignore no-control-regex
  assertEquals(colourful.replace(/\x1b\[\d+m/g, ""), renderDiagnostic(one, { colour: false }));
});

Deno.test("paths are shown as the reader knows them", () => {
  const path = (file: string) => `flows/${file}`;
  const one = problem("a: b\n", "b");
  assert(renderDiagnostic(one, { colour: false, path }).startsWith("flows/a.yaml:1:4: "));
  assert(githubAnnotations([one], { path }).startsWith("::error file=flows/a.yaml,line=1,col=4,"));
});

Deno.test("githubAnnotations() escapes what GitHub reads", () => {
  const one: Diagnostic = {
    code: "odd",
    severity: "warning",
    message: "50%\nmore: a,b",
    at: { file: "a,b:c.yaml", line: 1, column: 1, endLine: 1, endColumn: 2 },
  };
  assertEquals(
    githubAnnotations([one], {}),
    "::warning file=a%2Cb%3Ac.yaml,line=1,col=1,endLine=1,endColumn=2,title=odd::50%25%0Amore: a,b\n",
  );
});
