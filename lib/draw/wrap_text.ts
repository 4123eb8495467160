// Breaks text into lines that fit a width, by the widths of the glyphs that will be drawn.

import type { AdvanceOf } from "./font_metrics.ts";
import { textWidth } from "./font_metrics.ts";

/**
 * Lines of at most `width`, broken at spaces; a word that is wider stands alone.
 *
 * @example
 * ```ts
 * import { wrapText } from "#lib/draw/wrap_text.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(wrapText("one two three", 8, 1, () => 1), ["one two", "three"]);
 * ```
 */
export function wrapText(
  text: string,
  width: number,
  size: number,
  advanceOf: AdvanceOf,
): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines[lines.length - 1]} ${word}`;
    if (lines.length > 0 && textWidth(advanceOf, longer, size) <= width) {
      lines[lines.length - 1] = longer;
    } else lines.push(word);
  }
  return lines;
}
