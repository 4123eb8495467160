// The draw room: equal bytes, ids that never meet, text measured by its glyphs, widths, refusals, projection, colours.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { drawSpec } from "#lib/draw/draw_spec.ts";
import { drawToWidth } from "#lib/draw/draw_to_width.ts";
import { textWidth } from "#lib/draw/font_metrics.ts";
import { loadAdvances } from "#lib/draw/load_fonts.ts";
import { mergeSpec } from "#lib/draw/merge_spec.ts";
import { boxEdges, orthographic } from "#lib/draw/orthographic.ts";
import { cycle, seriesLooks } from "#lib/draw/palette.ts";
import { rasterise } from "#lib/draw/rasterise.ts";
import { houseTheme } from "#lib/draw/theme.ts";
import { wrapText } from "#lib/draw/wrap_text.ts";
import { randomStream } from "#lib/core/random.ts";
import { assertAllClose } from "#tests/support/close.ts";

/** A scatter plot that needs clipping and a gradient, hence ids. */
const scatter = (offset: number) => ({
  width: 120,
  height: 80,
  data: { values: [1, 2, 3, 4].map((x) => ({ x, y: x * x + offset, c: x })) },
  mark: { type: "point", clip: true },
  encoding: {
    x: { field: "x", type: "quantitative", scale: { domain: [1.5, 3.5] } },
    y: { field: "y", type: "quantitative" },
    color: { field: "c", type: "quantitative" },
  },
});

const idsOf = (svg: string) => [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);

Deno.test("drawSpec() gives equal bytes whatever was drawn before, beside it, and in which order keys are", async () => {
  const first = await drawSpec(scatter(0));
  await drawSpec(scatter(5));
  const [again, other] = await Promise.all([drawSpec(scatter(0)), drawSpec(scatter(1))]);
  assertEquals(again, first);
  const { encoding, mark, ...rest } = scatter(0);
  const { x, y, color } = encoding;
  assertEquals(await drawSpec({ mark, ...rest, encoding: { color, y, x } }), first);
  assert(other.svg !== first.svg);
});

Deno.test("drawSpec() gives ids that two figures on one page never share, and every reference an id", async () => {
  const [a, b] = await Promise.all([drawSpec(scatter(0)), drawSpec(scatter(1))]);
  assert(idsOf(a.svg).length >= 2);
  assertEquals(idsOf(a.svg).filter((id) => idsOf(b.svg).includes(id)), []);
  for (const { svg } of [a, b]) {
    const used = [...svg.matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id);
    assert(used.length > 0);
    assertEquals(used.filter((id) => !idsOf(svg).includes(id)), []);
  }
});

Deno.test("drawSpec() refuses what Vega-Lite refuses and data from elsewhere", async () => {
  await assertRejects(() => drawSpec({ layer: 3 }), TypeError, "cannot be drawn");
  await assertRejects(
    () => drawSpec({ data: { url: "data.csv" }, mark: "bar", encoding: {} }),
    TypeError,
    "'data.csv'; give the data inline",
  );
  await assertRejects(
    () =>
      drawSpec({
        data: { values: [{ u: "https://example.org/x.png" }] },
        mark: "image",
        encoding: { url: { field: "u" } },
      }),
    TypeError,
    "give the data inline",
  );
});

Deno.test("drawSpec() shows hostile text as text", async () => {
  const { svg } = await drawSpec({
    title: '<script>alert("x")</script>',
    data: { values: [{ a: "<img src=x onerror=y>", v: 1 }] },
    mark: "bar",
    encoding: { x: { field: "a" }, y: { field: "v", type: "quantitative" } },
  });
  assert(!svg.includes("<script") && !svg.includes("<img"));
  assert(svg.includes("&lt;script&gt;"));
});

Deno.test("drawToWidth() meets the width for any number of columns, and leaves fixed sizes alone", async () => {
  for (const columns of [1, 2, 3]) {
    const values = ["a", "b", "c"].slice(0, columns).map((panel) => ({ panel, x: 1, y: 1e6 }));
    const { drawing } = await drawToWidth(
      (width) => ({
        data: { values },
        facet: { field: "panel" },
        columns,
        spec: {
          ...scatter(0),
          data: undefined,
          encoding: { x: { field: "x" }, y: { field: "y" } },
          width,
        },
      }),
      columns,
      400,
    );
    assert(Math.abs(drawing.width - 400) <= columns, `${columns}: ${drawing.width}`);
  }
  const { drawing } = await drawToWidth(() => scatter(0), 1, 400);
  assert(drawing.width < 300);
});

Deno.test("text is measured by its glyphs: resvg draws it as wide as drawSpec() lays it out", async () => {
  const { regular, bold } = await loadAdvances();
  const { Resvg } = await import("@resvg/resvg-wasm");
  const { loadFonts } = await import("#lib/draw/load_fonts.ts");
  const fonts = await loadFonts();
  await rasterise('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>', 1);
  for (const weight of ["normal", "bold"]) {
    for (const text of ["Procrustes", "dissimilarity (rad)", "0.0025 σ² α → β", "illicit"]) {
      // Bars at both ends take the side bearings out of the comparison.
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="60"><text y="40" ` +
        `font-family="DejaVu Sans" font-weight="${weight}" font-size="40">|${text}|</text></svg>`;
      const image = new Resvg(svg, { font: { fontBuffers: [fonts.regular, fonts.bold] } });
      const advance = weight === "bold" ? bold : regular;
      const bar = textWidth(advance, "|", 40);
      const drawn = image.getBBox()!.width;
      const wanted = textWidth(advance, text, 40) + bar;
      assert(Math.abs(drawn - wanted) < 0.03 * wanted + 4, `${text}: ${drawn}, not ${wanted}`);
      image.free();
    }
  }
  assert(textWidth(regular, "\u{1F9E0}", 10) > 0, "unknown glyphs have a width too");
});

Deno.test("wrapText() keeps every word and stays within the width where it can", () => {
  const text = "a figure of quite some incomprehensibilities and words";
  const lines = wrapText(text, 12, 1, () => 1);
  assertEquals(lines.join(" "), text);
  for (const line of lines) assert(line.length <= 12 || !line.includes(" "));
  assertEquals(wrapText("", 5, 1, () => 1), [""]);
});

Deno.test("rasterise() scales, repeats itself, and refuses what is no SVG", async () => {
  const { svg, width, height } = await drawSpec(scatter(0));
  const [one, two] = [await rasterise(svg, 2), await rasterise(svg, 2)];
  assertEquals(one, two);
  const view = new DataView(one.buffer, one.byteOffset);
  assertEquals([view.getUint32(16), view.getUint32(20)], [2 * width, 2 * height]);
  await assertRejects(() => rasterise("<svg", 1), TypeError, "cannot be rasterised");
});

Deno.test("mergeSpec() leaves its arguments as they were", () => {
  const spec = { config: { axis: { grid: true } }, layer: [{ mark: "bar" }] };
  const copy = structuredClone(spec);
  const merged = mergeSpec(spec, { config: { axis: { grid: null, ticks: 1 } }, layer: [] });
  assertEquals(merged, { config: { axis: { ticks: 1 } }, layer: [] });
  assertEquals(spec, copy);
  assertEquals(mergeSpec({}, { a: { b: 1 } }), { a: { b: 1 } });
});

Deno.test("orthographic() is a rotation: distances in u, v and depth are those of the box", () => {
  const draws = randomStream(1, "test/projection").uniform(new Float64Array(8 * 20));
  for (let at = 0; at < draws.length; at += 8) {
    const eye = { azimuth: 360 * draws[at], elevation: 180 * draws[at + 1] - 90 };
    const { project } = orthographic(eye);
    const [p, q] = [draws.subarray(at + 2, at + 5), draws.subarray(at + 5, at + 8)];
    const a = project(p[0], p[1], p[2]);
    const b = project(q[0], q[1], q[2]);
    assertAllClose(
      [Math.hypot(a.u - b.u, a.v - b.v, a.depth - b.depth)],
      [Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])],
      { rtol: 1e-12 },
    );
  }
  const up = orthographic({ azimuth: 30, elevation: 20 });
  assert(up.project(0, 0, 1).v > up.project(0, 0, 0).v, "z points up");
  // Seen from the front, right-handed: x towards the eye, y to the right.
  const front = orthographic({ azimuth: 0, elevation: 0 });
  assert(front.project(0, 1, 0).u > front.project(0, 0, 0).u);
  assert(front.project(1, 0, 0).depth > front.project(0, 0, 0).depth);
});

Deno.test("boxEdges() hides the three edges of the farthest corner", () => {
  const eye = { azimuth: -60, elevation: 22 };
  const { project } = orthographic(eye);
  const edges = boxEdges(eye);
  assertEquals(edges.length, 12);
  const depth = ([x, y, z]: readonly [number, number, number]) => project(x, y, z).depth;
  const least = Math.min(...edges.flatMap(({ from, to }) => [depth(from), depth(to)]));
  for (const { from, to, hidden } of edges) {
    assertEquals(hidden, Math.min(depth(from), depth(to)) === least);
  }
});

/** Relative luminance, WCAG 2. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

Deno.test("colours are distinct, and neighbours and metrics differ in grey, dash and shape", () => {
  assertEquals(new Set(cycle).size, cycle.length);
  for (let at = 1; at < cycle.length; at++) {
    const [a, b] = [luminance(cycle[at - 1]), luminance(cycle[at])].sort((x, y) => x - y);
    assert((b + 0.05) / (a + 0.05) > 1.2, `${cycle[at - 1]} and ${cycle[at]} look alike in grey`);
  }
  const looks = seriesLooks(["dsa", "linear_cka", "procrustes"]);
  assertEquals(looks.map(({ colour }) => colour), ["#7B1E3C", "#8D99AE", "#2B2F42"]);
  assertEquals(new Set(looks.map(({ dash }) => dash.join())).size, 3);
  assertEquals(new Set(looks.map(({ shape }) => shape)).size, 3);
  // The first five, which is as many as a panel should have, all differ from one another.
  const first = cycle.slice(0, 5).map(luminance);
  for (const [at, one] of first.entries()) {
    for (const other of first.slice(0, at)) {
      const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      assert(ratio > 1.2, `${cycle[at]} looks like another in grey: ${ratio}`);
    }
  }
});

Deno.test("the house theme is white, in DejaVu Sans, with opaque legends and text of six points or more", () => {
  const theme = houseTheme as Record<string, Record<string, unknown>>;
  assertEquals(theme.background, "white" as unknown);
  assert(String(theme.font).startsWith("DejaVu Sans"));
  assertEquals(theme.legend.symbolOpacity, 1);
  for (const part of ["axis", "legend", "header"]) {
    assert((theme[part].labelFontSize as number) * 0.75 >= 6, part);
  }
});
