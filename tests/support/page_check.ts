// The whole examination of a page as it shows now: layout, accessibility, and everything that went wrong in it so far.

/// <reference lib="dom" />

import { violations } from "./axe.ts";
import type { Page, View } from "./browser_page.ts";
import { layoutFaults } from "./layout.ts";

/** Heights that a finger and a mouse hit. */
const smallestTarget = { phone: 32, desktop: 22 };

/** What is wrong, in words; nothing if all is well. Of axe-core's findings those that are serious or critical. */
export async function pageFaults(page: Page, view: Partial<View>): Promise<string[]> {
  const layout = await page.call(layoutFaults, {
    width: view.width ?? 1440,
    smallestTarget: smallestTarget[view.isPhone ? "phone" : "desktop"],
  });
  const found = await violations(page);
  const grave = found.filter(({ impact }) => impact === "serious" || impact === "critical");
  for (const { rule, nodes } of found.filter((one) => !grave.includes(one))) {
    console.log(`axe-core, not grave: ${rule}: ${nodes.join("; ")}`);
  }
  const name = `${view.width} px, ${view.scheme}`;
  return [
    ...layout,
    ...grave.map(({ rule, help, nodes }) => `${rule} (${help}): ${nodes.join("; ")}`),
    ...page.faults,
  ].map((fault) => `${name}: ${fault}`);
}
