// The page of a run that goes on, in a browser: it loads itself again and leaves its reader where he was; it waits while
// somebody is at something; and it says when nothing was written for a while.

/// <reference lib="dom" />

import { assert, assertEquals } from "@std/assert";
import { reportHtml } from "#lib/report/html.ts";
import type { ReportContent } from "#lib/report/content.ts";
import type { Page } from "#tests/support/browser_page.ts";
import { screenFaults } from "#tests/support/page_check.ts";
import { sweepReport } from "#tests/support/reports.ts";
import { freshSeed } from "#tests/support/run_events.ts";
import { browserTest, pageOf } from "#tests/support/with_browser.ts";

async function pageWrittenAt(written: number, every_seconds = 3): Promise<string> {
  const content: ReportContent = await sweepReport(freshSeed(), {});
  const record = { ...content.record, finished: false, ok: false };
  const live = { written_at: new Date(written).toISOString(), every_seconds };
  return await reportHtml({ ...content, record, live });
}

/** Fresh for as long as a slow machine takes to look at it. */
const soon = () => Date.now() + 600_000;

/** Leaves a mark that does not outlive the page. */
const mark = (page: Page) =>
  page.call(() => document.documentElement.setAttribute("data-mark", "1"));

const isMarked = (page: Page) =>
  page.call(() => document.documentElement.hasAttribute("data-mark"));

/** Asked again and again: while a page is loaded nobody answers. */
async function untilTrue(page: Page, look: () => boolean, otherwise: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await page.call(look).catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(otherwise);
}

const untilLoadedAgain = (page: Page) =>
  untilTrue(
    page,
    () => document.readyState === "complete" && !document.documentElement.hasAttribute("data-mark"),
    "the page did not load itself again",
  );

browserTest("a page whose run goes on comes back to where its reader was", async (browser) => {
  await using file = await pageOf(await pageWrittenAt(soon()));
  await using page = await browser.open(file.url);
  const text = await page.call(() => document.querySelector(".live")!.textContent);
  assert(text!.includes("This run is going on."), text!);
  await mark(page);
  await page.call(() => {
    document.querySelector<HTMLDetailsElement>("main details")!.open = true;
    const section = document.querySelector("#sweep")!;
    document.documentElement.style.scrollBehavior = "auto";
    scrollTo(0, section.getBoundingClientRect().top + scrollY + 30);
  });
  await untilLoadedAgain(page);
  await untilTrue(
    page,
    () => Math.abs(document.querySelector("#sweep")!.getBoundingClientRect().top + 30) < 4,
    "the page is not where it was",
  );
  assert(await page.call(() => document.querySelector<HTMLDetailsElement>("main details")!.open));
  assertEquals(page.faults, []);
});

browserTest(
  "a page waits while a dialog is open, and stops when it is told to",
  async (browser) => {
    await using file = await pageOf(await pageWrittenAt(soon()));
    await using page = await browser.open(file.url);
    await page.call(() => {
      const dialog = document.createElement("dialog");
      dialog.id = "probe";
      dialog.textContent = "read me";
      document.body.append(dialog);
      dialog.showModal();
    });
    await mark(page);
    // Long enough to have loaded itself more than once.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    assert(await isMarked(page), "it was loaded again under the dialog");
    await page.call(() => document.querySelector<HTMLDialogElement>("#probe")!.close());
    await untilLoadedAgain(page);
    await mark(page);
    await page.click(".live-pause");
    assertEquals(
      await page.call(() => document.querySelector(".live-pause")!.textContent),
      "Load again",
    );
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert(await isMarked(page), "it was loaded again after it was told to stop");
    await page.click(".live-pause");
    await untilLoadedAgain(page);
    assertEquals(page.faults, []);
  },
);

browserTest("a page that is not written any more says so, and gives up", async (browser) => {
  await using file = await pageOf(await pageWrittenAt(Date.now() - 3 * 3600 * 1000));
  await using page = await browser.open(file.url);
  const text = await page.call(() => document.querySelector(".live")!.textContent);
  assert(text!.includes("Not written for 3 hours: the run may have been killed."), text!);
  await mark(page);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  assert(await isMarked(page), "it was loaded again");
});

browserTest("the page of a run that goes on fits every screen", async (browser) => {
  await using file = await pageOf(await pageWrittenAt(Date.now(), 3600));
  const faults = await screenFaults(browser, file.url);
  assert(faults.length === 0, faults.join("\n"));
});
