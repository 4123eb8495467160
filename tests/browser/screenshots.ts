// Pictures of reports, for people: full pages at three widths, light and dark, and what went wrong while they loaded.
// No test. Run with the permissions of tests; --pieces cuts long pages into pictures that can be looked at:
//   deno run --no-prompt --allow-read --allow-write --allow-env --allow-run tests/browser/screenshots.ts FOLDER REPORT...

/// <reference lib="dom" />

import { basename, dirname, join, resolve, toFileUrl } from "@std/path";
import { findChromium, startBrowser } from "#tests/support/browser.ts";
import { views } from "#tests/support/views.ts";

const [folder, ...reports] = Deno.args.filter((word) => word !== "--pieces");
const pieces = Deno.args.includes("--pieces");
const pieceHeight = 1500;
if (folder === undefined || reports.length === 0) {
  throw new Error("wanted: FOLDER REPORT... [--pieces]");
}
const chromium = await findChromium();
if (chromium === undefined) throw new Error("no Chromium here");

await Deno.mkdir(folder, { recursive: true });
await using browser = await startBrowser(chromium);
console.log(browser.version);
for (const report of reports) {
  const path = resolve(report);
  const name = reports.length === 1 ? "" : `${basename(dirname(path))}.${basename(path, ".html")}.`;
  for (const view of views) {
    await using page = await browser.open(toFileUrl(path), view);
    const file = join(folder, `${name}${view.width}.${view.scheme}`);
    if (pieces) {
      const tall = await page.call(() => document.documentElement.scrollHeight);
      for (let top = 0, i = 1; top < tall; top += pieceHeight, i++) {
        const strip = { top, height: Math.min(pieceHeight, tall - top) };
        await Deno.writeFile(
          `${file}.${String(i).padStart(2, "0")}.png`,
          await page.screenshot(strip),
        );
      }
    } else {
      await Deno.writeFile(`${file}.png`, await page.screenshot());
    }
    console.log(file);
    for (const fault of page.faults) console.log(`  ${fault}`);
  }
}
