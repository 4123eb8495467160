// The report on paper: everything of importance is there, nothing is cut, ink is dark on white, whatever the screen was.

/// <reference lib="dom" />

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { reportHtml } from "#lib/report/html.ts";
import { layoutFaults } from "#tests/support/layout.ts";
import { sweepReport } from "#tests/support/reports.ts";
import { freshSeed } from "#tests/support/run_events.ts";
import { browserTest, pageOf } from "#tests/support/with_browser.ts";

/** A4 without its margins, in CSS pixels. */
const paper = { width: 718, height: 1047 };

browserTest("a report prints whole, dark on white", async (browser) => {
  const content = await sweepReport(freshSeed(), { numStages: 12, numMembers: 30, numFailed: 2 });
  await using file = await pageOf(await reportHtml(content));
  for (const scheme of ["light", "dark"] as const) {
    await using page = await browser.open(file.url, { ...paper, scheme });
    const onScreen = await page.call(headings);
    const columns = await page.call(heads);
    assertGreater(columns.length, 2);
    await page.see({ media: "print" });
    const onPaper = await page.call(headings);
    assertEquals(onPaper, onScreen, "every section is printed");
    assertEquals(await page.call(heads), columns, "every column is printed with its name");
    assertEquals(await page.call(cutOnPaper), []);
    // Letters of six points can be read on paper.
    const rules = { width: paper.width, smallestTarget: 0, smallestText: 8 };
    assertEquals(await page.call(layoutFaults, rules), []);
    const { ink, back } = await page.call(inkAndBack);
    assertLess(ink, 100, "dark ink");
    assertGreater(back, 240, "white paper");
    const pdf = await page.pdf();
    const numPages = new TextDecoder("latin1").decode(pdf).match(/\/Type \/Page\b(?!s)/g)?.length;
    assert(numPages !== undefined && numPages >= 2 && numPages <= 20, `${numPages} pages`);
    assertLess(pdf.length, 2e6);
    assertEquals(page.faults, []);
  }
});

/** In the page: the headings that show. */
function headings(): string[] {
  return [...document.querySelectorAll("h1, h2")].filter((heading) => heading.checkVisibility())
    .map((heading) => heading.textContent!.trim());
}

/** In the page: heads of columns, which are buttons where they sort, as far as they show. */
function heads(): string[] {
  return [...document.querySelectorAll<HTMLElement>("table.sortable thead th, #sweep thead th")]
    .map((head) => head.innerText.trim());
}

/** In the page: what would have to be scrolled, which paper cannot; and controls, which paper has no use for. */
function cutOnPaper(): string[] {
  const name = (element: Element) =>
    `${element.tagName} ${element.id} ${element.getAttribute("class") ?? ""} in ${
      element.closest("section")?.id
    }`;
  const cut = [...document.querySelectorAll("main *")].filter((element) =>
    element.checkVisibility() && getComputedStyle(element).overflowX !== "visible" &&
    !(element instanceof SVGElement) && element.scrollWidth > element.clientWidth + 1
  ).map((element) => `cut: ${name(element)}`);
  const controls = [...document.querySelectorAll("button:not(th button), input, select, nav")]
    .filter((element) => element.checkVisibility())
    .map((element) => `control: ${name(element)}`);
  return [...cut, ...controls];
}

/** In the page: brightness of its text and of its ground, 0 … 255. */
function inkAndBack() {
  const brightness = (colour: string) => {
    const [r, g, b, alpha = 1] = colour.match(/[\d.]+/g)!.map(Number);
    return alpha === 0 ? 255 : (r + g + b) / 3;
  };
  const style = getComputedStyle(document.body);
  return { ink: brightness(style.color), back: brightness(style.backgroundColor) };
}
