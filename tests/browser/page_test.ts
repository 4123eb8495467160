// The page as a whole: without scripts, light and dark by its own button, and from section to section.

/// <reference lib="dom" />

import { assert, assertEquals, assertGreater } from "@std/assert";
import { reportHtml } from "#lib/report/html.ts";
import { graveViolations, layoutOf } from "#tests/support/page_check.ts";
import { sweepReport } from "#tests/support/reports.ts";
import { freshSeed } from "#tests/support/run_events.ts";
import { screens } from "#tests/support/views.ts";
import { browserTest, pageOf } from "#tests/support/with_browser.ts";

browserTest("a report says everything of importance without its script", async (browser) => {
  const content = await sweepReport(freshSeed(), { numStages: 4, numMembers: 20, numFailed: 1 });
  await using file = await pageOf(await reportHtml(content));
  const sections = () =>
    [...document.querySelectorAll("main section")].filter((one) => one.checkVisibility())
      .map(({ id }) => id);
  await using scripted = await browser.open(file.url);
  const wanted = await scripted.call(sections);
  assertGreater(wanted.length, 6);
  for (const screen of screens) {
    await using page = await browser.open(file.url, { ...screen, scripts: false });
    assertEquals(await page.call(() => document.documentElement.className), "", "no script ran");
    assertEquals(await page.call(sections), wanted);
    const text = await page.call(() => document.querySelector("main")!.innerText);
    for (
      const shown of [
        "fit needs more steps than delays",
        content.command,
        "Accuracy by seed. n = 20.",
        "n_delays",
        "simulate_0",
        "accuracy",
      ]
    ) assert(text.includes(shown), `${shown} in ${text}`);
    const idle = await page.call(() =>
      [...document.querySelectorAll("main button")].filter((one) => one.checkVisibility())
        .map((one) => one.textContent)
    );
    assertEquals(idle, [], "buttons that do nothing");
    assertEquals(await layoutOf(page, screen), []);
    assertEquals(page.faults, []);
  }
});

browserTest("a report turns dark and light by its button, and remembers it", async (browser) => {
  await using file = await pageOf(await reportHtml(await sweepReport(freshSeed(), {})));
  for (const scheme of ["light", "dark"] as const) {
    await using page = await browser.open(file.url, { scheme });
    const ground = async () => {
      const colour = await page.call(() => getComputedStyle(document.body).backgroundColor);
      return colour.match(/[\d.]+/g)!.slice(0, 3).map(Number).reduce((a, b) => a + b) / 3;
    };
    const isDark = async () => (await ground()) < 128;
    assertEquals(await isDark(), scheme === "dark");
    await page.click("button.theme");
    assertEquals(await isDark(), scheme !== "dark");
    assertEquals(await graveViolations(page, ["color-contrast"]), []);
    await page.reload();
    assertEquals(await isDark(), scheme !== "dark", "after the page was loaded again");
    await page.see({ media: "print" });
    assertGreater(await ground(), 240, "paper is white");
    assertEquals(page.faults, []);
  }
});

browserTest("the list of sections leads to each of them", async (browser) => {
  await using file = await pageOf(
    await reportHtml(await sweepReport(freshSeed(), { numStages: 12, numMembers: 20 })),
  );
  for (const screen of screens) {
    // It does not glide there.
    await using page = await browser.open(file.url, { ...screen, reducedMotion: true });
    const links = await page.call(() =>
      [...document.querySelectorAll<HTMLAnchorElement>("nav.contents a, .contents a")]
        .map(({ hash }) => hash)
    );
    const ids = await page.call(() =>
      [...document.querySelectorAll("main > section, main section")].map(({ id }) => `#${id}`)
    );
    assertEquals(links, ids);
    for (const hash of links) {
      // Folded away on narrow screens.
      await page.call(() => {
        document.querySelector<HTMLDetailsElement>(".contents details")!.open = true;
      });
      await page.click(`.contents a[href$="${hash}"]`);
      await page.until(`${hash} on the screen`, (hash) => {
        const { top, bottom } = document.querySelector(`${hash} h2`)!.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      }, hash);
      const isFree = await page.call((hash) => {
        const heading = document.querySelector(hash)!.querySelector("h2")!;
        const { x, y, width, height } = heading.getBoundingClientRect();
        const over = document.elementFromPoint(x + Math.min(width, 20) / 2, y + height / 2);
        return over !== null && (heading.contains(over) || over.contains(heading));
      }, hash);
      assert(isFree, `${hash}: its heading lies under something at ${screen.width} px`);
    }
    assertEquals(page.faults, []);
  }
});
