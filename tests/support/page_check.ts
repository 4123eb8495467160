// The whole examination of a page on every screen: layout, accessibility, and everything that goes wrong in it.

/// <reference lib="dom" />

import { violations } from "./axe.ts";
import type { Browser } from "./browser.ts";
import type { Page, View } from "./browser_page.ts";
import { layoutFaults } from "./layout.ts";
import { screens } from "./views.ts";

/** What is wrong with a page, in words that say on which screen: folded and unfolded, light and dark. */
export async function screenFaults(browser: Browser, url: URL): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const screen of screens) {
    await using page = await browser.open(url, screen);
    const add = (state: string, found: readonly string[]) =>
      faults.push(...found.map((fault) => `${screen.width} px, ${state}: ${fault}`));
    const folded = await layoutOf(page, screen);
    add("folded", folded);
    const isFolded = await page.call(() => {
      const closed = document.querySelectorAll<HTMLDetailsElement>("details:not([open])");
      for (const details of closed) details.open = true;
      return closed.length > 0;
    });
    if (isFolded) {
      add("unfolded", (await layoutOf(page, screen)).filter((fault) => !folded.includes(fault)));
    }
    // Rows of long tables are like those before them; axe-core would spend minutes on them.
    await page.call(() => {
      for (const row of document.querySelectorAll("tbody > tr:nth-child(n+13)")) row.remove();
    });
    add("light", await graveViolations(page));
    // Colours change, and nothing else.
    await page.see({ scheme: "dark" });
    add("dark", await graveViolations(page, ["color-contrast"]));
    add("any", page.faults);
  }
  return [...new Set(faults)];
}

/** What is wrong with how a page is laid out now. */
export async function layoutOf(page: Page, screen: Partial<View>): Promise<readonly string[]> {
  return await page.call(layoutFaults, {
    width: screen.width ?? 1440,
    // Heights that a finger and a mouse hit.
    smallestTarget: screen.isPhone ? 32 : 22,
  });
}

/** Of what axe-core finds in a page now, the serious and critical. */
export async function graveViolations(
  page: Page,
  rules?: readonly string[],
): Promise<readonly string[]> {
  return (await violations(page, rules))
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ rule, help, nodes }) => `${rule} (${help}): ${nodes.join("; ")}`);
}
