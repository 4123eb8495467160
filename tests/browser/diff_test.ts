// Two runs side by side: `report --diff` of a real workflow, on every screen, and what a person does with its figures.

/// <reference lib="dom" />

import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join, toFileUrl } from "@std/path";
import { screenFaults } from "#tests/support/page_check.ts";
import { browserTest } from "#tests/support/with_browser.ts";
import { workflowReports } from "#tests/support/workflow_reports.ts";

browserTest("report --diff shows two runs side by side", async (browser, t) => {
  const { project, report } = await workflowReports();
  await report("compositional");
  const again = await project.basin("run", [
    "workflows/compositional.yaml",
    "--profile",
    "smoke",
    "rank=5",
  ]);
  assertEquals(again.code, 0, again.stdout + again.stderr);
  const said = await project.basin("report", [
    "workflows/compositional.yaml",
    "--diff",
    "previous",
  ]);
  assertEquals(said.code, 0, said.stdout + said.stderr);
  const path = /\S*diff\.\S*\.html/.exec(said.stdout)?.[0];
  assert(path !== undefined, said.stdout);
  const url = toFileUrl(join(project.folder, path));
  assert((await Deno.stat(fromFileUrl(url))).isFile);

  await t.step("it fits every screen", async () => {
    const faults = await screenFaults(browser, url);
    assert(faults.length === 0, faults.join("\n"));
  });

  await t.step("it says what differs", async () => {
    await using page = await browser.open(url);
    const text = await page.call(() => document.getElementById("comparison")!.textContent!);
    assertMatch(text, /\brank\b/);
    assertMatch(text, /Before/);
    assertMatch(text, /Now/);
    assertEquals(page.faults, []);
  });

  await t.step("figures lie over each other, and take turns", async () => {
    await using page = await browser.open(url, { reducedMotion: true });
    await page.until("the buttons", () => document.querySelector(".pair-tools button") !== null);
    const press = async (text: string) => {
      const at = await page.call((text) => {
        const tools = document.querySelector(".pair-tools")!;
        return [...tools.querySelectorAll("button")].findIndex((one) => one.textContent === text);
      }, text);
      await page.click(`.pair-tools button:nth-of-type(${at + 1})`);
    };
    const boxes = () =>
      page.call(() => {
        const pair = document.querySelector(".pair-tools")!.closest(".pair")!;
        return ["before", "now"].map((kind) => {
          const figure = pair.querySelector(`figure.${kind}`)!;
          const { x, y } = figure.getBoundingClientRect();
          const top = pair.getBoundingClientRect().y;
          const { visibility, display, opacity } = getComputedStyle(figure);
          return {
            x,
            y: y - top,
            seen: visibility !== "hidden" && display !== "none" && opacity !== "0",
          };
        });
      });
    const [before, now] = await boxes();
    // Wide ones stand below each other.
    assert(before.seen && now.seen && (before.x < now.x || before.y < now.y), "apart");
    await press("Overlay");
    const over = await boxes();
    assert(over[0].x === over[1].x && over[0].y === over[1].y, JSON.stringify(over));
    await press("In turns");
    const first = await boxes();
    await press("Turn");
    const second = await boxes();
    assert(first[0].seen !== first[1].seen, JSON.stringify(first));
    assertEquals(second.map(({ seen }) => seen), first.map(({ seen }) => !seen));
    await press("Side by side");
    assertEquals(await boxes(), [before, now]);
    assertEquals(page.faults, []);
  });
});
