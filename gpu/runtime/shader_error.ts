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
  const rows = found.message.trim().split("\n").map((row) => row.trim());
  const what = rows[0].replace(/^Shader '[^']*' parsing error: |^Shader validation error: /, "");
  // The rest draws the place with line numbers of the whole; only what it adds in words is kept.
  const notes = rows.slice(1).filter((row) => row.startsWith("="));
  const labels = rows.slice(1).map((row) => /[\^─]+\s([^\^│]*[a-z][^\^│]*)$/.exec(row)?.[1]);
  const said = [...labels.filter((label) => label && !/^naga::|:\d+:\d+$/.test(label)), ...notes];
  const place = shader.lines[found.lineNum - 1];
  if (place === undefined) return [`${shader.lines[0].file}: ${what}`, ...said].join("\n  ");
  const code = shader.code.split("\n")[found.lineNum - 1];
  const mark = " ".repeat(Math.max(0, found.linePos - 1)) +
    "^".repeat(Math.max(1, Math.min(found.length, code.length - found.linePos + 1)));
  return [`${place.file}:${place.line}:${found.linePos}: ${what}`, code, mark, ...said].join(
    "\n  ",
  );
}
