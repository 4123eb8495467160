// A drawn heat map with as many cells as a test wants.

import { drawSpec } from "#lib/draw/draw_spec.ts";
import { tableOf } from "#lib/core/table.ts";
import { randomStream } from "#lib/core/random.ts";
import heatmap from "#lib/figures/heatmap.ts";

/** The SVG of panels of `size` × `size` cells with a line where blocks change, as the figure task draws it. */
export async function heatMapSvg(seed: number, size: number, numPanels = 1): Promise<string> {
  const draw = randomStream(seed, "tests/heat_map");
  const rows = Array.from({ length: size * size * numPanels }, (_, at) => ({
    panel: `panel ${Math.floor(at / size / size)}`,
    a: `a${String(at % size).padStart(3, "0")}`,
    b: `a${String(Math.floor(at / size) % size).padStart(3, "0")}`,
    block: at % size < size / 3 ? "first" : "second",
    value: draw.integer(1000, at) / 1000,
  }));
  const params = heatmap.params.parse({ facet: "panel", blocks: "block" });
  const draft = heatmap.build(tableOf(rows) as never, params as never);
  return (await drawSpec(draft.spec(180))).svg;
}
