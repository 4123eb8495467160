// Text in lines of a width, broken at spaces.

/**
 * Breaks text into lines; a word longer than the width stands alone.
 *
 * @example
 * ```ts
 * import { wrap } from "#lib/cli/wrap.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(wrap("why does this run again", 12), ["why does", "this run", "again"]);
 * ```
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if ([...longer].length > width && line !== "") {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
