// The reports of real workflows, on every screen: nothing overlaps, overflows or is unreadable, nothing is refused or asked
// for, and axe-core finds nothing grave.

/// <reference lib="dom" />

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { screenFaults } from "#tests/support/page_check.ts";
import { browserTest } from "#tests/support/with_browser.ts";
import { workflowReports } from "#tests/support/workflow_reports.ts";

for (const workflow of ["attractors", "dsa_tutorial", "pdm"]) {
  browserTest(`the report of ${workflow} fits every screen`, async (browser) => {
    const url = await (await workflowReports()).report(workflow);
    const faults = await screenFaults(browser, url);
    assert(faults.length === 0, faults.join("\n"));
  });
}

browserTest("the report of attractors can be used: data, turn, sort, filter", async (browser) => {
  await using page = await browser.open(await (await workflowReports()).report("attractors"));
  const isOpen = () => document.querySelector("dialog[open]") !== null;
  const isShut = () => document.querySelector("dialog") === null;
  await page.until("the members' table", () => document.querySelector("#sweep-stage") !== null);

  await page.click("#figures button.look");
  await page.until("the data", isOpen);
  const rows = await page.call(() => document.querySelectorAll("dialog tbody tr").length);
  assert(rows > 3, `${rows} rows of data`);
  await page.press("Escape");
  await page.until("its end", isShut);

  await page.click("#figures button.turn");
  await page.until("the viewer", isOpen);
  const picture = () => document.querySelector<HTMLCanvasElement>("dialog canvas")!.toDataURL();
  await page.until("a picture", () => {
    const canvas = document.querySelector<HTMLCanvasElement>("dialog canvas")!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size > 5;
  });
  const before = await page.call(picture);
  await page.drag("dialog canvas", 80, 30);
  await page.until(
    "another picture",
    (before) => document.querySelector<HTMLCanvasElement>("dialog canvas")!.toDataURL() !== before,
    before,
  );
  await page.press("Escape");
  await page.until("its end", isShut);

  const members = () =>
    page.call(() =>
      [...document.querySelectorAll("#sweep tbody tr")].map((row) => row.textContent)
    );
  const unsorted = await members();
  await page.click("#sweep thead th:nth-child(3) button");
  await page.click("#sweep thead th:nth-child(3) button");
  assertNotEquals(await members(), unsorted);
  await page.click("#sweep-text");
  await page.type("a_geometry");
  await page.until("the filter", () => {
    const rows = [...document.querySelectorAll("#sweep tbody tr")];
    return rows.length > 0 && rows.every((row) => row.textContent!.includes("a_geometry"));
  });
  assertEquals(page.faults, []);
});
