// What a person does with the figures of a report: opens data and specification, turns a scene and plays it, with the mouse
// and with nothing but the keyboard.

/// <reference lib="dom" />

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { reportHtml } from "#lib/report/html.ts";
import type { Browser, Page } from "#tests/support/browser.ts";
import { graveViolations, layoutOf } from "#tests/support/page_check.ts";
import { sweepReport } from "#tests/support/reports.ts";
import { freshSeed } from "#tests/support/run_events.ts";
import { screens } from "#tests/support/views.ts";
import { browserTest, pageOf } from "#tests/support/with_browser.ts";

browserTest("a figure shows its data and its specification, and closes again", async (browser) => {
  for (const screen of screens) {
    await using opened = await openReport(browser, screen);
    const { page } = opened;
    await page.click("#figures figure:nth-of-type(1) button.look");
    await page.until("the dialog", () => document.querySelector("dialog[open]") !== null);
    const text = await page.call(() => document.querySelector("dialog[open]")!.textContent!);
    for (const shown of ["skill", "Accuracy by seed", "accuracy", "0.95", '"mark": "line"']) {
      assert(text.includes(shown), `${shown} in ${text.slice(0, 500)}`);
    }
    assertEquals(await page.call(rowsOf), 20);
    await allIsWell(page, screen);
    await page.press("Escape");
    await page.until("its end", () => document.querySelector("dialog") === null);
    assert(await page.call(() => document.activeElement?.matches("button.look")), "focus is back");
    // The picture itself opens it, too; and so does the other way to close it.
    await page.click("#figures figure:nth-of-type(1) .picture img");
    await page.until("the dialog", () => document.querySelector("dialog[open]") !== null);
    await page.click("dialog[open] .dialog-head button");
    await page.until("its end", () => document.querySelector("dialog") === null);
    assertEquals(page.faults, []);
  }
});

browserTest("the viewer turns, zooms, plays and colours", async (browser) => {
  for (const screen of screens) {
    await using opened = await openReport(browser, screen);
    const { page } = opened;
    await page.click("#figures button.turn");
    await page.until("the viewer", () => document.querySelector("dialog.viewer[open]") !== null);
    const changes = async (what: string, act: () => Promise<void>) => {
      const before = await pixels(page);
      await act();
      await page.until(
        `other pixels after ${what}`,
        (old) => document.querySelector<HTMLCanvasElement>("dialog canvas")!.toDataURL() !== old,
        before,
      );
    };
    await page.until("a picture", () => {
      const { width, height } = document.querySelector<HTMLCanvasElement>("dialog canvas")!;
      return width > 200 && height > 150;
    });
    await allIsWell(page, screen);
    await changes("a drag", () => page.drag("dialog canvas", 60, 25));
    await changes("the wheel", () => page.wheel("dialog canvas", 200));
    await page.call(() => document.querySelector<HTMLElement>("dialog canvas")!.focus());
    await changes("an arrow key", () => page.press("ArrowLeft"));
    await changes("+", () => page.press("+"));
    await changes("0", () => page.press("0"));
    await changes("another colour", async () => {
      await page.call(() => {
        const select = document.querySelector("dialog select") as HTMLSelectElement;
        select.value = "seed";
        select.dispatchEvent(new Event("change"));
      });
    });
    await changes("hiding one", () => page.click("dialog .viewer-legend button"));
    assertEquals(
      await page.call(() =>
        document.querySelector("dialog .viewer-legend button")!.getAttribute("aria-pressed")
      ),
      "false",
    );
    await changes("play", () => page.click("dialog button.play"));
    const step = await page.call(stepOf);
    await page.until("time going on", (old) => {
      return Number(document.querySelector<HTMLInputElement>("dialog input[type=range]")!.value) >
        old;
    }, step);
    await page.click("dialog button.play");
    assertEquals(
      await page.call(() => document.querySelector("dialog button.play")!.textContent),
      "Play",
    );
    await page.press("Escape");
    await page.until("its end", () => document.querySelector("dialog") === null);
    assertEquals(page.faults, []);
  }
});

browserTest("the keyboard alone reaches data and viewer, and leaves them", async (browser) => {
  await using opened = await openReport(browser, {});
  const { page } = opened;
  const seen = new Set<string>();
  for (const selector of ["button.look", "button.turn"]) {
    for (let i = 0; i < 200; i++) {
      await page.press("Tab");
      const here = await page.call((wanted) => {
        const active = document.activeElement!;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(active);
        const ring = (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
        return { is: active.matches(wanted), ring, tag: active.outerHTML.slice(0, 80) };
      }, selector);
      assert(here.ring || here.tag.startsWith("<body"), `no focus ring on ${here.tag}`);
      if (here.is) break;
      seen.add(here.tag);
    }
    assert(
      await page.call((wanted) => document.activeElement!.matches(wanted), selector),
      selector,
    );
    await page.press("Enter");
    await page.until("the dialog", () => document.querySelector("dialog[open]") !== null);
    for (let i = 0; i < 12; i++) {
      await page.press("Tab");
      assert(
        await page.call(() =>
          document.activeElement === document.body ||
          document.activeElement!.closest("dialog[open]") !== null
        ),
        "Tab leaves an open dialog",
      );
    }
    await page.press("Escape");
    await page.until("its end", () => document.querySelector("dialog[open]") === null);
    assert(await page.call((wanted) => document.activeElement!.matches(wanted), selector), "focus");
  }
  assertNotEquals(seen.size, 0);
  assertEquals(page.faults, []);
});

async function openReport(browser: Browser, screen: Parameters<Browser["open"]>[1]) {
  const html = await reportHtml(await sweepReport(freshSeed(), {}));
  const file = await pageOf(html);
  const page = await browser.open(file.url, screen);
  await page.until("the script", () => document.querySelector("#figures .opens") !== null);
  return {
    page,
    async [Symbol.asyncDispose]() {
      await page[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}

/** Of what shows now, light and dark. */
async function allIsWell(page: Page, screen: (typeof screens)[number]): Promise<void> {
  assertEquals(await layoutOf(page, screen), []);
  assertEquals(await graveViolations(page), []);
  await page.see({ scheme: "dark" });
  assertEquals(await graveViolations(page, ["color-contrast"]), []);
  await page.see({ scheme: "light" });
}

function pixels(page: Page): Promise<string> {
  return page.call(() => document.querySelector<HTMLCanvasElement>("dialog canvas")!.toDataURL());
}

/** In the page. */
function rowsOf(): number {
  return document.querySelectorAll("dialog[open] tbody tr").length;
}

/** In the page. */
function stepOf(): number {
  return Number(document.querySelector<HTMLInputElement>("dialog input[type=range]")!.value);
}
