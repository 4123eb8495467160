// Examples in doc comments: the fenced `ts` blocks that show how an export is used. Pure: source text in, code out.
// `tests/examples_test.ts` runs them all in one process, which takes a tenth of the time of `deno test --doc`;
// their types are checked by `deno check --doc`.

/** One example. */
export interface Example {
  /** Line of the fence in the source file, counted from 1. */
  readonly line: number;
  /** The code, after as many empty lines as stand before it in the file, so that line numbers agree. */
  readonly code: string;
}

/**
 * The examples of a source file.
 *
 * @example
 * ```ts
 * import { examplesOf } from "#lib/dev/examples.ts";
 * import { assertEquals } from "@std/assert";
 * const source = "/**\n * ``" + "`ts\n * f();\n * ``" + "`\n *" + "/\nexport function f() {}\n";
 * assertEquals(examplesOf(source), [{ line: 2, code: "\n\nf();\n" }]);
 * ```
 */
export function examplesOf(source: string): readonly Example[] {
  const examples: Example[] = [];
  const lines = source.split("\n");
  let inComment = false;
  let start: number | undefined;
  lines.forEach((text, index) => {
    if (!inComment && /^\s*\/\*\*/.test(text)) inComment = true;
    if (!inComment) return;
    const content = text.replace(/^\s*(\/\*)?\*+ ?/, "");
    if (start === undefined && content === "```ts") start = index;
    else if (start !== undefined && content === "```") {
      examples.push({ line: start + 1, code: blockCode(lines, start, index) });
      start = undefined;
    }
    if (text.includes("*/")) {
      inComment = false;
      start = undefined;
    }
  });
  return examples;
}

function blockCode(lines: readonly string[], start: number, end: number): string {
  const code = lines.slice(start + 1, end).map((line) => line.replace(/^\s*\* ?/, ""));
  return "\n".repeat(start + 1) + code.join("\n") + "\n";
}
