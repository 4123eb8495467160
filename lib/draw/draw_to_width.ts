// Draws a figure at the width of a journal column. Vega-Lite sizes panels, journals size figures: the width of axes,
// labels and legends is only known once they are drawn, so panels are drawn, measured and adjusted.

import { type Drawing, drawSpec } from "./draw_spec.ts";
import type { Spec } from "./merge_spec.ts";

/**
 * Draws with the panel width for which the whole figure is `width` px wide, give or take a px per column.
 *
 * @param specOf the specification for panels of a width in px; it may ignore that width, and is then drawn as it is
 * @param columns panels beside one another
 * @throws {TypeError} as {@link drawSpec}.
 *
 * @example
 * ```ts
 * import { drawToWidth } from "#lib/draw/draw_to_width.ts";
 * import { assert } from "@std/assert";
 * const { drawing } = await drawToWidth((width) => ({
 *   width,
 *   data: { values: [{ x: 1, y: 2 }] },
 *   mark: "point",
 *   encoding: { x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" } },
 * }), 1, 321);
 * assert(Math.abs(drawing.width - 321) <= 1);
 * ```
 */
export async function drawToWidth(
  specOf: (panelWidth: number) => Spec,
  columns: number,
  width: number,
): Promise<{ readonly drawing: Drawing; readonly spec: Spec }> {
  let panel = Math.max(smallest, Math.floor(0.75 * width / columns));
  let spec = specOf(panel);
  let drawing = await drawSpec(spec);
  for (let attempt = 0; attempt < 4; attempt++) {
    const next = Math.max(smallest, panel + Math.trunc((width - drawing.width) / columns));
    if (next === panel) break;
    const before = drawing.width;
    panel = next;
    spec = specOf(panel);
    drawing = await drawSpec(spec);
    if (drawing.width === before) break;
  }
  return { drawing, spec };
}

/** A panel narrower than this shows nothing; too many panels make the figure wider instead. */
const smallest = 40;
