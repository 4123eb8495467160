// Figures on the page: what is in it, what is packed, what lies beside it.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ReportFigure } from "#lib/report/content.ts";
import { type FiguresData, figuresSection } from "#lib/report/sections/figures.ts";
import { heatMapSvg } from "#tests/support/heat_map.ts";
import { reportContent } from "#tests/support/report_content.ts";
import { freshSeed } from "#tests/support/run_events.ts";

const svg = (width: number, inside = "") =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 200">${inside}</svg>`;
const dataOf = (section: { readonly data?: unknown } | null) =>
  (section!.data as FiguresData).figures;
const section = (figures: readonly ReportFigure[], limits = {}) =>
  figuresSection(reportContent({ figures }), limits);

Deno.test("figuresSection() shows captions, files, and a button for the data", async () => {
  const spec = { mark: "bar", data: { values: [{ x: 1 }] } };
  const made = await section([
    {
      stage: "fig[a=1]",
      svg: svg(321),
      caption: "n = 3; bars are SEM.",
      spec: JSON.stringify(spec),
      files: {
        svg: "figures/fig.a-1.svg",
        png: "figures/fig.a-1.png",
        spec: "figures/fig.a-1.vl.json",
      },
    },
    { stage: "double", svg: svg(661), caption: " " },
  ]);
  const [first, second] = made!.html.split("</figure>");
  assertStringIncludes(first, "<strong><bdi>fig[a=1]</bdi></strong> n = 3; bars are SEM.");
  assertStringIncludes(first, '<a href="./figures/fig.a-1.vl.json">Vega-Lite</a>');
  assertStringIncludes(first, 'class="look"');
  assert(
    second.includes('class="wide"') && second.includes('alt="double"') &&
      !second.includes("button"),
  );
  assertEquals(dataOf(made), [{ spec }, null]);
});

Deno.test("figuresSection() takes the cells of large heat maps out of the drawing", async () => {
  const made = await section([{
    stage: "heat",
    svg: await heatMapSvg(freshSeed(), 32),
    caption: "",
  }]);
  assertEquals(dataOf(made)[0]!.cells!.boxes.length, 5 * 32 * 32);
  assertStringIncludes(made!.html, 'class="picture layered"');
  assertStringIncludes(made!.html, "<noscript>");
  assert(made!.html.length < 60_000, `${made!.html.length}`);
});

Deno.test("figuresSection() leaves out the largest where all is too much", async () => {
  const noise = (length: number) =>
    Array.from({ length }, (_, i) => (i * 2654435761 % 4294967296).toString(36)).join("");
  const figures = [2000, 20, 60].map((length, i) => ({
    stage: `fig_${i}`,
    svg: svg(300, `<text>${noise(length)}</text>`),
    caption: "",
    spec: JSON.stringify({ noise: noise(length) }),
    files: { svg: `figures/fig_${i}.svg` },
  }));
  const small = await section(figures, { pictures: 3000, packed: 3000 });
  assertEquals(dataOf(small).map((one) => Object.keys(one ?? {})), [[], ["spec"], ["spec"]]);
  const [first, second] = small!.html.split("</figure>");
  assertStringIncludes(
    first,
    'This picture is large; it is <a href="./figures/fig_0.svg">figures/fig_0.svg</a>.',
  );
  assert(!first.includes("<img") && !first.includes("button") && second.includes("<img"));
  // Packed it may still find room: the script puts it in.
  const packed = await section(figures, { pictures: 3000, packed: 100_000 });
  assertEquals(dataOf(packed).map((one) => Object.keys(one ?? {})), [["spec", "svg"], ["spec"], [
    "spec",
  ]]);
  assertEquals(dataOf(packed)[0]!.svg, figures[0].svg);
  // What is no JSON is not data.
  assertEquals(dataOf(await section([{ ...figures[1], spec: "{" }])), [null]);
});
