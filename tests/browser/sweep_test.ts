// What a person does with the members of a run: sorts them, filters them by axis, state and words, turns pages, comes from
// the picture of the stages; with the mouse, and with nothing but the keyboard.

/// <reference lib="dom" />

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { reportHtml } from "#lib/report/html.ts";
import type { Browser, Page } from "#tests/support/browser.ts";
import { layoutOf } from "#tests/support/page_check.ts";
import { sweepReport } from "#tests/support/reports.ts";
import { freshSeed } from "#tests/support/run_events.ts";
import { screens } from "#tests/support/views.ts";
import { browserTest, pageOf } from "#tests/support/with_browser.ts";

const size = { numStages: 3, numMembers: 120, numFailed: 4 };

browserTest("the members sort by a column, up, down and not", async (browser) => {
  const seed = freshSeed();
  await using opened = await openReport(browser, seed, {});
  const { page } = opened;
  await choose(page, "simulate_0");
  const before = await column(page, "accuracy");
  assertEquals(before.length, 50);
  const head = await headOf(page, "accuracy");
  await page.click(head);
  const up = (await column(page, "accuracy")).map(Number);
  assertEquals(up, [...up].sort((a, b) => a - b), `seed ${seed}`);
  assertEquals(await sortOf(page, "accuracy"), "ascending");
  await page.click(head);
  const down = (await column(page, "accuracy")).map(Number);
  assertEquals(down, [...down].sort((a, b) => b - a), `seed ${seed}`);
  assertEquals(await sortOf(page, "accuracy"), "descending");
  assertGreater(down[0], up[0]);
  await page.click(head);
  assertEquals(await column(page, "accuracy"), before);
  assertEquals(await sortOf(page, "accuracy"), "none");
  // From the keyboard; the button keeps the focus though the table is made anew.
  await page.press("Enter", "Enter");
  assertEquals((await column(page, "accuracy")).map(Number), down);
  assertEquals(page.faults, []);
});

browserTest("the members are filtered by axis, state and words", async (browser) => {
  for (const screen of screens) {
    await using opened = await openReport(browser, freshSeed(), screen);
    const { page } = opened;
    assertEquals(await countOf(page), [360, 360]);
    await choose(page, "fit_2");
    assertEquals(await countOf(page), [120, 360]);
    await page.click('#sweep details[data-axis="system"] summary');
    await tick(page, "rossler");
    assertEquals(await countOf(page), [40, 360]);
    assertEquals(new Set(await column(page, "system")), new Set(["rossler"]));
    assertEquals(await layoutOf(page, screen), []);
    await tick(page, "duffing");
    assertEquals(await countOf(page), [80, 360]);
    await tick(page, "duffing");
    await tick(page, "rossler");
    assertEquals(await countOf(page), [120, 360]);
    // Folded away again, so that nothing lies over what follows.
    await page.click('#sweep details[data-axis="system"] summary');
    await page.click("#sweep-status-failed");
    assertEquals(await countOf(page), [116, 360]);
    assert(!(await column(page, "status")).includes("failed"));
    await page.click("#sweep-status-failed");
    await page.click("#sweep-text");
    await page.type("rossler seed=3");
    await page.until("few rows", () => document.querySelectorAll("#sweep tbody tr").length < 20);
    const [found] = await countOf(page);
    assert(found > 0 && found < 20, `${found} found`);
    assertEquals(await layoutOf(page, screen), []);
    assertEquals(page.faults, []);
  }
});

browserTest("the members are paged", async (browser) => {
  await using opened = await openReport(browser, freshSeed(), {});
  const { page } = opened;
  const first = await column(page, "member");
  await page.click('#sweep [data-to="Next"]');
  const second = await column(page, "member");
  assertEquals(first.length + second.length, 100);
  assert(!second.includes(first[0]) || second[0] !== first[0]);
  await page.press("Enter");
  assert((await pagerOf(page)).includes("101–150 of 360"), await pagerOf(page));
  await page.click('#sweep [data-to="Last"]');
  assert((await pagerOf(page)).includes("351–360 of 360"), await pagerOf(page));
  assertEquals((await column(page, "member")).length, 10);
  await page.click('#sweep [data-to="First"]');
  assertEquals(await column(page, "member"), first);
  assertEquals(page.faults, []);
});

browserTest("a stage in the picture leads to its members", async (browser) => {
  await using opened = await openReport(browser, freshSeed(), {});
  const { page } = opened;
  const link = '#stages svg a[data-stage="reduce_1"]';
  await page.click(link);
  await page.until("the stage's members", () => {
    const [row] = document.querySelectorAll("#sweep tbody tr");
    const { top } = document.getElementById("sweep")!.getBoundingClientRect();
    return document.querySelector<HTMLSelectElement>("#sweep-stage")!.value === "reduce_1" &&
      row !== undefined && top >= -1 && top < innerHeight;
  });
  assertEquals(await countOf(page), [120, 360]);
  // And from the keyboard.
  await page.call((selector) => document.querySelector<SVGAElement>(selector)!.focus(), link);
  await choose(page, "");
  await page.call((selector) => document.querySelector<SVGAElement>(selector)!.focus(), link);
  await page.press("Enter");
  await page.until(
    "the stage's members again",
    () => document.querySelector<HTMLSelectElement>("#sweep-stage")!.value === "reduce_1",
  );
  assertEquals(page.faults, []);
});

browserTest("the first thing that is done with 42,000 members is done soon", async (browser, t) => {
  await using opened = await openReport(browser, freshSeed(), {}, {
    numStages: 6,
    numMembers: 7000,
    numFailed: 0,
  });
  const { page } = opened;
  const { sorting, elements } = await page.call(async () => {
    const [press] = document.querySelectorAll<HTMLElement>("#sweep thead button");
    const began = performance.now();
    press.click();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return {
      sorting: performance.now() - began,
      elements: document.querySelectorAll("#sweep *").length,
    };
  });
  // How long it takes is told, and no condition.
  await t.step(`sorted and drawn in ${sorting.toFixed(0)} ms`, () => assertLess(elements, 3000));
  assertEquals(page.faults, []);
});

async function openReport(
  browser: Browser,
  seed: number,
  screen: Parameters<Browser["open"]>[1],
  of: Parameters<typeof sweepReport>[1] = size,
) {
  const file = await pageOf(await reportHtml(await sweepReport(seed, of)));
  const page = await browser.open(file.url, screen);
  await page.until("the members' table", () => document.querySelector("#sweep-stage") !== null);
  return {
    page,
    async [Symbol.asyncDispose]() {
      await page[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}

/** Chooses a stage, as a person does with the list of a browser, which no test can open. */
async function choose(page: Page, stage: string): Promise<void> {
  await page.call((stage) => {
    const select = document.querySelector<HTMLSelectElement>("#sweep-stage")!;
    select.value = stage;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }, stage);
}

/** Ticks a value of the axis that is folded out. */
async function tick(page: Page, value: string): Promise<void> {
  const id = await page.call((value) => {
    const labels = [...document.querySelectorAll<HTMLLabelElement>("#sweep details[open] label")];
    return labels.find((label) => label.textContent!.startsWith(value))?.querySelector("input")?.id;
  }, value);
  await page.click(`#${id}`);
}

/** The texts of a column, by its heading. */
async function column(page: Page, title: string): Promise<readonly string[]> {
  return await page.call((title) => {
    const heads = [...document.querySelectorAll("#sweep thead th")];
    const at = heads.findIndex((head) => head.textContent!.trim() === title);
    if (at < 0) throw new Error(`no ${title} in ${heads.map((head) => head.textContent)}`);
    return [...document.querySelectorAll<HTMLTableRowElement>("#sweep tbody tr")]
      .map((row) => row.cells[at].textContent!);
  }, title);
}

/** A selector of the button over a column. */
async function headOf(page: Page, title: string): Promise<string> {
  const key = await page.call((title) => {
    const buttons = [...document.querySelectorAll<HTMLElement>("#sweep thead button")];
    return buttons.find((button) => button.textContent!.trim() === title)!.dataset.key!;
  }, title);
  return `#sweep thead button[data-key="${key}"]`;
}

async function sortOf(page: Page, title: string): Promise<string> {
  return await page.call((title) => {
    const heads = [...document.querySelectorAll("#sweep thead th")];
    const head = heads.find((head) => head.textContent!.trim() === title)!;
    return head.getAttribute("aria-sort") ?? "none";
  }, title);
}

/** How many members are shown, of how many, as the page says. */
async function countOf(page: Page): Promise<readonly number[]> {
  const text = await page.call(() => document.querySelector("#sweep .sweep-count")!.textContent!);
  return text.replaceAll(",", "").match(/\d+/g)!.map(Number);
}

async function pagerOf(page: Page): Promise<string> {
  return await page.call(() => document.querySelector("#sweep .sweep-pager")!.textContent!);
}
