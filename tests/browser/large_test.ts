// Reports of large sweeps: how large they are and how much they put on the page. How long they take is measured and
// printed, never a condition.

/// <reference lib="dom" />

import { assert, assertLess, assertMatch } from "@std/assert";
import { reportHtml } from "#lib/report/html.ts";
import type { Browser } from "#tests/support/browser.ts";
import { screenFaults } from "#tests/support/page_check.ts";
import { sweepReport } from "#tests/support/reports.ts";
import { freshSeed } from "#tests/support/run_events.ts";
import { browserTest, pageOf } from "#tests/support/with_browser.ts";

/** What the issue allows. */
const maxBytes = 3e6;

/** Elements that a browser lays out in a blink. */
const maxElements = 8000;

browserTest("a report of 1,000 stages is small, and its parts few", async (browser, t) => {
  for (const size of [{ numStages: 1000, numMembers: 1 }, { numStages: 1, numMembers: 1000 }]) {
    const { title, bytes, elements, text } = await measure(browser, size);
    await t.step(title, () => {
      assertLess(bytes, maxBytes);
      assertLess(elements, maxElements);
      assertMatch(text, /\b1[, ]?000 stages/);
    });
  }
});

browserTest("a report of 42,000 members is no larger than people can use", async (browser, t) => {
  const { title, bytes, elements } = await measure(browser, { numStages: 6, numMembers: 7000 });
  await t.step(title, () => {
    assertLess(bytes, 4 * maxBytes);
    assertLess(elements, maxElements);
  });
});

browserTest("a report of 1,000 stages fits every screen", async (browser) => {
  const html = await reportHtml(
    await sweepReport(freshSeed(), { numStages: 50, numMembers: 20, numFailed: 3 }),
  );
  await using file = await pageOf(html);
  const faults = await screenFaults(browser, file.url);
  assert(faults.length === 0, faults.join("\n"));
});

/** Opens a report and says how large it is, and in a title how long it took. */
async function measure(browser: Browser, size: { numStages: number; numMembers: number }) {
  const began = performance.now();
  const html = await reportHtml(await sweepReport(freshSeed(), size));
  const made = performance.now() - began;
  await using file = await pageOf(html);
  await using page = await browser.open(file.url);
  const facts = await page.call(async () => {
    // After the first frame behind everything that the script does when it starts.
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const drawn = performance.now();
    const [navigation] = performance.getEntriesByType(
      "navigation",
    ) as PerformanceNavigationTiming[];
    return {
      elements: document.querySelectorAll("*").length,
      parsed: navigation.domContentLoadedEventEnd,
      loaded: navigation.loadEventEnd,
      drawn,
      text: document.querySelector("header")!.textContent!,
    };
  });
  assert(page.faults.length === 0, page.faults.join("\n"));
  const bytes = new TextEncoder().encode(html).length;
  const ms = (time: number) => `${time.toFixed(0)} ms`;
  const title = `${size.numStages} × ${size.numMembers}: ${(bytes / 1e6).toFixed(2)} MB, ` +
    `${facts.elements} elements, made in ${ms(made)}, parsed after ${ms(facts.parsed)}, ` +
    `loaded after ${ms(facts.loaded)}, frame after ${ms(facts.drawn)}`;
  return { title, bytes, ...facts };
}
