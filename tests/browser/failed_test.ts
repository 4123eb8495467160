// The report of a run that failed: before anything else it says what failed, why, and the command that goes on.

/// <reference lib="dom" />

import { assert, assertEquals } from "@std/assert";
import { reportHtml } from "#lib/report/html.ts";
import { screenFaults } from "#tests/support/page_check.ts";
import { sweepReport } from "#tests/support/reports.ts";
import { freshSeed } from "#tests/support/run_events.ts";
import { browserTest, pageOf } from "#tests/support/with_browser.ts";

browserTest(
  "the report of a failed run first says what failed, why, and what to type",
  async (browser) => {
    const content = await sweepReport(freshSeed(), { numFailed: 2 });
    await using file = await pageOf(await reportHtml(content));
    for (const scripts of [true, false]) {
      await using page = await browser.open(file.url, { scripts });
      const seen = await page.call(() => {
        const headings = [...document.querySelectorAll("h1, h2")];
        const second = headings[1];
        const section = second.closest("section")!;
        return {
          first: headings[0].textContent!.trim(),
          heading: second.textContent!.trim(),
          text: section.textContent!,
          commands: [...section.querySelectorAll("code")].map((code) => code.textContent),
          top: section.getBoundingClientRect().top,
        };
      });
      assertEquals([seen.first, seen.heading], ["sweep", "What failed"]);
      assert(seen.text.includes("reduce_1[") || seen.text.includes("fit_2["), seen.text);
      assert(seen.text.includes("fit needs more steps than delays"), seen.text);
      assert(seen.commands.includes(content.command), `${seen.commands}`);
      assert(seen.top < 900, "it is on the first screen");
    }
  },
);

browserTest("the report of a failed run fits every screen", async (browser) => {
  await using file = await pageOf(
    await reportHtml(await sweepReport(freshSeed(), { numFailed: 30 })),
  );
  const faults = await screenFaults(browser, file.url);
  assert(faults.length === 0, faults.join("\n"));
});
