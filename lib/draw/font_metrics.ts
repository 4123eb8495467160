// Widths of text, read from a TrueType font, so that figures are laid out for the glyphs that will be drawn and not
// for a guess. Leaves out kerning (DejaVu's is below half a pixel per line at these sizes) and shaping.
// Source: OpenType specification 1.9, tables `head`, `hhea`, `hmtx`, `cmap` (format 4).

/** Advance width of a character (by code point), in units of the font size. */
export type AdvanceOf = (codePoint: number) => number;

/**
 * Reads advance widths from a TrueType file.
 *
 * @throws {TypeError} if a needed table is absent.
 *
 * @example
 * ```ts
 * import { advancesOf, textWidth } from "#lib/draw/font_metrics.ts";
 * import font from "dejavu-fonts-ttf/ttf/DejaVuSans.ttf" with { type: "bytes" };
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(textWidth(advancesOf(font), "mm", 10), 19.48, 0.01);
 * ```
 */
export function advancesOf(font: Uint8Array): AdvanceOf {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const tables = new Map<string, number>();
  for (let i = 0; i < view.getUint16(4); i++) {
    const at = 12 + 16 * i;
    const tag = String.fromCharCode(...font.subarray(at, at + 4));
    tables.set(tag, view.getUint32(at + 8));
  }
  const table = (tag: string) => {
    const offset = tables.get(tag);
    if (offset === undefined) throw new TypeError(`the font file has no table '${tag}'`);
    return offset;
  };
  const unitsPerEm = view.getUint16(table("head") + 18);
  const numMetrics = view.getUint16(table("hhea") + 34);
  const metrics = table("hmtx");
  const glyphOf = glyphFinder(view, table("cmap"));
  return (codePoint) => {
    const glyph = Math.min(glyphOf(codePoint), numMetrics - 1);
    return view.getUint16(metrics + 4 * glyph) / unitsPerEm;
  };
}

/**
 * Width of a line of text at a font size, in the unit of the size.
 *
 * @example
 * ```ts
 * import { textWidth } from "#lib/draw/font_metrics.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(textWidth(() => 0.5, "abcd", 10), 20);
 * ```
 */
export function textWidth(advanceOf: AdvanceOf, text: string, size: number): number {
  let width = 0;
  for (const character of text) width += advanceOf(character.codePointAt(0)!);
  return width * size;
}

/** Mean advance of a character in the house font, in font sizes. */
export const roughAdvance = 0.57;

/**
 * Rough width of a line of text in the house font, for choices that need not be exact (how many fit side by side).
 *
 * @example
 * ```ts
 * import { roughWidth } from "#lib/draw/font_metrics.ts";
 * import { assert } from "@std/assert";
 * assert(roughWidth("Procrustes", 10) > 50 && roughWidth("Procrustes", 10) < 62);
 * ```
 */
export function roughWidth(text: string, size: number): number {
  return roughAdvance * text.length * size;
}

/** Glyph by code point from the Unicode subtable of format 4 (the basic plane); 0 is "no such glyph". */
function glyphFinder(view: DataView, cmap: number): (codePoint: number) => number {
  const numTables = view.getUint16(cmap + 2);
  for (let i = 0; i < numTables; i++) {
    const at = cmap + view.getUint32(cmap + 4 + 8 * i + 4);
    if (view.getUint16(at) !== 4) continue;
    const segments = view.getUint16(at + 6) / 2;
    const ends = at + 14;
    const starts = ends + 2 * segments + 2;
    const deltas = starts + 2 * segments;
    const ranges = deltas + 2 * segments;
    return (codePoint) => {
      if (codePoint > 0xffff) return 0;
      for (let s = 0; s < segments; s++) {
        if (codePoint > view.getUint16(ends + 2 * s)) continue;
        const start = view.getUint16(starts + 2 * s);
        if (codePoint < start) return 0;
        const delta = view.getUint16(deltas + 2 * s);
        const range = view.getUint16(ranges + 2 * s);
        if (range === 0) return (codePoint + delta) & 0xffff;
        const glyph = view.getUint16(ranges + 2 * s + range + 2 * (codePoint - start));
        return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
      }
      return 0;
    };
  }
  throw new TypeError("the font file has no Unicode character map of format 4");
}
