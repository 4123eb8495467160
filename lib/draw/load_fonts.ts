// The font files, as bytes: the only place where they are imported. The imports are lazy and literal, so that a
// bundle loads them when it draws and not when its schema is read.

import { type AdvanceOf, advancesOf } from "./font_metrics.ts";

/** Two weights of DejaVu Sans, as TrueType files. */
export interface Fonts {
  readonly regular: Uint8Array;
  readonly bold: Uint8Array;
}

let loading: Promise<Fonts> | undefined;
let measuring: Promise<Advances> | undefined;

/**
 * Loads the fonts, once.
 *
 * @example
 * ```ts
 * import { loadFonts } from "#lib/draw/load_fonts.ts";
 * import { assert } from "@std/assert";
 * const { regular, bold } = await loadFonts();
 * assert(regular.length > 700_000 && bold.length > 600_000);
 * ```
 */
export function loadFonts(): Promise<Fonts> {
  loading ??= Promise.all([
    import("dejavu-fonts-ttf/ttf/DejaVuSans.ttf", { with: { type: "bytes" } }),
    import("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf", { with: { type: "bytes" } }),
  ]).then(([regular, bold]) => ({ regular: regular.default, bold: bold.default }));
  return loading;
}

/** Advance widths of two weights of DejaVu Sans. */
export interface Advances {
  readonly regular: AdvanceOf;
  readonly bold: AdvanceOf;
}

/**
 * Loads the widths of glyphs, once.
 *
 * @example
 * ```ts
 * import { loadAdvances } from "#lib/draw/load_fonts.ts";
 * import { assert } from "@std/assert";
 * const { regular, bold } = await loadAdvances();
 * assert(bold(65) > regular(65));
 * ```
 */
export function loadAdvances(): Promise<Advances> {
  measuring ??= loadFonts().then(({ regular, bold }) => ({
    regular: advancesOf(regular),
    bold: advancesOf(bold),
  }));
  return measuring;
}
