// Says what a shader compiler found wrong, with the file and line of the fragment it was written in.

import type { ProcessedShader } from "./preprocess.ts";

/** What a compiler reports: `GPUCompilationMessage` has it. Lines and columns count from 1; 0 means unknown. */
export interface CompilerMessage {
  readonly message: string;
  readonly lineNum: number;
  readonly linePos: number;
  readonly length: number;
}

/**
 * A message for people: file, line and column, what is wrong, the line, and a mark below the place.
 *
 * @example
 * ```ts
 * import { preprocess } from "#gpu/runtime/preprocess.ts";
 * import { shaderError } from "#gpu/runtime/shader_error.ts";
 * import { assertEquals } from "@std/assert";
 * const shader = preprocess({ name: "k", source: "fn f() {\n  foo();\n}", fragments: {} });
 * const found = { message: "\nShader 'k' parsing error: no definition\n ┌─", lineNum: 2, linePos: 3, length: 3 };
 * assertEquals(shaderError(shader, found), "gpu/k.wgsl:2:3: no definition\n    foo();\n    ^^^");
 * ```
 */
export function shaderError(shader: ProcessedShader, found: CompilerMessage): string {
  const drawn = found.message.trim().split("\n");
  const what = drawn[0].replace(/^Shader '[^']*' parsing error: |^Shader validation error: /, "");
  const codeLines = shader.code.split("\n");
  const { line, column, length } = innermost(drawn, codeLines) ??
    { line: found.lineNum, column: found.linePos, length: found.length };
  const said = notes(drawn);
  const place = shader.lines[line - 1];
  if (place === undefined) return [`${shader.lines[0].file}: ${what}`, ...said].join("\n  ");
  const code = codeLines[line - 1];
  const shown = around(code, column, length);
  return [`${place.file}:${place.line}:${column}: ${what}`, ...shown, ...said].join("\n  ");
}

/** Columns of a line of code that are shown. */
const mostColumns = 72;

/** A line of code and the mark below the place; of a long line, what is around it. */
function around(code: string, column: number, length: number): readonly [string, string] {
  const start = Math.max(0, column - 1);
  const marked = Math.max(1, Math.min(length, code.length - start));
  if (code.length <= mostColumns) return [code, " ".repeat(start) + "^".repeat(marked)];
  const from = Math.max(0, Math.min(start - mostColumns / 2, code.length - mostColumns));
  const to = Math.min(code.length, from + mostColumns);
  const left = from > 0 ? "…" : "";
  const right = to < code.length ? "…" : "";
  return [
    left + code.slice(from, to) + right,
    " ".repeat(left.length + start - from) + "^".repeat(Math.min(marked, to - start)),
  ];
}

/** What the drawing adds in words; its line numbers are those of the whole shader, so the rest is drawn anew. */
function notes(drawn: readonly string[]): readonly string[] {
  const rows = drawn.slice(1).map((row) => row.trim());
  const labels = rows.map((row) => /[\^─]+\s([^\^│]*[a-z][^\^│]*)$/.exec(row)?.[1]);
  return [
    ...labels.filter((label) => label !== undefined && !/^naga::|:\d+:\d+$/.test(label)),
    ...rows.filter((row) => row.startsWith("=")),
  ] as string[];
}

/** Where a drawing of a whole function marks one expression in it: that is the place. */
function innermost(
  drawn: readonly string[],
  codeLines: readonly string[],
): { line: number; column: number; length: number } | undefined {
  let line = 0;
  let start = -1;
  for (const row of drawn) {
    const numbered = /^ *(\d+) +│/.exec(row);
    if (numbered !== null) {
      line = Number(numbered[1]);
      start = row.indexOf(codeLines[line - 1] ?? "", numbered[0].length);
      continue;
    }
    const mark = /\^+(?= naga::ir::Expression)/.exec(row);
    if (mark !== null && start >= 0) {
      return { line, column: mark.index - start + 1, length: mark[0].length };
    }
  }
  return undefined;
}
