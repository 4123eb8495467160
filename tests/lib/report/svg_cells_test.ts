// Cells taken out of drawings: all of them, where they were, in their colours, and nothing else.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { rasterise } from "#lib/draw/rasterise.ts";
import { type LayeredSvg, svgCells } from "#lib/report/svg_cells.ts";
import { heatMapSvg } from "#tests/support/heat_map.ts";
import { readPng } from "#tests/support/read_png.ts";
import { freshSeed } from "#tests/support/run_events.ts";

/** The layers as one drawing again. */
function rejoined({ under, cells, over }: LayeredSvg): string {
  const { width, height, fills, boxes } = cells;
  const rects: string[] = [];
  for (let at = 0; at < boxes.length; at += 5) {
    const [x, y, w, h] = boxes.slice(at, at + 4).map((one) => one / 1000);
    rects.push(
      `<path d="M${x},${y}h${w}v${h}h${-w}Z" fill="${fills[boxes[at + 4]]}"/>`,
    );
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${under}${
    rects.join("")
  }${over}</svg>`;
}

Deno.test("svgCells() takes every cell of a heat map, and what is left draws the same picture", async () => {
  const seed = freshSeed();
  const svg = await heatMapSvg(seed, 24, 2);
  const layers = svgCells(svg)!;
  assertEquals(layers.cells.boxes.length, 5 * 24 * 24 * 2, `seed ${seed}`);
  assert(layers.under.length + layers.over.length < svg.length / 3);
  const [whole, joined] = await Promise.all(
    [svg, rejoined(layers)].map(async (one) => await readPng(await rasterise(one, 1.5))),
  );
  assertEquals([joined.width, joined.height], [whole.width, whole.height]);
  // Places are kept to a thousandth of a px: a colour may come out one step brighter or darker.
  let worst = 0;
  whole.bytes.forEach((byte, at) => worst = Math.max(worst, Math.abs(byte - joined.bytes[at])));
  assert(worst <= 2, `seed ${seed}: ${worst}`);
});

Deno.test("svgCells() leaves drawings with few cells as they are", async () => {
  const svg = await heatMapSvg(freshSeed(), 12);
  assertEquals(svgCells(svg), null);
  assertEquals(svgCells(svg, 143)!.cells.boxes.length, 5 * 144);
  assertEquals(svgCells("no drawing", 0), null);
});

const cell = (i: number, more = "") =>
  `<path d="M${i},0h1v-2h-1Z" fill="rgb(${i % 256}, 0, 0)" opacity="1"${more}/>`;
const group = (kind: string, inside: string, more = "") =>
  `<g class="mark-${kind} role-mark marks"${more}>${inside}</g>`;
const drawing = (inside: string) =>
  `<svg viewBox="0 0 50 40"><rect width="50" height="40" fill="white"/><g transform="translate(2,3)">${inside}</g></svg>`;
const cells = (more = "") => Array.from({ length: 5 }, (_, i) => cell(i, more)).join("");

Deno.test("svgCells() follows translations, and boxes drawn upwards", () => {
  const layers = svgCells(
    drawing(`<g transform="translate(10.5,20)">${group("rect", cells())}</g><text>5</text>`),
    3,
  )!;
  assertEquals(layers.cells.boxes.slice(0, 10), [
    12500,
    21000,
    1000,
    2000,
    0,
    13500,
    21000,
    1000,
    2000,
    1,
  ]);
  assertEquals([layers.cells.width, layers.cells.height], [50, 40]);
  assertEquals(layers.under, "", "white paper need not be carried");
  assert(layers.over.includes("<text>5</text>") && !layers.over.includes("fill="));
  assertAlmostEquals(layers.cells.fills.length, 5);
});

Deno.test("svgCells() takes nothing that a canvas would show otherwise", () => {
  for (
    const inside of [
      group("rect", cells(), ' clip-path="url(#a)"'),
      group("rect", cells(), ' opacity="0.5"'),
      group("rect", cells(' stroke="red"')),
      group("rect", cells(' fill-opacity="0.5"')),
      group("rect", cells(' transform="rotate(3)"')),
      `<g transform="scale(2)">${group("rect", cells())}</g>`,
      `<g style="mix-blend-mode: multiply">${group("rect", cells())}</g>`,
      group("rect", cells().replaceAll("rgb(", "url(")),
      group("rect", cells().replaceAll("h-1", "h-1.5")),
      group("symbol", cells()),
    ]
  ) assertEquals(svgCells(drawing(inside), 3), null, inside);
  // Cells over a mark over cells: what lies over the mark stays in the drawing.
  const mixed = svgCells(
    drawing(group("rect", cells()) + group("line", "<path/>") + group("rect", cells())),
    3,
  )!;
  assertEquals(mixed.cells.boxes.length, 25);
  assertEquals(mixed.over.split("fill=").length - 1, 5);
  // What lies below cells is drawn below them.
  const grid = svgCells(
    drawing(group("rule", '<path stroke="red"/>') + group("rect", cells())),
    3,
  )!;
  assert(grid.under.includes('stroke="red"') && !grid.over.includes('stroke="red"'));
});
