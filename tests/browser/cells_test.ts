// Heat maps of many cells: the canvas shows what the drawing would have shown, at any width and on any screen.

/// <reference lib="dom" />

import { assert, assertEquals } from "@std/assert";
import { reportHtml } from "#lib/report/html.ts";
import { svgUrl } from "#lib/report/svg_url.ts";
import { heatMapSvg } from "#tests/support/heat_map.ts";
import { readPng } from "#tests/support/read_png.ts";
import { reportContent } from "#tests/support/report_content.ts";
import { freshSeed } from "#tests/support/run_events.ts";
import { browserTest, pageOf } from "#tests/support/with_browser.ts";

browserTest("a heat map on a canvas is the picture that it was", async (browser) => {
  const seed = freshSeed();
  const svg = await heatMapSvg(seed, 35, 3);
  const html = await reportHtml(
    reportContent({
      figures: [{ stage: "heat", svg, caption: "", files: { svg: "figures/heat.svg" } }],
    }),
  );
  assert(html.length < 3 * svg.length / 4, "the page does not carry the cells twice");
  await using file = await pageOf(html);
  await using page = await browser.open(file.url, { width: 1440, height: 900, scale: 1 });
  for (const [width, scale] of [[1440, 1], [820, 1], [1000, 2], [390, 3]]) {
    await page.see({ width, scale });
    await page.until("a sharp canvas", () => {
      const canvas = document.querySelector<HTMLCanvasElement>("#figures canvas");
      const shown = canvas?.getBoundingClientRect().width ?? 0;
      return shown > 0 && canvas?.width === Math.round(shown * devicePixelRatio);
    });
    const drawn = await readPng(await page.screenshot({ selector: "#figures .picture" }));
    await page.call((url) => {
      const picture = document.querySelector("#figures .picture")!;
      for (const one of picture.children) (one as HTMLElement).hidden = true;
      const image = picture.appendChild(document.createElement("img"));
      image.className = "whole";
      image.src = url;
      return image.decode();
    }, svgUrl(svg));
    const whole = await readPng(await page.screenshot({ selector: "#figures .picture" }));
    await page.call(() => {
      const picture = document.querySelector("#figures .picture")!;
      picture.querySelector(".whole")!.remove();
      for (const one of picture.children) (one as HTMLElement).hidden = false;
    });
    assertEquals([drawn.width, drawn.height], [whole.width, whole.height]);
    let numOther = 0;
    for (let at = 0; at < whole.bytes.length; at += whole.channels) {
      // Edges between pixels are mixed by two painters: close, not equal.
      const isNear = [0, 1, 2].every((i) =>
        Math.abs(whole.bytes[at + i] - drawn.bytes[at + i]) <= 48
      );
      if (!isNear) numOther++;
    }
    const share = numOther / (whole.width * whole.height);
    // A picture that is off by a pixel differs in more than a twentieth.
    assert(share < 0.01, `seed ${seed}, ${width} px × ${scale}: ${100 * share} % differ`);
  }
  assertEquals(page.faults, []);
});
